/* Reads and writes of disks: requests, bytes, latency and errors, by component and device and by
 * thread.
 *
 * A request is its maker's: block_io_start runs in the thread that made it, where the hooks of
 * issue and completion run in whatever thread or interrupt serves the queue. Kernels before 6.6
 * lack it; there the first of insertion and issue counts, which is the maker's but for a queue that
 * another thread has unplugged.
 *
 * What a thread of the kernel makes, above all the flushers that write pages back, is on the
 * account of the cgroup that made them do so: it counts to the component that has that cgroup for
 * itself, and to no thread. For pages the kernel keeps such accounts on cgroup v2 with memory and
 * io alone; elsewhere it is the kernel that writes them back.
 *
 * Latency is from when the request was made until it is complete. The kernel's own note of its
 * beginning (start_time_ns) is not used: it may come from a clock that was read long before.
 *
 * Of a request that fails, or of the part that does, there is an error and nothing else.
 *
 * Not seen: requests that move no data of anybody's (discards, flushes, zeroes), and devices that
 * make no requests of their own (dm, md, zram) but by those of the disks below, so neither the
 * errors that they make up. What is merged into a request of another maker is that one's.
 *
 * Between the two a request is remembered in an array, at a place that its address gives: an array
 * costs a tenth of a hash map. Two requests that want both of a pair of places are rare, and the
 * second of them is counted without its thread.
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

#define FLIGHTS (1 << 14)
#define REQ_OP_MASK 0xff
#define REQ_OP_READ 0
#define REQ_OP_WRITE 1
#define REQ_OP_ZONE_APPEND 7
#define MINOR_BITS 20

/* A request on its way. */
struct flight {
	/* Its name, 0 for a place that is free. */
	u64 request;
	u64 start_ns;
	u32 tid;
	u32 slot;
	u32 place;
	u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FLIGHTS);
	__type(key, u32);
	__type(value, struct flight);
} flights SEC(".maps");

/* What names a request while it is on its way. The verifier lets nobody calculate with an address,
 * but with the distance of two. */
const volatile u64 origin = 0;

static __always_inline u64 name_of(const struct request *request)
{
	return (u64)request - (u64)&origin;
}

static __always_inline struct flight *place(u64 name, u32 which)
{
	/* Fibonacci hashing: requests lie in arrays, at equal distances. */
	u32 index = ((name >> 6) * 0x9E3779B97F4A7C15ull >> 50) ^ which;

	return bpf_map_lookup_elem(&flights, &index);
}

static __always_inline int direction_of(const struct request *request)
{
	u32 operation = request->cmd_flags & REQ_OP_MASK;

	if (operation == REQ_OP_READ)
		return METE_DISK_READ;
	return operation == REQ_OP_WRITE || operation == REQ_OP_ZONE_APPEND ? METE_DISK_WRITE : -1;
}

/* A thread of the kernel has made the request, for somebody else. */
static __always_inline void charge(struct flight *flight, struct request *request)
{
	u64 account = account_of(request);
	u32 *slot = account ? bpf_map_lookup_elem(&cgroup_slots, &account) : NULL;

	if (!slot)
		return;
	flight->slot = flight->place = *slot;
	flight->tid = 0;
}

static __always_inline int take_off(struct request *request)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u64 name = name_of(request);
	struct flight *flight = place(name, 0);
	struct thread_state *state;

	if (direction_of(request) < 0)
		return 0;
	if (flight && flight->request && flight->request != name)
		flight = place(name, 1);
	if (!flight || (flight->request && flight->request != name))
		return 0;
	flight->request = name;
	flight->start_ns = bpf_ktime_get_ns();
	flight->tid = task->pid;
	state = bpf_task_storage_get(&threads, task, 0, 0);
	flight->slot = state ? slot_of(task, state) : 0;
	flight->place = state ? place_of(task, state) : 0;
	if (task->flags & PF_KTHREAD)
		charge(flight, request);
	return 0;
}

SEC("tp_btf/block_io_start")
int BPF_PROG(on_io_start, struct request *request)
{
	return take_off(request);
}

