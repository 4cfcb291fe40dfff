/* Every switch and wake-up, one by one, for a trace that shows them.
 *
 * Loaded when such a trace is asked for, and by nothing else: the programs of sched.bpf.c send a
 * record when a slice has been used, these send one for each event, 56 bytes and a turn at the ring
 * buffer's lock. They share nothing with the others but the header. An event that finds no room is
 * counted, and the next one of its CPU says how many were lost before it, so that whoever puts the
 * switches together knows where there is a hole. A switch of which no program is told leaves a hole
 * that nobody counts (there are kernels that run none while a given process has the CPU); it shows
 * in that a thread leaves which was not seen to come, and since when that one has run, the kernel
 * keeps itself.
 */
#define METE_KERNEL_SIDE
#include "kernel_types.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "mete_wire.h"
#include "compat.bpf.h"

/* Size is set by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 24);
} sched_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mete_sched_losses);
} sched_losses SEC(".maps");

static __always_inline void send(u16 kind, u16 flags, u64 ran, struct task_struct *task,
				 struct task_struct *next)
{
	u32 zero = 0;
	struct mete_sched_losses *lost = bpf_map_lookup_elem(&sched_losses, &zero);
	struct mete_sched_event *event;

	if (!lost)
		return;
	event = bpf_ringbuf_reserve(&sched_events, sizeof(*event), 0);
	if (!event) {
		lost->events++;
		return;
	}
	event->time_ns = bpf_ktime_get_ns();
	event->cpu = bpf_get_smp_processor_id();
	event->kind = kind;
	event->flags = flags;
	event->tid = task->pid;
	event->pid = task->tgid;
	event->next_tid = next->pid;
	event->next_pid = next->tgid;
	event->lost_before = (u32)(lost->events - lost->told);
	event->ran_ns = ran < (u32)-1 ? ran : (u32)-1;
	lost->told = lost->events;
	__builtin_memcpy(event->next_name, next->comm, sizeof(event->next_name));
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_event_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	u16 flags = 0;

	if (prev->__state & TASK_DEAD)
		flags = METE_SCHED_ENDED;
	else if (preempt || !prev->__state)
		flags = METE_SCHED_RUNNABLE;
	send(METE_SCHED_SWITCH, flags, time_on_cpu(prev), prev, next);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_event_wakeup, struct task_struct *task)
{
	send(METE_SCHED_WAKEUP, 0, 0, bpf_get_current_task_btf(), task);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_event_wakeup_new, struct task_struct *task)
{
	send(METE_SCHED_WAKEUP, 0, 0, bpf_get_current_task_btf(), task);
	return 0;
}

/* Tells what this CPU runs now. Attached to nothing: user space runs it on each CPU. */
SEC("raw_tp")
int tell_running(void *context)
{
	struct task_struct *task = bpf_get_current_task_btf();

	send(METE_SCHED_RUNNING, 0, 0, task, task);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
