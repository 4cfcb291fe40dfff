/* Which slot the usage of a thread is counted in.
 *
 * User space tells it by process, and for processes that are divided between components by thread.
 * A new process counts with the one that made it. One that runs a new program counts by itself, as
 * pending, until user space has looked at the program: what is counted so is known by process, and
 * finds its component afterwards. What user space tells of a program that has made way for another
 * meanwhile is not listened to.
 */
#ifndef METE_SLOT_H
#define METE_SLOT_H

/* Set by the loader: a power of two. */
const volatile u32 slot_count = METE_LEAST_SLOTS;

static __always_inline bool is_of_program(u32 told, u32 execs)
{
	return (told >> METE_SLOT_EXECS_SHIFT & METE_SLOT_EXECS_MASK) ==
	       (execs & METE_SLOT_EXECS_MASK);
}

static __noinline u32 find_slot(struct task_struct *task, u32 inherited, u32 execs)
{
	u32 key = task->tgid, *slot = bpf_map_lookup_elem(&slots, &key), whole;

	if (!slot || !is_of_program(*slot, execs))
		return inherited;
	whole = *slot & METE_SLOT_MASK;
	if (!(*slot & METE_SLOT_BY_THREAD) || task->pid == task->tgid)
		return whole;
	key = task->pid;
	slot = bpf_map_lookup_elem(&slots, &key);
	return slot && is_of_program(*slot, execs) ? *slot & METE_SLOT_MASK : whole;
}

static __always_inline u32 slot_of(struct task_struct *task, struct thread_state *state)
{
	u32 generation = control.slot_generation;

	if (state->slot_generation != generation) {
		state->slot = find_slot(task, state->slot, state->execs);
		state->slot_generation = generation;
	}
	return state->slot;
}

/* Where the thread is counted in arrays. */
static __always_inline u32 place_of(struct task_struct *task, struct thread_state *state)
{
	u32 slot = slot_of(task, state);

	return slot & METE_SLOT_PENDING ? state->place : slot;
}

/* Index of a place's entry for this CPU in an array. */
static __always_inline u32 place_index(u32 place)
{
	u32 places = slot_count + METE_PENDING_PLACES;

	return bpf_get_smp_processor_id() * places + (place < places ? place : 0);
}

#endif
