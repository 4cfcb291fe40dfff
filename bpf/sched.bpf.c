/* CPU time and run-queue delay of every thread.
 *
 * The kernel keeps both per task (se.sum_exec_runtime, sched_info.run_delay); the switch hook only
 * compares them with what user space was told last and sends a record when at least a slice has
 * been added. The sweep, run by user space, brings in whatever else has moved, including threads
 * that never leave the CPU and threads that still wait for one. It reads the memory of every task,
 * most of it cold: 0.8 us for each on an AMD EPYC. With many threads it is therefore not made in
 * every tick; then the first switch of a thread in a tick sends a record, and report_running()
 * asks for the threads that do not switch.
 *
 * A thread's last record is written at its last switch, not at sched_process_exit: what a thread
 * runs between those two is its own as well, and for one that lives shorter than a timer tick
 * sum_exec_runtime is still 0 at sched_process_exit.
 *
 * State is made at fork and in the sweep, never in the switch hook: that one runs with the run
 * queue locked, where an allocation may wake kswapd and so wait for the same lock.
 */
#define METE_KERNEL_SIDE
#include "kernel_types.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "mete_wire.h"
#include "maps.bpf.h"
#include "compat.bpf.h"
#include "record.bpf.h"
#include "slot.bpf.h"
#include "histogram.bpf.h"
#include "throttle.bpf.h"
#include "disturbance.bpf.h"

/* Set by the loader: run time and delay that must have been added before a switch sends a record.
 */
const volatile u64 slice_ns = 10 * 1000 * 1000;
const volatile bool counts_delays = false;

static __always_inline struct mete_spill_key spill_key(const struct task_struct *process)
{
	return (struct mete_spill_key){
		.pid = process->tgid,
		.generation = control.spill_generation,
	};
}

/* The entry of a process in a spill map, made if there is none; NULL when the map is full. */
static __always_inline struct mete_spill *spill_entry(void *map, struct task_struct *process)
{
	struct mete_spill_key key = spill_key(process);
	struct mete_spill fresh = {}, *entry = bpf_map_lookup_elem(map, &key);

	if (entry)
		return entry;
	fresh.parent_pid = process->real_parent->tgid;
	fresh.start_ns = process->group_leader->start_boottime;
	bpf_map_update_elem(map, &key, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, &key);
}

/* A storm of processes fills the map; few processes make it, and among those is its own place when
 * such a one ends. */
static __always_inline struct mete_spill *spill_place(struct task_struct *task)
{
	struct mete_spill *entry = spill_entry(&spill, task);
	struct mete_spill_key key = spill_key(task);

	if (!entry)
		entry = bpf_map_lookup_elem(&parent_spill, &key);
	return entry ?: spill_entry(&parent_spill, task->real_parent);
}

static __always_inline void spill_exit(struct task_struct *task, const struct thread_state *state,
				       const struct counters *now)
{
	struct counters rest = *now;
	struct mete_spill *entry;
	struct mete_losses *lost;

	if (state) {
		rest.run_ns -= state->sent_run_ns;
		rest.wait_ns -= state->sent_wait_ns;
		rest.voluntary -= state->sent_voluntary;
		rest.involuntary -= state->sent_involuntary;
	}
	/* Of these what was sent is not kept: threads that fill the ring live too short to send
	 * any. */
	entry = spill_place(task);
	if (entry) {
		__sync_fetch_and_add(&entry->threads, 1);
		__sync_fetch_and_add(&entry->run_ns, rest.run_ns);
		__sync_fetch_and_add(&entry->wait_ns, rest.wait_ns);
		__sync_fetch_and_add(&entry->voluntary_switches, rest.voluntary);
		__sync_fetch_and_add(&entry->involuntary_switches, rest.involuntary);
		if (!state || !state->sent_run_ns) {
			__sync_fetch_and_add(&entry->migrations, migrations_of(task));
			__sync_fetch_and_add(&entry->minor_faults, task->min_flt);
			__sync_fetch_and_add(&entry->major_faults, task->maj_flt);
		}
		return;
	}
	lost = my_losses();
	if (lost) {
		lost->unattributed_threads++;
		lost->unattributed_run_ns += rest.run_ns;
		lost->unattributed_wait_ns += rest.wait_ns;
		lost->unattributed_voluntary_switches += rest.voluntary;
		lost->unattributed_involuntary_switches += rest.involuntary;
	}
}

