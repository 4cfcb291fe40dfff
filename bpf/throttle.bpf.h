/* Which part of a wait is a CFS quota's doing: that of the waiter's own cgroup, or of one above it.
 *
 * The kernel adds up, for each group and CPU, how long the group was held back there, and does so
 * when that is over. The sum is looked at when a thread that has waited is given the CPU: what has
 * been added since it was last looked at is when the group was held back, until now. Whoever was
 * held back comes by here at the end, so that ends too late by no more than the first of them had
 * to stand in line for afterwards, and never is more than the kernel's own sum. Threads that are
 * given the CPU later are judged by the same times.
 *
 * Costs nothing in a switch without such a wait, or in a group that never was held back. A thread
 * that another CPU takes over as soon as it is set free is judged by that CPU's sum.
 */
#ifndef METE_THROTTLE_H
#define METE_THROTTLE_H

/* When a group was last held back on one CPU. */
struct throttling {
	/* The kernel's sum up to its end. */
	u64 total_ns;
	u64 begin_ns;
	u64 end_ns;
};

/* By the address of the group's run queue on one CPU, of which no other CPU runs a thread. Filled
 * while the run queue is locked, where nothing may be allocated. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct throttling);
} throttlings SEC(".maps");

/* What a group was held back before tracing began is no part of a wait. */
static __always_inline void leave_out_past_throttling(struct task_struct *task)
{
	struct throttling past = {.total_ns = throttled_time(task)};
	u64 key = run_queue_name(task);

	if (past.total_ns)
		bpf_map_update_elem(&throttlings, &key, &past, BPF_NOEXIST);
}

/* When the group of a task that is given the CPU now was last held back there, in *found; false
 * when it never was. */
static __always_inline bool find_throttling(struct task_struct *task, u64 now_ns,
					    struct throttling *found)
{
	u64 total_ns = throttled_time(task), key = run_queue_name(task), more;
	struct throttling *last;

	/* Real-time and deadline threads are not held back. */
	if (!total_ns || task->prio < 100)
		return false;
	last = bpf_map_lookup_elem(&throttlings, &key);
	if (last && last->total_ns == total_ns) {
		*found = *last;
		return true;
	}
	/* A smaller sum is that of a new group, which has the memory of a former one. Of a sum that
	 * is seen for the first time nobody knows how old it is: it is no part of a wait. */
	more = last ? total_ns - (last->total_ns < total_ns ? last->total_ns : 0) : 0;
	found->total_ns = total_ns;
	found->begin_ns = now_ns > more ? now_ns - more : 0;
	found->end_ns = now_ns;
	bpf_map_update_elem(&throttlings, &key, found, BPF_ANY);
	return more;
}

#endif
