/* The maps that all programs share. Each object declares them; the loader makes them once. */
#ifndef METE_MAPS_H
#define METE_MAPS_H

/* The only variable of .bss: the objects share that map, too, and user space maps it. */
struct mete_control control = {};

/* Size is set by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} records SEC(".maps");

/* What user space has been told of a thread, and what the thread is waiting for. */
struct thread_state {
	u64 sent_run_ns;
	u64 sent_wait_ns;
	u64 sent_voluntary;
	u64 sent_involuntary;
	/* With the own clock only: total of finished waits, and start of the present one or 0. */
	u64 own_wait_ns;
	u64 queued_at_ns;
	/* control.tick when a switch last sent a record. */
	u64 sent_tick;
	/* Waits up to here are in the histogram. */
	u64 seen_wait_ns;
	/* Whether those before tracing began have been left out. */
	u64 is_known;
	/* Where its component is counted, as of control.slot_generation. */
	u32 slot;
	u32 slot_generation;
	/* While that is pending: where in arrays. */
	u32 place;
	/* As in a record. */
	u32 execs;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread_state);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mete_losses);
} losses SEC(".maps");

/* Whether the CPU is idle; 0 where no switch has told yet. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} idle_cpus SEC(".maps");

/* Slots of processes and threads, told by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 18);
	__type(key, u32);
	__type(value, u32);
} slots SEC(".maps");

/* Processes that have a place in arrays while they are pending, 0 where the place is free. Mapped
 * by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, METE_PENDING_PLACES);
	__type(key, u32);
	__type(value, u64);
} pending_owners SEC(".maps");

/* Of cgroups whose processes are all of one component, told by user space, by id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1 << 16);
	__type(key, u64);
	__type(value, u32);
} cgroup_slots SEC(".maps");

/* By CPU, then slot. Read by user space through a mapping, so that a look costs no system call. The
 * loader sets the size, and where not all is traced makes it one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mete_slot_histograms);
} histograms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct mete_network_use);
} network SEC(".maps");

/* Nanoseconds. Filled while the run queue is locked, where nothing may be allocated. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct mete_disturbance_key);
	__type(value, u64);
} disturbances SEC(".maps");

/* By slot, of those that are pending. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, u32);
	__type(value, struct mete_network_use);
} pending_network SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct mete_disk_key);
	__type(value, struct mete_disk_use);
} disk SEC(".maps");

/* By thread id. User space takes out those of threads that have ended. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, struct mete_disk_use);
} thread_disk SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct mete_traffic);
} thread_network SEC(".maps");

/* Of threads whose exit record found no room: by their process, and by its parent when that map is
 * full. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct mete_spill_key);
	__type(value, struct mete_spill);
} spill SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, struct mete_spill_key);
	__type(value, struct mete_spill);
} parent_spill SEC(".maps");

#endif
