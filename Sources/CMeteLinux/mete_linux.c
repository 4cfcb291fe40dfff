#define _GNU_SOURCE
#include "mete_linux.h"

#include <errno.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(struct mete_sched_attr) == 48, "struct sched_attr, version 0, has 48 bytes");

static int result(long value)
{
	return value < 0 ? -errno : (int)value;
}

int mete_sched_setattr(pid_t tid, const struct mete_sched_attr *attr)
{
	struct mete_sched_attr copy = *attr;

	copy.size = sizeof(copy);
	return result(syscall(SYS_sched_setattr, tid, &copy, 0));
}

int mete_sched_getattr(pid_t tid, struct mete_sched_attr *attr)
{
	return result(syscall(SYS_sched_getattr, tid, attr, sizeof(*attr), 0));
}

int mete_affinity_count(pid_t tid)
{
	/* In the kernel's own words: machines may have more CPUs than a cpu_set_t holds. */
	unsigned long mask[1024] = {0};
	long bytes = syscall(SYS_sched_getaffinity, tid, sizeof(mask), mask);
	int count = 0;

	if (bytes < 0)
		return -errno;
	for (long i = 0; i < bytes / (long)sizeof(mask[0]); i++)
		count += __builtin_popcountl(mask[i]);
	return count;
}

int mete_bind_to_cpu(pid_t tid, int cpu)
{
	cpu_set_t set;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return -EINVAL;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return result(sched_setaffinity(tid, sizeof(set), &set));
}

pid_t mete_gettid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

int mete_lock_exclusively(int fd)
{
	return result(flock(fd, LOCK_EX | LOCK_NB));
}
