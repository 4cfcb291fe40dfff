/* Who ran while a thread waited for a CPU.
 *
 * Each CPU remembers its last runs. When a thread is given the CPU after a wait that is worth a
 * look, the runs that overlap the wait are added to what their components took from the waiter's. A
 * wait that began in the queue of another CPU is judged by the one that the thread was given.
 */
#ifndef METE_DISTURBANCE_H
#define METE_DISTURBANCE_H

/* Shorter waits are the cost of waking up. */
#define LEAST_WAIT_NS 20000
#define RUNS 16

struct run {
	u64 end_ns;
	u32 slot;
	u32 kind;
};

struct recent_runs {
	/* How many there have been. */
	u64 count;
	struct run runs[RUNS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct recent_runs);
} recent_runs SEC(".maps");

/* What is pending is not told apart: it would fill the map. */
static __always_inline u32 known_slot(u32 slot)
{
	return slot & METE_SLOT_PENDING ? 0 : slot;
}

static __always_inline void remember_run(struct recent_runs *recent, struct task_struct *task,
					 u32 slot, u64 now_ns)
{
	struct run *run = &recent->runs[recent->count & (RUNS - 1)];

	run->end_ns = now_ns;
	run->slot = known_slot(slot);
	if (!task->pid)
		run->kind = METE_RUNNER_IDLE;
	else if (task->prio >= 100)
		run->kind = METE_RUNNER_COMPONENT;
	else
		run->kind = task->prio < 0 ? METE_RUNNER_DEADLINE : METE_RUNNER_REALTIME;
	recent->count++;
}

static __always_inline void add_disturbance(u32 waiter, const struct run *run, u64 ns)
{
	struct mete_disturbance_key key = {
		.waiter = known_slot(waiter),
		.runner = run->kind == METE_RUNNER_COMPONENT ? run->slot : 0,
		.kind = run->kind,
	};
	u64 *total = bpf_map_lookup_elem(&disturbances, &key);

	if (total)
		*total += ns;
	else if (bpf_map_update_elem(&disturbances, &key, &ns, BPF_NOEXIST))
		COUNT_LOSS(disturbances);
}

/* Divides the wait from `since` until now, the newest run first. */
static __noinline int divide_wait(struct recent_runs *recent, u32 waiter, u64 since_ns, u64 now_ns)
{
	struct run unknown = {.kind = METE_RUNNER_UNKNOWN};
	u64 end_ns = now_ns, count = recent->count;
	u32 back;

	for (back = 1; back < RUNS && back <= count; back++) {
		const struct run *run = &recent->runs[(count - back) & (RUNS - 1)];
		u64 begin_ns = recent->runs[(count - back - 1) & (RUNS - 1)].end_ns;

		if (back == count || begin_ns > end_ns)
			break;
		if (begin_ns < since_ns)
			begin_ns = since_ns;
		if (end_ns > begin_ns)
			add_disturbance(waiter, run, end_ns - begin_ns);
		end_ns = begin_ns;
		if (end_ns <= since_ns)
			return 0;
	}
	if (end_ns > since_ns)
		add_disturbance(waiter, &unknown, end_ns - since_ns);
	return 0;
}

#endif
