/* Filling and sending records; what to do when there is no room. */
#ifndef METE_RECORD_H
#define METE_RECORD_H

/* Bytes of ring-buffer data above which only events are sent: usage can wait, an exit cannot. Set
 * by the loader. */
const volatile u64 usage_limit_bytes = 3 << 18;

/* Set by the loader: what is traced beside CPUs. */
const volatile bool traces_network = false;

struct counters {
	u64 run_ns;
	u64 wait_ns;
	u64 voluntary;
	u64 involuntary;
	u32 execs;
};

static __always_inline struct mete_losses *my_losses(void)
{
	u32 zero = 0;

	return bpf_map_lookup_elem(&losses, &zero);
}

#define COUNT_LOSS(field)                                                                          \
	({                                                                                         \
		struct mete_losses *lost = my_losses();                                            \
		if (lost)                                                                          \
			lost->field++;                                                             \
	})

static __always_inline void read_counters(struct task_struct *task, struct thread_state *state,
					  struct counters *now)
{
	now->run_ns = task->se.sum_exec_runtime;
	if (own_clock)
		now->wait_ns = state ? state->own_wait_ns : 0;
	else
		now->wait_ns = task->sched_info.run_delay;
	now->voluntary = task->nvcsw;
	now->involuntary = task->nivcsw;
	now->execs = state ? state->execs : 0;
}

static __always_inline u64 migrations_of(struct task_struct *task)
{
	return bpf_core_field_exists(task->se.nr_migrations) ? task->se.nr_migrations : 0;
}

static __always_inline void fill_record(struct mete_thread_record *record, struct task_struct *task,
					const struct counters *now, u16 kind, u16 flags)
{
	struct mete_traffic *traffic;

	record->kind = kind;
	record->flags = flags | (task->flags & PF_KTHREAD ? METE_FLAG_KERNEL : 0);
	record->tid = task->pid;
	record->pid = task->tgid;
	record->parent_pid = task->real_parent->tgid;
	record->user = task->cred->euid.val;
	record->execs = now->execs;
	record->start_ns = task->start_boottime;
	record->run_ns = now->run_ns;
	record->wait_ns = now->wait_ns;
	record->voluntary_switches = now->voluntary;
	record->involuntary_switches = now->involuntary;
	record->migrations = migrations_of(task);
	record->minor_faults = task->min_flt;
	record->major_faults = task->maj_flt;
	traffic = traces_network ? bpf_task_storage_get(&thread_network, task, 0, 0) : NULL;
	record->sent_bytes = traffic ? traffic->sent_bytes : 0;
	record->sent_packets = traffic ? traffic->sent_packets : 0;
	record->received_bytes = traffic ? traffic->received_bytes : 0;
	record->received_packets = traffic ? traffic->received_packets : 0;
	__builtin_memcpy(record->name, task->comm, sizeof(record->name));
}

static __always_inline void mark_sent(struct thread_state *state, const struct counters *now)
{
	state->sent_run_ns = now->run_ns;
	state->sent_wait_ns = now->wait_ns;
	state->sent_voluntary = now->voluntary;
	state->sent_involuntary = now->involuntary;
}

/* An event (everything but usage) of a thread. Returns the record to add to, or NULL when there is
 * no room. */
static __always_inline struct mete_thread_record *reserve_event(u64 size)
{
	struct mete_thread_record *record = bpf_ringbuf_reserve(&records, size, 0);

	if (!record)
		COUNT_LOSS(event_records);
	return record;
}

#endif
