/* Calls of functions of libraries and programs, by a probe at the function's entry and another one
 * at its return: how many, how long each took, and how long threads have been inside.
 *
 * The only object that slows down other programs' own code, so it is loaded when somebody names
 * functions: two breakpoints and two runs of the programs below for every call (see mete(1),
 * OVERHEAD).
 *
 * Each thread has a stack of the calls that it is in. A call that never returns (longjmp, a C++
 * exception) is found by the stack pointer when the thread next enters or leaves a probed function:
 * calls below it cannot be open any more. New programs and exits end all of a thread's. As for the
 * kernel, which keeps such a stack for its return probes, threads that switch between stacks of
 * their own are beyond this.
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

/* Calls of one thread that may be open at once. */
#define DEPTH 32

/* Whether the durations of calls are counted in classes. Set by the loader. */
const volatile bool counts_call_latencies = false;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#ifdef __TARGET_ARCH_x86
struct pt_regs {
	unsigned long sp;
};
/* The return address, which the call put onto the stack and the return took off. */
#define RETURN_TAKES 8
#else
struct pt_regs;
struct user_pt_regs {
	u64 regs[31];
	u64 sp;
};
#define RETURN_TAKES 0
#endif

/* include/linux/uprobes.h, kernel/events/uprobes.c: where return probes lead to in a process. */
struct xol_area {
	unsigned long vaddr;
};

struct uprobes_state {
	struct xol_area *xol_area;
};

struct mm_struct {
	struct uprobes_state uprobes_state;
};

struct task_struct___memory {
	struct mm_struct *mm;
};

#pragma clang attribute pop

struct open_call {
	u64 begun_ns;
	/* At the entry. */
	u64 stack_pointer;
	/* Where it was counted as begun. */
	struct mete_call_key key;
};

struct call_stack {
	u32 depth;
	u32 reserved;
	struct open_call calls[DEPTH];
	/* By function: how many of the above are calls of it. */
	__u8 open[METE_CALL_FUNCTIONS];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call_stack);
} call_stacks SEC(".maps");

/* Sizes are set by the loader. Entries are made in advance, so that there is no call for which none
 * can be had at once. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, struct mete_call_key);
	__type(value, struct mete_call_use);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct mete_call_key);
	__type(value, struct mete_histogram);
} call_latencies SEC(".maps");

static __always_inline u64 stack_pointer(struct pt_regs *registers)
{
#ifdef __TARGET_ARCH_x86
	return registers->sp;
#else
	return ((struct user_pt_regs *)registers)->sp;
#endif
}

/* Where the function that is being entered will return to; 0 when that cannot be read. */
static __always_inline u64 return_address(struct pt_regs *registers)
{
#ifdef __TARGET_ARCH_x86
	u64 address = 0;

	bpf_probe_read_user(&address, sizeof(address), (void *)registers->sp);
	return address;
#else
	return ((struct user_pt_regs *)registers)->regs[30];
#endif
}

/* Whether a function is entered by a jump from the end of another one that is probed, too: then
 * both are open with the same stack pointer, and the return probe of the first has taken the place
 * of where it returns to. */
static __always_inline bool is_tail_call(struct pt_regs *registers, struct task_struct *task)
{
	struct task_struct___memory *with_memory = (void *)task;
	struct mm_struct *memory = NULL;
	struct xol_area *area = NULL;
	u64 target = 0;

	if (!bpf_core_field_exists(memory->uprobes_state.xol_area) ||
	    !bpf_core_field_exists(area->vaddr))
		return false;
	area = BPF_CORE_READ(with_memory, mm, uprobes_state.xol_area);
	if (!area)
		return false;
	target = BPF_CORE_READ(area, vaddr);
	return target && target == return_address(registers);
}

static __always_inline struct mete_call_use *use_of(const struct mete_call_key *key)
{
	struct mete_call_use none = {}, *use = bpf_map_lookup_elem(&calls, key);

	if (use)
		return use;
	bpf_map_update_elem(&calls, key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&calls, key);
}

/* What a histogram begins with: too large for a program's stack. */
static const struct mete_histogram no_latencies;

static __always_inline void add_latency(const struct mete_call_key *key, u64 ns)
{
	struct mete_histogram *histogram = bpf_map_lookup_elem(&call_latencies, key);
	u32 bucket = bucket_of(ns);

	if (!histogram) {
		bpf_map_update_elem(&call_latencies, key, &no_latencies, BPF_NOEXIST);
		histogram = bpf_map_lookup_elem(&call_latencies, key);
	}
	/* As in add_to_histogram(). */
	asm volatile("" : "+r"(bucket));
	if (histogram && bucket < METE_BUCKETS)
		__sync_fetch_and_add(&histogram->buckets[bucket], 1);
}