static __noinline void send_exit(struct task_struct *task, struct thread_state *state)
{
	struct mete_thread_record *record;
	struct counters now;

	read_counters(task, state, &now);
	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		COUNT_LOSS(exit_records);
		spill_exit(task, state, &now);
		return;
	}
	fill_record(record, task, &now, METE_RECORD_EXIT, 0);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

static __always_inline void send_usage(struct task_struct *task, struct thread_state *state,
				       const struct counters *now)
{
	struct mete_thread_record *record = NULL;

	if (bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) < usage_limit_bytes)
		record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		COUNT_LOSS(usage_records);
		return;
	}
	fill_record(record, task, now, METE_RECORD_USAGE, 0);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	mark_sent(state, now);
	state->sent_tick = control.tick;
}

static __always_inline u64 unsent(const struct thread_state *state, const struct counters *now)
{
	return now->run_ns - state->sent_run_ns + now->wait_ns - state->sent_wait_ns;
}

/* The wait before the run that ends here: the kernel has added it when that run began. */
static __always_inline void count_delay(struct task_struct *task, struct thread_state *state,
					const struct counters *now)
{
	u64 delay = now->wait_ns - state->seen_wait_ns;

	state->seen_wait_ns = now->wait_ns;
	add_to_histogram(place_of(task, state), METE_RUN_QUEUE_DELAY, delay, true);
}

static __always_inline void note_idle(struct task_struct *prev, struct task_struct *next)
{
	u32 zero = 0, *idle;

	if (prev->pid && next->pid)
		return;
	idle = bpf_map_lookup_elem(&idle_cpus, &zero);
	if (idle)
		*idle = !next->pid;
}

/* Returns when the wait began that ends now, 0 when there was none. */
static __always_inline u64 end_wait(struct task_struct *next, u64 clock)
{
	struct thread_state *state;
	u64 since;

	if (!next->pid)
		return 0;
	if (!own_clock)
		return next->sched_info.last_queued;
	state = bpf_task_storage_get(&threads, next, 0, 0);
	if (!state || !state->queued_at_ns)
		return 0;
	since = state->queued_at_ns;
	if (clock > since)
		state->own_wait_ns += clock - since;
	state->queued_at_ns = 0;
	return since;
}

/* Begins a wait of the task that leaves a CPU, where it wants to go on. One that is open was over
 * when it was given the CPU, of which no program was told: see events.bpf.c. It counts up to then
 * where the kernel keeps when that was, and is dropped elsewhere. */
static __always_inline void begin_wait(struct task_struct *prev, struct thread_state *state,
				       bool is_runnable, u64 clock)
{
	u64 since = state->queued_at_ns;

	if (since) {
		u64 ran = time_on_cpu(prev);

		if (ran && since + ran < clock)
			state->own_wait_ns += clock - ran - since;
	}
	state->queued_at_ns = is_runnable ? clock : 0;
}

/* Adds up what the wait of the task that runs next was for. */
static __always_inline void judge_wait(struct recent_runs *recent, struct task_struct *next,
				       u64 since, u64 clock)
{
	struct thread_state *state = bpf_task_storage_get(&threads, next, 0, 0);
	struct wait wait = {
		.begin_ns = since,
		.end_ns = clock,
		.place = state ? place_of(next, state) : 0,
	};

	find_throttling(next, clock, &wait.throttled);
	divide_wait(recent, &wait);
}

/* Notes who has just run, and for whom the one that runs next has waited. */
static __always_inline void note_run(struct task_struct *prev, struct thread_state *state,
				     struct task_struct *next, u64 since, u64 clock)
{
	u32 zero = 0;
	struct recent_runs *recent = bpf_map_lookup_elem(&recent_runs, &zero);
	struct rq *queue = run_queue_of(prev);

