/* Births, new programs, new names and moves between cgroups: what user space needs to know which
 * component a thread belongs to. All of these are rare beside switches, and each sends one record.
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

/* Set by the loader: whether anything is counted in arrays by place. */
const volatile bool uses_places = false;

/* Places that are tried for one process. */
#define TRIES 8

/* A place for a process that is pending, 0 when there is none. Process ids that follow one another
 * begin at places that do. */
static __noinline u32 claim_place(u32 process)
{
	u32 try;

	for (try = 0; try < TRIES; try++) {
		u32 index = (process + try) & (METE_PENDING_PLACES - 1);
		u64 *owner = bpf_map_lookup_elem(&pending_owners, &index);

		if (owner && !__sync_val_compare_and_swap(owner, 0, process))
			return slot_count + index;
	}
	return 0;
}

static __always_inline void send_event(struct task_struct *task, u16 kind, u16 flags,
				       const char *name)
{
	struct mete_thread_record *record = reserve_event(sizeof(*record));
	struct counters now;

	if (!record)
		return;
	read_counters(task, bpf_task_storage_get(&threads, task, 0, 0), &now);
	fill_record(record, task, &now, kind, flags);
	if (name)
		bpf_probe_read_kernel_str(record->name, sizeof(record->name), name);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct mete_thread_record *record;
	struct thread_state *state, *maker;
	struct counters now = {};

	state = bpf_task_storage_get(&threads, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	maker = bpf_task_storage_get(&threads, parent, 0, 0);
	if (state) {
		state->is_known = 1;
		if (maker) {
			state->slot = maker->slot;
			state->slot_generation = maker->slot_generation;
			state->place = maker->place;
			state->execs = maker->execs;
			now.execs = maker->execs;
		}
	}
	record = reserve_event(sizeof(*record));
	if (!record)
		return 0;
	fill_record(record, child, &now, METE_RECORD_FORK, 0);
	/* The maker, which with CLONE_PARENT is not the child's parent. */
	record->parent_pid = parent->tgid;
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

/* From now on the process counts as pending. */
static __always_inline void begin_program(struct task_struct *task, struct thread_state *state)
{
	u32 process = task->tgid, place = 0;

	if (uses_places) {
		place = claim_place(process);
		if (!place) {
			COUNT_LOSS(unplaced_programs);
			place = place_of(task, state);
		}
	}
	state->place = place;
	state->slot = METE_SLOT_PENDING | process;
	state->execs++;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *program)
{
	struct mete_exec_record *record;
	struct thread_state *state = bpf_task_storage_get(&threads, task, 0, 0);
	u32 process = task->tgid;
	struct counters now;

	/* Where its threads belonged says nothing of the new program. */
	bpf_map_delete_elem(&slots, &process);
	if (state)
		begin_program(task, state);
	record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
	if (!record) {
		COUNT_LOSS(event_records);
		return 0;
	}
	read_counters(task, state, &now);
	fill_record(&record->thread, task, &now, METE_RECORD_EXEC, METE_FLAG_PROCESS);
	record->old_tid = old_pid;
	record->reserved = 0;
	__builtin_memset(record->path, 0, sizeof(record->path));
	bpf_probe_read_kernel_str(record->path, sizeof(record->path), program->filename);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	return 0;
}

/* Called before the name is changed. */
SEC("tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *task, const char *name)
{
	send_event(task, METE_RECORD_RENAME, 0, name);
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_move, struct cgroup *destination, const char *path, struct task_struct *task,
	     bool whole_process)
{
	send_event(task, METE_RECORD_MOVE, whole_process ? METE_FLAG_PROCESS : 0, NULL);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