/* Takes the latest call off the stack. A program may be interrupted by a thread that adds to the
 * same counters; their order is what lets user space read them meanwhile: see struct mete_call_use.
 */
static __noinline int close_latest(struct call_stack *stack, u64 now, bool returned)
{
	struct mete_call_use *use;
	struct open_call *call;
	u32 latest, function;

	if (!stack)
		return 0;
	latest = stack->depth - 1;
	if (latest >= DEPTH)
		return 0;
	stack->depth = latest;
	call = &stack->calls[latest];
	function = call->key.function;
	if (function >= METE_CALL_FUNCTIONS)
		return 0;
	stack->open[function]--;
	use = bpf_map_lookup_elem(&calls, &call->key);
	if (!use) {
		COUNT_LOSS(untimed_calls);
		return 0;
	}
	__sync_fetch_and_add(returned ? &use->returned : &use->left, 1);
	/* A call within another one of the same function adds no time to that one's. */
	if (!stack->open[function]) {
		__sync_fetch_and_add(&use->ended, 1);
		__sync_fetch_and_add(&use->ended_ns, now);
	}
	if (returned && counts_call_latencies)
		add_latency(&call->key, now - call->begun_ns);
	return 0;
}

/* Calls that have been left without a return, as the stack pointer tells that is lower no more.
 * Equal: whether that means the same. */
static __always_inline void close_left(struct call_stack *stack, u64 pointer, bool equal, u64 now)
{
	u32 count;

	for (count = 0; count < DEPTH; count++) {
		u32 latest = stack->depth - 1;

		if (latest >= DEPTH)
			break;
		if (stack->calls[latest].stack_pointer > pointer ||
		    (stack->calls[latest].stack_pointer == pointer && !equal))
			break;
		close_latest(stack, now, false);
	}
}

static __always_inline void close_all(struct task_struct *task)
{
	struct call_stack *stack = bpf_task_storage_get(&call_stacks, task, 0, 0);

	if (stack)
		close_left(stack, ~0ULL, true, bpf_ktime_get_ns());
}

/* Whether the stack's latest call has this stack pointer. */
static __always_inline bool is_at(const struct call_stack *stack, u64 pointer)
{
	u32 latest = stack->depth - 1;

	return latest < DEPTH && stack->calls[latest].stack_pointer == pointer;
}

SEC("uprobe")
int on_call(struct pt_regs *registers)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct thread_state *state = bpf_task_storage_get(&threads, task, 0, 0);
	struct mete_call_key key = {
		.slot = state ? slot_of(task, state) : 0,
		.function = bpf_get_attach_cookie(registers),
	};
	u64 pointer = stack_pointer(registers), now = bpf_ktime_get_ns();
	struct call_stack *stack;
	struct mete_call_use *use;
	u32 depth, function = key.function;

	stack = bpf_task_storage_get(&call_stacks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (stack && stack->depth) {
		close_left(stack, pointer, false, now);
		if (is_at(stack, pointer) && !is_tail_call(registers, task))
			close_left(stack, pointer, true, now);
	}
	use = use_of(&key);
	if (!use) {
		COUNT_LOSS(uncounted_calls);
		return 0;
	}
	__sync_fetch_and_add(&use->calls, 1);
	depth = stack ? stack->depth : DEPTH;
	if (depth >= DEPTH || function >= METE_CALL_FUNCTIONS) {
		COUNT_LOSS(untimed_calls);
		return 0;
	}
	stack->calls[depth].begun_ns = now;
	stack->calls[depth].stack_pointer = pointer;
	stack->calls[depth].key = key;
	stack->depth = depth + 1;
	if (!stack->open[function]++) {
		__sync_fetch_and_add(&use->begun_ns, now);
		__sync_fetch_and_add(&use->begun, 1);
	}
	return 0;
}

SEC("uretprobe")
int on_return(struct pt_regs *registers)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call_stack *stack = bpf_task_storage_get(&call_stacks, task, 0, 0);
	u64 pointer = stack_pointer(registers) - RETURN_TAKES, now = bpf_ktime_get_ns();
	u32 latest;

	/* One that began before the probes were there, or in the process that made this one. */
	if (!stack)
		return 0;
	close_left(stack, pointer, false, now);
	latest = stack->depth - 1;
	if (latest < DEPTH && stack->calls[latest].stack_pointer == pointer &&
	    stack->calls[latest].key.function == bpf_get_attach_cookie(registers))
		close_latest(stack, now, true);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_calls_exec, struct task_struct *task)
{
	close_all(task);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_calls_exit, struct task_struct *task)
{
	close_all(task);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
