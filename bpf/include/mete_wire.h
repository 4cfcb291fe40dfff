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
/* How many slots there may be, a power of two: components that the kernel side tells apart. Slot 0
 * is for what it cannot tell. */
#define METE_LEAST_SLOTS 256
#define METE_MOST_SLOTS 16384
/* Places beside those of the slots, in arrays, for processes that are pending: see below. */
#define METE_PENDING_PLACES 256
/* Of a histogram: four to a power of two, from 256 ns to 2^40 ns (18 minutes); what is shorter is
 * in the first and what is longer in the last. */
#define METE_BUCKETS 128
#define METE_SMALLEST_OCTAVE 8

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
	/* How often the process has begun to run a new program since tracing began, or the process
	 * that made it had by then. */
	__u32 execs;
	/* Since boot; with tid it names the thread for ever. */
	__u64 start_ns;
	__u64 run_ns;
	__u64 wait_ns;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	/* From one CPU to another. */
	__u64 migrations;
	/* Page faults without and with a read from disk. */
	__u64 minor_faults;
	__u64 major_faults;
	/* By way of sockets; 0 while the network is not traced. */
	__u64 sent_bytes;
	__u64 sent_packets;
	__u64 received_bytes;
	__u64 received_packets;
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
	/* A thread looks up its slot anew after this has changed. */
	__u32 slot_generation;
	__u32 reserved;
	/* When tracing began, on the monotonic clock; 0 until then. */
	__u64 begun_ns;
};

/* Where the threads of a process, or a single thread, are counted: the value of the map of slots,
 * by process and, where METE_SLOT_BY_THREAD is set, by thread. It is true of the program that the
 * process ran when it had begun to run so many, in the bits from METE_SLOT_EXECS_SHIFT on. */
#define METE_SLOT_BY_THREAD 0x80000000u
#define METE_SLOT_MASK 0x3fffu
#define METE_SLOT_EXECS_SHIFT 14
#define METE_SLOT_EXECS_MASK 0xffffu
/* With the id of a process: a slot of its own until user space has told where the process belongs.
 * In arrays it has no place by that, but one of METE_PENDING_PLACES behind the places of the slots,
 * which is its until user space sets the owner of the place to 0.
 */
#define METE_SLOT_PENDING 0x40000000u

enum mete_histogram_kind {
	/* Waits for a CPU, one for each time that a thread was given one. */
	METE_RUN_QUEUE_DELAY,
	/* Reads and writes of disks, from when the request was made until it was complete. */
	METE_DISK_READ_LATENCY,
	METE_DISK_WRITE_LATENCY,
	METE_HISTOGRAMS,
};

struct mete_histogram {
	__u64 buckets[METE_BUCKETS];
};

/* All histograms of one slot on one CPU. */
struct mete_slot_histograms {
	struct mete_histogram kinds[METE_HISTOGRAMS];
};

/* Who had the CPU while a thread waited for it, or what else kept the thread from it. */
enum mete_runner {
	/* A thread of the component that the key names. */
	METE_RUNNER_COMPONENT,
	/* A thread under SCHED_FIFO or SCHED_RR, or SCHED_DEADLINE, of any component. */
	METE_RUNNER_REALTIME,
	METE_RUNNER_DEADLINE,
	/* Nobody: the CPU was waking up. */
	METE_RUNNER_IDLE,
	/* Too long ago to be known, or on a CPU that the thread was not given in the end. */
	METE_RUNNER_UNKNOWN,
	/* Whoever it was: a CFS quota of the waiter's cgroup, or of one above it, held the thread
	 * back. */
	METE_RUNNER_THROTTLED,
	/* Whoever it was: the hypervisor had the CPU meanwhile. */
	METE_RUNNER_STEAL,
};

struct mete_disturbance_key {
	/* Of the component that waited. */
	__u32 waiter;
	/* Of the component that ran; 0 for the other kinds. */
	__u32 runner;
	__u32 kind;
};

struct mete_disk_key {
	/* Major number shifted left by 20, and minor number, of the whole disk. */
	__u32 device;
	__u32 slot;
};

enum mete_disk_direction {
	METE_DISK_READ,
	METE_DISK_WRITE,
	METE_DISK_DIRECTIONS,
};

/* What was read from or written to disks, complete requests only. */
struct mete_disk_use {
	__u64 requests[METE_DISK_DIRECTIONS];
	__u64 bytes[METE_DISK_DIRECTIONS];
	__u64 latency_ns[METE_DISK_DIRECTIONS];
	/* Requests that failed, which are in none of the above; one that fails in parts counts for
	 * each. */
	__u64 errors[METE_DISK_DIRECTIONS];
};

