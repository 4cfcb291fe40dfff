/* The maps that all programs share. Each object declares them; the loader makes them once. */
#ifndef METE_MAPS_H
#define METE_MAPS_H

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
