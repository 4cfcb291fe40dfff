/* One accessor for each thing that differs between kernels. */
#ifndef METE_COMPAT_H
#define METE_COMPAT_H

#include <bpf/bpf_core_read.h>

/* Set by the loader before load. */

/* Whether waits are timed here. The kernel may not keep sched_info (see sched_info_on() in
 * kernel/sched/stats.h: it needs CONFIG_SCHEDSTATS, or CONFIG_TASK_DELAY_ACCT with
 * kernel.task_delayacct=1), or keep it wrongly: since 6.12 a thread that goes to sleep may stay in
 * its queue for a while (sched_entity.sched_delayed), and when it is taken to another CPU there
 * sched_info_enqueue() begins a wait that lasts until it has slept. */
const volatile bool own_clock = false;

/* The run queue that the task is on, NULL where the kernel does not show it: a task in any class
 * finds it by way of its group's (CONFIG_FAIR_GROUP_SCHED). */
static __always_inline struct rq *run_queue_of(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->se.cfs_rq) || !bpf_core_field_exists(task->se.cfs_rq->rq))
		return NULL;
	return task->se.cfs_rq->rq;
}

/* What sched_info.last_queued is on, and no helper reads; 0 where the kernel does not show it. Up
 * to a timer tick old. */
static __always_inline u64 run_queue_clock(struct task_struct *task)
{
	struct rq *queue = run_queue_of(task);

	return queue ? queue->clock : 0;
}

/* What waits are timed by here. The kernel has just brought the run queue's clock up to date where
 * it wakes a thread up or gives a CPU to another, and reading it costs a tenth of the helper. Those
 * of two CPUs may differ by as much as the kernel lets them. */
static __always_inline u64 wait_clock(struct task_struct *task)
{
	u64 clock = run_queue_clock(task);

	return clock ?: bpf_ktime_get_ns();
}

/* How long the task has had its CPU, to be asked while it leaves it; 0 where the kernel does not
 * keep that (CONFIG_SCHED_INFO, and see own_clock), and of an idle task. */
static __always_inline u64 time_on_cpu(struct task_struct *task)
{
	u64 clock = run_queue_clock(task), since;

	if (!bpf_core_field_exists(task->sched_info.last_arrival))
		return 0;
	since = task->sched_info.last_arrival;
	return since && clock > since ? clock - since : 0;
}

/* Names the run queue of the task's group on one CPU while the group lives. */
static __always_inline u64 run_queue_name(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->se.cfs_rq))
		return 0;
	return (u64)task->se.cfs_rq;
}

/* Id of the cgroup on whose account a request is, 0 where the kernel does not keep that
 * (CONFIG_BLK_CGROUP). */
static __always_inline u64 account_of(struct request *request)
{
	if (!bpf_core_field_exists(request->bio->bi_blkg) || !request->bio ||
	    !request->bio->bi_blkg)
		return 0;
	return request->bio->bi_blkg->blkcg->css.cgroup->kn->id;
}

/* How long CFS quotas have held the task's group back on the task's CPU, all in all; 0 where the
 * kernel has no quotas or does not show it. Since 6.6 there is a sum on the run queue's clock.
 * Before, the one on the clock of load averages is taken, which stands still while the CPU is the
 * hypervisor's or an interrupt's, and runs slower on a CPU that is clocked down.
 */
static __always_inline u64 throttled_time(struct task_struct *task)
{
	if (!bpf_core_field_exists(task->se.cfs_rq))
		return 0;
	if (bpf_core_field_exists(task->se.cfs_rq->throttled_clock_self_time))
		return task->se.cfs_rq->throttled_clock_self_time;
	if (bpf_core_field_exists(task->se.cfs_rq->throttled_clock_pelt_time))
		return task->se.cfs_rq->throttled_clock_pelt_time;
	return 0;
}

/* How long the hypervisor has kept a CPU, all in all; 0 where it does not tell. Without
 * CONFIG_PARAVIRT_TIME_ACCOUNTING, with which the sum is as new as the run queue's clock, it is the
 * timer tick's. */
static __always_inline u64 stolen_time(const struct rq *queue)
{
	if (bpf_core_field_exists(queue->prev_steal_time_rq))
		return queue->prev_steal_time_rq;
	if (bpf_core_field_exists(queue->prev_steal_time))
		return queue->prev_steal_time;
	return 0;
}

#endif