enum mete_socket_class {
	METE_TCP4,
	METE_TCP6,
	METE_UDP4,
	METE_UDP6,
	METE_UNIX,
	METE_OTHER_SOCKET,
	METE_SOCKET_CLASSES,
};

struct mete_traffic {
	__u64 sent_bytes;
	/* Segments of TCP; otherwise calls. */
	__u64 sent_packets;
	__u64 received_bytes;
	__u64 received_packets;
};

/* Of one slot on one CPU. */
struct mete_network_use {
	struct mete_traffic classes[METE_SOCKET_CLASSES];
	__u64 retransmits;
};

/* Functions whose calls can be counted at once. */
#define METE_CALL_FUNCTIONS 64

struct mete_call_key {
	__u32 slot;
	/* In the order in which they were given to the loader. */
	__u32 function;
};

/* Calls of one function, on one CPU. A call within another one of the same function by the same
 * thread is in the first three only, so that time inside is not counted twice.
 *
 * Until now threads have been inside for ended_ns - begun_ns + (begun - ended) * now. Both sums
 * wrap. The order in which the kernel side writes (begun_ns, begun; ended, ended_ns) and in which
 * the fields stand and are read makes a reading in between too low and never too high.
 */
struct mete_call_use {
	__u64 calls;
	__u64 returned;
	/* Without a return: by longjmp or an exception, a new program, or the thread's end. */
	__u64 left;
	__u64 begun;
	__u64 begun_ns;
	__u64 ended_ns;
	__u64 ended;
};

struct mete_spill_key {
	__u32 pid;
	__u32 generation;
};

/* Last counters of threads whose exit record found no room, by process. */
struct mete_spill {
	__u32 parent_pid;
	__u32 reserved;
	/* Of the process: with its id it names it for ever. */
	__u64 start_ns;
	__u64 threads;
	__u64 run_ns;
	__u64 wait_ns;
	__u64 voluntary_switches;
	__u64 involuntary_switches;
	__u64 migrations;
	__u64 minor_faults;
	__u64 major_faults;
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
	/* Disk requests whose thread was not known when they were complete, and should have been:
	 * they are in slot 0, where those are that were made before tracing began. */
	__u64 unattributed_requests;
	/* Disk requests that found no room in the map of threads: their component's are complete.
	 */
	__u64 thread_requests;
	/* Disk requests that found no room in the map of components: they are counted nowhere. */
	__u64 uncounted_requests;
	/* Socket calls that are not counted to their thread, for want of memory; to their component
	 * they are. */
	__u64 network_threads;
	/* Parts of waits that found no room in the map of disturbances. */
	__u64 disturbances;
	/* Socket calls of pending processes that found no room: they are in slot 0. */
	__u64 unattributed_calls;
	/* New programs that found no place of their own: until user space has told where they
	 * belong their waits and the durations of their requests are whose those of the former
	 * were. */
	__u64 unplaced_programs;
	/* Calls of functions that are counted, without their time: too many were open at once. */
	__u64 untimed_calls;
	/* Calls of functions that found no room: they are counted nowhere. */
	__u64 uncounted_calls;
};

enum mete_sched_event_kind {
	/* A CPU went from one thread to the next. */
	METE_SCHED_SWITCH = 1,
	/* A thread is ready to run, told while another had this CPU. */
	METE_SCHED_WAKEUP = 2,
	/* What a CPU runs when tracing begins: both threads are the same. */
	METE_SCHED_RUNNING = 3,
};

enum mete_sched_event_flag {
	/* The thread that left the CPU wants to go on. */
	METE_SCHED_RUNNABLE = 1,
	/* It has ended. */
	METE_SCHED_ENDED = 2,
};

/* One event of the scheduler; those of a CPU come in their order, and so do those of a thread.
 * Thread 0 is an idle CPU. */
struct mete_sched_event {
	/* On the monotonic clock. */
	__u64 time_ns;
	__u32 cpu;
	__u16 kind;
	__u16 flags;
	/* Of the thread that had the CPU, and its process. */
	__u32 tid;
	__u32 pid;
	/* Of the thread that is given the CPU, or woken, and its process. */
	__u32 next_tid;
	__u32 next_pid;
	/* Events of this CPU that found no room since its last one. */
	__u32 lost_before;
	/* Of a switch: since when the thread that leaves has had the CPU, in nanoseconds before the
	 * event, as the kernel itself keeps it; the highest value for anything longer, 0 where that
	 * is not known. */
	__u32 ran_ns;
	char next_name[METE_NAME_BYTES];
};

/* Of one CPU. */
struct mete_sched_losses {
	/* Events that found no room. */
	__u64 events;
	/* How many of these a later event has told. */
	__u64 told;
};

#endif
