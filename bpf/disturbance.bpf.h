/* Who ran while a thread waited for a CPU, or what else kept it from running: a quota, or the
 * hypervisor.
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
	/* While it lasted, by the hypervisor. */
	u32 stolen_ns;
	u16 place;
	u16 kind;
};

struct recent_runs {
	/* How many there have been. */
	u64 count;
	/* From this CPU, up to the end of the last. */
	u64 stolen_ns;
	struct run runs[RUNS];
};

/* One that is over. */
struct wait {
	u64 begin_ns;
	u64 end_ns;
	struct throttling throttled;
	u32 place;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct recent_runs);
} recent_runs SEC(".maps");

/* What has been stolen since this was last asked. */
static __always_inline u32 take_stolen(struct recent_runs *recent, const struct rq *queue)
{
	u64 total_ns = queue ? stolen_time(queue) : 0, more = total_ns - recent->stolen_ns;

	if (!more)
		return 0;
	recent->stolen_ns = total_ns;
	/* All that there was before the first run is nobody's. */
	if (!recent->count)
		return 0;
	return more < (u32)-1 ? more : (u32)-1;
}

static __always_inline void remember_run(struct recent_runs *recent, const struct rq *queue,
					 struct task_struct *task, u32 place, u64 now_ns)
{
	struct run *run = &recent->runs[recent->count & (RUNS - 1)];

	run->end_ns = now_ns;
	run->stolen_ns = take_stolen(recent, queue);
	run->place = place;
	if (!task->pid)
		run->kind = METE_RUNNER_IDLE;
	else if (task->prio >= 100)
		run->kind = METE_RUNNER_COMPONENT;
	else
		run->kind = task->prio < 0 ? METE_RUNNER_DEADLINE : METE_RUNNER_REALTIME;
	recent->count++;
}

/* The verifier looks at these three by themselves, and not anew on each of the ways that lead
 * through the runs of a wait: they are not static. */

/* Runner: its place, for a component. */
__noinline int add_disturbance(u32 waiter, u32 kind, u32 runner, u64 ns)
{
	struct mete_disturbance_key key = {
		.waiter = waiter,
		.runner = kind == METE_RUNNER_COMPONENT ? runner : 0,
		.kind = kind,
	};
	u64 *total;

	if (!ns)
		return 0;
	total = bpf_map_lookup_elem(&disturbances, &key);
	if (!total) {
		if (!bpf_map_update_elem(&disturbances, &key, &ns, BPF_NOEXIST))
			return 0;
		/* Another CPU may have made the entry meanwhile. */
		total = bpf_map_lookup_elem(&disturbances, &key);
	}
	if (total)
		*total += ns;
	else
		COUNT_LOSS(disturbances);
	return 0;
}

/* How much of the time from one begin to its end is between the other two as well. */
__noinline u64 overlap(u64 begin_ns, u64 end_ns, u64 other_begin_ns, u64 other_end_ns)
{
	if (begin_ns < other_begin_ns)
		begin_ns = other_begin_ns;
	if (end_ns > other_end_ns)
		end_ns = other_end_ns;
	return end_ns > begin_ns ? end_ns - begin_ns : 0;
}

/* How much of a part of a run the hypervisor had, of which only the sum is known: as much as its
 * share of the whole. Counted in microseconds, about, so that the product fits. */
__noinline u64 stolen_part(u32 stolen_ns, u64 part_ns, u64 whole_ns)
{
	u64 stolen = stolen_ns;

	if (stolen && part_ns < whole_ns)
		stolen = stolen * (part_ns >> 10) / ((whole_ns >> 10) + 1);
	return stolen < part_ns ? stolen : part_ns;
}

static __always_inline u64 throttled_part(const struct wait *wait, u64 begin_ns, u64 end_ns)
{
	return overlap(begin_ns, end_ns, wait->throttled.begin_ns, wait->throttled.end_ns);
}

/* The newest run first. A quota comes before the hypervisor, and that before who ran. */
static __noinline int divide_wait(struct recent_runs *recent, const struct wait *wait)
{
	u64 end_ns = wait->end_ns, throttled_ns, stolen_ns = 0, count = recent->count, part_ns;
	u32 back;

	for (back = 1; back < RUNS && back < count && end_ns > wait->begin_ns; back++) {
		const struct run *run = &recent->runs[(count - back) & (RUNS - 1)];
		u64 before_ns = recent->runs[(count - back - 1) & (RUNS - 1)].end_ns;
		u64 begin_ns = before_ns, stolen;

		if (begin_ns > end_ns)
			break;
		if (begin_ns < wait->begin_ns)
			begin_ns = wait->begin_ns;
		part_ns = end_ns - begin_ns - throttled_part(wait, begin_ns, end_ns);
		stolen = stolen_part(run->stolen_ns, part_ns, run->end_ns - before_ns);
		stolen_ns += stolen;
		add_disturbance(wait->place, run->kind, run->place, part_ns - stolen);
		end_ns = begin_ns;
	}
	if (end_ns > wait->begin_ns) {
		part_ns = end_ns - wait->begin_ns;
		part_ns -= throttled_part(wait, wait->begin_ns, end_ns);
		add_disturbance(wait->place, METE_RUNNER_UNKNOWN, 0, part_ns);
	}
	throttled_ns = throttled_part(wait, wait->begin_ns, wait->end_ns);
	add_disturbance(wait->place, METE_RUNNER_THROTTLED, 0, throttled_ns);
	add_disturbance(wait->place, METE_RUNNER_STEAL, 0, stolen_ns);
	return 0;
}

#endif
