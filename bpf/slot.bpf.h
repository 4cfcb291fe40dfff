/* Which slot the usage of a thread is counted in.
 *
 * User space tells it by process, and for processes that are divided between components by thread.
 * A new process counts with the one that made it. One that runs a new program counts by itself, as
 * pending, until user space has looked at the program: what is counted so is known by process, and
 * finds its component afterwards.
 */
#ifndef METE_SLOT_H
#define METE_SLOT_H

static __noinline u32 find_slot(struct task_struct *task, u32 inherited)
{
	u32 key = task->tgid, *slot = bpf_map_lookup_elem(&slots, &key), whole;

	if (!slot)
		return inherited;
	whole = *slot & ~METE_SLOT_BY_THREAD;
	if (whole == *slot || task->pid == task->tgid)
		return whole;
	key = task->pid;
	slot = bpf_map_lookup_elem(&slots, &key);
	return slot ? *slot : whole;
}

static __always_inline u32 slot_of(struct task_struct *task, struct thread_state *state)
{
	u32 generation = control.slot_generation;

	if (state->slot_generation != generation) {
		state->slot = find_slot(task, state->slot);
		state->slot_generation = generation;
	}
	return state->slot;
}

/* Index of a slot's entry for this CPU in an array; what is pending has none of its own. */
static __always_inline u32 slot_index(u32 slot)
{
	return bpf_get_smp_processor_id() * METE_SLOTS +
	       (slot & METE_SLOT_PENDING ? 0 : slot & (METE_SLOTS - 1));
}

#endif
