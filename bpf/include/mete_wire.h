/* What crosses the boundary between the kernel side and user space; the only declaration of it.
 *
 * Counters are cumulative since the thread started, so a lost record costs resolution and never
 * usage. Times are nanoseconds. All padding is named, so that no uninitialised byte leaves the
 * kernel. wire_layout.c asserts the layout.
 */
#ifndef METE_WIRE_H
#define METE_WIRE_H

#ifndef METE_KERNEL_SIDE
#include <linux/types.h>
#endif

#define METE_NAME_BYTES 16
#define METE_PATH_BYTES 256

enum mete_record_kind {
	/* The thread's counters have moved. */
	METE_RECORD_USAGE = 1,
	/* The thread's last counters: it will never run again. */
	METE_RECORD_EXIT = 2,
	/* The thread was made by a thread of process parent_pid. */
	METE_RECORD_FORK = 3,
	/* The process runs a new program; an exec record. */
	METE_RECORD_EXEC = 4,
	/* The thread has a new name. */
	METE_RECORD_RENAME = 5,
	/* The thread, or with METE_FLAG_PROCESS its whole process, was put into another cgroup. */
	METE_RECORD_MOVE = 6,
};

enum mete_record_flag {
	/* wait_ns includes a wait that is not over yet. */
	METE_FLAG_WAITING = 1,
	/* The record speaks of the whole process. */
	METE_FLAG_PROCESS = 2,
	/* The thread is one of the kernel's own. */
	METE_FLAG_KERNEL = 4,
};

struct mete_thread_record {
	__u16 kind;
	__u16 flags;
	__u32 tid;
	/* Thread group, which user space calls the process. */
	__u32 pid;
	/* Process that made it, or that adopted it. */
	__u32 parent_pid;
	/* Effective user id, in the initial user namespace. */
	__u32 user;
	__u32 reserved;
	/* Since boot; with tid it names the thread for ever. */
	__u64 start_ns;
	__u64 run_ns;
	__u64 wait_ns;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	char name[METE_NAME_BYTES];
};

struct mete_exec_record {
	struct mete_thread_record thread;
	/* Thread that called execve and took over the id of the process's first thread. */
	__u32 old_tid;
	__u32 reserved;
	/* As given to execve; cut off when longer. */
	char path[METE_PATH_BYTES];
};

/* What user space tells the programs while they run. */
struct mete_control {
	/* Of the entries that exits are spilled into now; those of earlier ones are complete once
	 * all programs that began under them have ended, and may be taken. */
	__u32 spill_generation;
	/* Whether a sweep lists threads that have not moved too. */
	__u32 sweep_lists_all;
	/* A thread's first switch after it has changed sends a record. */
	__u64 tick;
};

struct mete_spill_key {
	__u32 pid;
	__u32 generation;
};

/* Last counters of threads whose exit record found no room, by process. */
struct mete_spill {
	__u32 parent_pid;
	__u32 reserved;
	__u64 threads;
	__u64 run_ns;
	__u64 wait_ns;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
};

/* What did not reach user space in a record of its own, since load, per CPU. */
struct mete_losses {
	/* Usage records that found no room: later ones carry the same usage. */
	__u64 usage_records;
	/* Fork, exec, rename and move records that found no room: user space finds out late. */
	__u64 event_records;
	/* Exit records that found no room: their usage went into the spill map. */
	__u64 exit_records;
	/* Exit records that found no room there either: their usage is in the four counters below.
	 */
	__u64 unattributed_threads;
	__u64 unattributed_run_ns;
	__u64 unattributed_wait_ns;
	__u64 unattributed_voluntary_switches;
	__u64 unattributed_involuntary_switches;
};

#endif