/* Whether the request is on its way already: of insertion and issue the first counts. */
static __always_inline bool is_flying(const struct request *request)
{
	u64 name = name_of(request);
	struct flight *first = place(name, 0), *second = place(name, 1);

	return (first && first->request == name) || (second && second->request == name);
}

/* Loaded where there is no block_io_start only. */
SEC("tp_btf/block_rq_insert")
int BPF_PROG(on_insert, struct request *request)
{
	return is_flying(request) ? 0 : take_off(request);
}

/* Loaded where there is no block_io_start only. */
SEC("tp_btf/block_rq_issue")
int BPF_PROG(on_issue, struct request *request)
{
	return is_flying(request) ? 0 : take_off(request);
}

/* Loaded where there is no block_io_start only: one that was merged into another is complete with
 * that one, and its memory is another request's soon. */
SEC("tp_btf/block_rq_merge")
int BPF_PROG(on_merge, struct request *request)
{
	u64 name = name_of(request);
	struct flight *first = place(name, 0), *second = place(name, 1);

	if (first && first->request == name)
		first->request = 0;
	if (second && second->request == name)
		second->request = 0;
	return 0;
}

/* Whether a request was made before tracing began. The kernel's note of when it was may come from a
 * clock that was read a moment before, and is 0 where nobody asks for it. */
static __always_inline bool is_older(const struct request *request)
{
	u64 begun_ns = control.begun_ns;

	return !begun_ns || (request->start_time_ns && request->start_time_ns < begun_ns);
}

static __always_inline void add_use(struct mete_disk_use *use, int direction, u64 bytes,
				    u64 latency, bool is_last, bool has_failed)
{
	if (has_failed) {
		__sync_fetch_and_add(&use->errors[direction & 1], 1);
		return;
	}
	__sync_fetch_and_add(&use->bytes[direction & 1], bytes);
	if (!is_last)
		return;
	__sync_fetch_and_add(&use->requests[direction & 1], 1);
	__sync_fetch_and_add(&use->latency_ns[direction & 1], latency);
}

static __always_inline struct mete_disk_use *use_of(void *map, const void *key)
{
	struct mete_disk_use none = {}, *use = bpf_map_lookup_elem(map, key);

	if (use)
		return use;
	bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, key);
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(on_complete, struct request *request, int error, unsigned int bytes)
{
	int direction = direction_of(request);
	bool is_last = bytes >= request->__data_len, is_timed;
	u64 name = name_of(request);
	struct flight *flight = place(name, 0);
	struct mete_disk_key key = {};
	struct mete_disk_use *use;
	u64 start_ns, latency;
	u32 tid = 0, place_in_arrays = 0;

	if (direction < 0 || !request->q || !request->q->disk)
		return 0;
	if (flight && flight->request != name)
		flight = place(name, 1);
	/* A flush alone: it reads and writes nothing, also when it fails. */
	if (!request->__data_len) {
		if (flight && flight->request == name)
			flight->request = 0;
		return 0;
	}
	start_ns = 0;
	if (flight && flight->request == name) {
		start_ns = flight->start_ns;
		tid = flight->tid;
		key.slot = flight->slot;
		place_in_arrays = flight->place;
		if (is_last)
			flight->request = 0;
	} else if (!is_older(request)) {
		COUNT_LOSS(unattributed_requests);
	}
	is_timed = is_last && start_ns && !error;
	latency = is_timed ? bpf_ktime_get_ns() - start_ns : 0;
	key.device = (u32)request->q->disk->major << MINOR_BITS | request->q->disk->first_minor;
	use = use_of(&disk, &key);
	if (use)
		add_use(use, direction, bytes, latency, is_last, error);
	else
		COUNT_LOSS(uncounted_requests);
	if (is_timed)
		add_to_histogram(place_in_arrays, METE_DISK_READ_LATENCY + direction, latency,
				 false);
	if (!tid)
		return 0;
	use = use_of(&thread_disk, &tid);
	if (use)
		add_use(use, direction, bytes, latency, is_last, error);
	else
		COUNT_LOSS(thread_requests);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
