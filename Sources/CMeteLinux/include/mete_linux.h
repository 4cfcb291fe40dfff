/*
 * System calls and constants that Swift's Glibc module does not offer.
 *
 * One function per system call, each returning 0 (or a descriptor, or an id) on success and -errno
 * on failure, so that no caller depends on when errno is read. Nothing here allocates, retries or
 * decides.
 */
#ifndef METE_LINUX_H
#define METE_LINUX_H

#include <stdint.h>
#include <sys/types.h>

/* SCHED_* and SCHED_FLAG_* of <linux/sched.h>, under names of our own: libcs disagree on which they
 * define. */
enum {
	METE_SCHED_OTHER = 0,
	METE_SCHED_FIFO = 1,
	METE_SCHED_RR = 2,
	METE_SCHED_BATCH = 3,
	METE_SCHED_DEADLINE = 6,
};

enum {
	METE_SCHED_FLAG_RESET_ON_FORK = 0x01,
	METE_SCHED_FLAG_RECLAIM = 0x02,
};

/* struct sched_attr, version 0 (48 bytes), which every kernel with SCHED_DEADLINE takes. */
struct mete_sched_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

/* sched_setattr(2) on one thread; sets attr.size itself. */
int mete_sched_setattr(pid_t tid, const struct mete_sched_attr *attr);
/* sched_getattr(2) on one thread. */
int mete_sched_getattr(pid_t tid, struct mete_sched_attr *attr);
/* sched_getaffinity(2): how many CPUs the thread may run on, or -errno. */
int mete_affinity_count(pid_t tid);
/* sched_setaffinity(2): bind a thread to one CPU. */
int mete_bind_to_cpu(pid_t tid, int cpu);
/* The caller's thread id. */
pid_t mete_gettid(void);
/* flock(2), exclusive, without waiting. */
int mete_lock_exclusively(int fd);

#endif