	if (!recent || !clock)
		return;
	remember_run(recent, queue, prev, state ? place_of(prev, state) : 0, clock);
	if (since && since + LEAST_WAIT_NS <= clock)
		judge_wait(recent, next, since, clock);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct thread_state *state = NULL;
	struct counters now;
	u64 clock = own_clock ? wait_clock(prev) : run_queue_clock(prev), more, waiting_since;

	note_idle(prev, next);
	waiting_since = end_wait(next, clock);
	if (prev->pid)
		state = bpf_task_storage_get(&threads, prev, 0, 0);
	if (counts_delays)
		note_run(prev, state, next, waiting_since, clock);
	if (!prev->pid)
		return 0;
	if (prev->__state & TASK_DEAD) {
		if (state && counts_delays) {
			read_counters(prev, state, &now);
			count_delay(prev, state, &now);
		}
		send_exit(prev, state);
		return 0;
	}
	if (!state)
		return 0;
	if (own_clock)
		begin_wait(prev, state, preempt || !prev->__state, clock);
	read_counters(prev, state, &now);
	if (counts_delays)
		count_delay(prev, state, &now);
	more = unsent(state, &now);
	if (more >= slice_ns || (more && state->sent_tick != control.tick))
		send_usage(prev, state, &now);
	return 0;
}

/* Sends what the thread on this CPU has used up to now. Attached to nothing: user space runs it on
 * each CPU that is not idle (BPF_PROG_TEST_RUN on a CPU). */
SEC("raw_tp")
int report_running(void *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_state *state;
	struct counters now;

	if (!task->pid)
		return 0;
	state = bpf_task_storage_get(&threads, task, 0, 0);
	if (!state)
		return 0;
	read_counters(task, state, &now);
	if (unsent(state, &now))
		send_usage(task, state, &now);
	return 0;
}

static __always_inline int mark_queued(struct task_struct *task)
{
	struct thread_state *state;

	if (task->on_cpu)
		return 0;
	state = bpf_task_storage_get(&threads, task, 0, 0);
	if (state && !state->queued_at_ns)
		state->queued_at_ns = wait_clock(task);
	return 0;
}

/* Loaded with the own clock only. */
SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *task)
{
	return mark_queued(task);
}

/* Loaded with the own clock only. */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *task)
{
	return mark_queued(task);
}

/* The wait that is not over yet, 0 when there is none. */
static __always_inline u64 open_wait(struct task_struct *task, const struct thread_state *state)
{
	u64 since, clock;

	if (own_clock) {
		since = state ? state->queued_at_ns : 0;
		clock = wait_clock(task);
	} else {
		since = task->sched_info.last_queued;
		clock = run_queue_clock(task);
	}
	return since && clock > since ? clock - since : 0;
}

/* Waits before tracing began are not in the histogram. */
static __always_inline void leave_out_past(struct thread_state *state, const struct counters *now)
{
	if (!state->is_known) {
		state->seen_wait_ns = now->wait_ns;
		state->is_known = 1;
	}
}

/* Lists every thread whose counters user space does not know yet. Written to the iterator's file,
 * which waits for its reader: a sweep cannot overflow. The program runs again for a thread whose
 * record did not fit, so what was sent is noted last. */
SEC("iter/task")
int sweep(struct bpf_iter__task *context)
{
	struct mete_thread_record record = {};
	struct task_struct *task = context->task;
	struct thread_state *state;
	struct counters now;
	u64 waiting;

	if (!task || !task->pid || task->exit_state)
		return 0;
	state = bpf_task_storage_get(&threads, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	read_counters(task, state, &now);
	if (state)
		leave_out_past(state, &now);
	if (counts_delays && control.sweep_lists_all)
		leave_out_past_throttling(task);
	waiting = open_wait(task, state);
	if (state && !control.sweep_lists_all && !waiting && now.run_ns == state->sent_run_ns &&
	    now.wait_ns == state->sent_wait_ns)
		return 0;
	fill_record(&record, task, &now, METE_RECORD_USAGE, waiting ? METE_FLAG_WAITING : 0);
	record.wait_ns += waiting;
	/* Without state (no memory for it) user space is told of the thread in every sweep. */
	if (bpf_seq_write(context->meta->seq, &record, sizeof(record)) == 0 && state)
		mark_sent(state, &now);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
