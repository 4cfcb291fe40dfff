/* One accessor for each thing that differs between kernels. */
#ifndef METE_COMPAT_H
#define METE_COMPAT_H

#include <bpf/bpf_core_read.h>

/* Set by the loader before load. */

/* Whether waits are timed here because the kernel does not keep sched_info (see sched_info_on() in
 * kernel/sched/stats.h: it needs CONFIG_SCHEDSTATS, or CONFIG_TASK_DELAY_ACCT with
 * kernel.task_delayacct=1). */
const volatile bool own_clock = false;

/* Clock of the run queue that the task is on, 0 where the kernel does not show it.
 * sched_info.last_queued is on this clock, which no helper reads; a task in any class finds its run
 * queue by way of its group's (CONFIG_FAIR_GROUP_SCHED). Up to a timer tick old.
 */
static __always_inline u64 run_queue_clock(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->se.cfs_rq) || !bpf_core_field_exists(task->se.cfs_rq->rq))
		return 0;
	return task->se.cfs_rq->rq->clock;
}

#endif
