/* clang-format off */
/* Uses CPUs in the ways that accounting gets wrong, and nothing else: what tests measure.
 *
 *   mete-workload forks COUNT MICROSECONDS     processes one after the other, each busy for that long
 *   mete-workload threads COUNT MICROSECONDS   threads likewise
 *   mete-workload storm SECONDS [PER_SECOND]   processes that end at once, as many a second
 *   mete-workload spin SECONDS [THREADS [CPU]] threads that never leave the CPU by themselves
 *   mete-workload sleep SECONDS                wakes up a thousand times a second and does next to nothing
 *   mete-workload naps SECONDS MILLISECONDS    a thread that is moved between two CPUs, works and sleeps for that long; says how long it has
 *                                              waited and what the kernel keeps of that, in nanoseconds, and sleeps until it is killed
 *   mete-workload wakers SECONDS [THREADS [PER_SECOND]]   threads that do so at that rate
 *   mete-workload names SECONDS                two busy threads named alpha and beta
 *   mete-workload reserve PID                  gives a process 5 ms in 100 under SCHED_DEADLINE, and ends
 *   mete-workload leave PID                    takes SCHED_DEADLINE from it in one step, which leaks bandwidth
 *   mete-workload traffic KIND BYTES COUNT     sends as many messages to itself by tcp4, tcp6, udp4, udp6 or unix sockets
 *                                              (with a fourth argument: then sleeps until it is killed, and is named `settled`)
 *   mete-workload retransmits KIND COUNT       has the kernel send a request, answer or data of TCP again until it has COUNT times; says how often
 *   mete-workload retransmits6 KIND COUNT      the same by IPv6
 *   mete-workload disk PATH BYTES COUNT        writes as many blocks past the page cache, and reads them again
 *                                              (with a fourth argument: as traffic)
 *   mete-workload dirty PATH BYTES COUNT       writes as many blocks to the page cache, and sleeps until it is killed
 *   mete-workload memory MEGABYTES             has as much in memory until it is killed
 *   mete-workload regions TOUCHED COLD FREED SHARED   so many megabytes, see regions(), until it is killed
 *   mete-workload library PATH                 opens a shared library and sleeps until it is killed
 *   mete-workload calls KIND [COUNT [THREADS]] calls functions of itself: see calls.c
 *   mete-workload switches SECONDS [PAIRS]     pairs of threads that hand a byte to and fro, each pair on a CPU; says how many switches
 *   mete-workload vforks SECONDS [PARENTS]     processes that end at once, as many as go, from as many parents; says how many
 *   mete-workload crowd THREADS                as many threads that sleep, in processes of 5,000; says when they are there
 *   mete-workload wait                         sleeps until it is killed
 */
/* clang-format on */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "failure.h"
#include "calls.h"
#include "retransmits.h"
#include "storms.h"
#include "transfers.h"

static int64_t now_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Until the thread has used that much CPU time itself. */
static void burn(int64_t ns)
{
	int64_t end = now_ns(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (now_ns(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

static int64_t spin_until;

static void *spin(void *name)
{
	if (name)
		pthread_setname_np(pthread_self(), name);
	while (now_ns(CLOCK_MONOTONIC) < spin_until)
		;
	return NULL;
}

static void *burn_thread(void *ns)
{
	burn(*(int64_t *)ns);
	return NULL;
}

static int forks(long count, int64_t ns)
{
	for (long done = 0; done < count; done++) {
		pid_t child = fork();

		if (child < 0)
			return fail("fork");
		if (child == 0) {
			burn(ns);
			_exit(0);
		}
		if (waitpid(child, NULL, 0) < 0)
			return fail("waitpid");
	}
	return 0;
}

static int threads(long count, int64_t ns)
{
	for (long done = 0; done < count; done++) {
		pthread_t thread;

		if ((errno = pthread_create(&thread, NULL, burn_thread, &ns)))
			return fail("pthread_create");
		pthread_join(thread, NULL);
	}
	return 0;
}

static int spinners(int64_t ns, long count, char **names)
{
	pthread_t thread[64];

	if (count < 1 || count > 64)
		return fail("between 1 and 64 threads");
	spin_until = now_ns(CLOCK_MONOTONIC) + ns;
	for (long index = 0; index < count; index++)
		if ((errno = pthread_create(&thread[index], NULL, spin,
					    names ? names[index] : NULL)))
			return fail("pthread_create");
	for (long index = 0; index < count; index++)
		pthread_join(thread[index], NULL);
	return 0;
}

/* Threads made later are bound to the CPU as well. */
static int bind_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? fail("sched_setaffinity") : 0;
}

static long waker_hz;

static void *wake(void *unused)
{
	struct timespec pause = {.tv_nsec = 1000000000 / waker_hz - 1};

	(void)unused;
	while (now_ns(CLOCK_MONOTONIC) < spin_until)
		nanosleep(&pause, NULL);
	return NULL;
}

static int wakers(int64_t ns, long count, long hz)
{
	pthread_t thread;

	if (hz < 1)
		return fail("at least once a second");
	waker_hz = hz;
	spin_until = now_ns(CLOCK_MONOTONIC) + ns;
	for (long index = 1; index < count; index++)
		if ((errno = pthread_create(&thread, NULL, wake, NULL)))
			return fail("pthread_create");
	wake(NULL);
	return 0;
}

/* What the kernel keeps of the calling thread's waits (Documentation/scheduler/sched-stats.rst). */
static long long kept_wait(void)
{
	FILE *file = fopen("/proc/thread-self/schedstat", "re");
	long long run, wait = 0;

	if (file && fscanf(file, "%lld %lld", &run, &wait) != 2)
		wait = 0;
	if (file)
		fclose(file);
	return wait;
}

/* Neither on a CPU nor asleep by its own wish: so it has waited. */
static void *nap(void *milliseconds)
{
	int64_t pause_ns = *(long *)milliseconds * 1000000, slept = 0, before = kept_wait();
	int64_t start = now_ns(CLOCK_MONOTONIC), used = now_ns(CLOCK_THREAD_CPUTIME_ID);
	struct timespec pause = {.tv_nsec = pause_ns};

	pthread_setname_np(pthread_self(), "napper");
	while (now_ns(CLOCK_MONOTONIC) < spin_until) {
		burn(3000000);
		if (!pause_ns)
			continue;
		nanosleep(&pause, NULL);
		slept += pause_ns;
	}
	used = now_ns(CLOCK_THREAD_CPUTIME_ID) - used;
	printf("%lld %lld\n", (long long)(now_ns(CLOCK_MONOTONIC) - start - used - slept),
	       (long long)(kept_wait() - before));
	fflush(stdout);
	for (;;)
		sleep(1000);
}

static int naps(int64_t ns, long milliseconds)
{
	struct timespec pause = {.tv_nsec = 500000};
	struct sched_param first = {.sched_priority = 1};
	pthread_t thread;

	spin_until = now_ns(CLOCK_MONOTONIC) + ns;
	if ((errno = pthread_create(&thread, NULL, nap, &milliseconds)))
		return fail("pthread_create");
	/* The moves are in time, however busy the CPUs. */
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		return fail("sched_setscheduler");
	for (int cpu = 0;; cpu ^= 1) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if ((errno = pthread_setaffinity_np(thread, sizeof(set), &set)))
			return fail("pthread_setaffinity_np");
		nanosleep(&pause, NULL);
	}
}

static int storm(int64_t ns, long hz)
{
	int64_t start = now_ns(CLOCK_MONOTONIC), now;
	int64_t made = 0;

	while ((now = now_ns(CLOCK_MONOTONIC)) < start + ns) {
		int64_t due = (now - start) * hz / 1000000000;
		struct timespec millisecond = {.tv_nsec = 1000000};

		for (; made < due; made++) {
			pid_t child = fork();

			if (child < 0)
				return fail("fork");
			if (child == 0)
				_exit(0);
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		nanosleep(&millisecond, NULL);
	}
	printf("%lld processes\n", (long long)made);
	return 0;
}

static int sleeper(int64_t ns)
{
	int64_t end = now_ns(CLOCK_MONOTONIC) + ns;
	struct timespec millisecond = {.tv_nsec = 1000000};

	while (now_ns(CLOCK_MONOTONIC) < end)
		nanosleep(&millisecond, NULL);
	return 0;
}

/* Version 0 of the kernel's struct sched_attr (sched_setattr(2)). */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static int set_attributes(pid_t pid, struct attributes attributes)
{
	attributes.size = sizeof(attributes);
	return syscall(SYS_sched_setattr, pid, &attributes, 0) ? fail("sched_setattr") : 0;
}

static char *map(double megabytes, int flags)
{
	size_t bytes = (size_t)megabytes << 20;
	char *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	return area == MAP_FAILED ? NULL : area;
}

/* Memory of which it is known what the kernel has to say of it: written to; written to and called
 * cold; written to and given back; and written to by this process and a child of it. Then it calls
 * itself `settled`. */
static int regions(double touched, double cold, double freed, double shared)
{
	char *areas[] = {map(touched, MAP_PRIVATE), map(cold, MAP_PRIVATE), map(freed, MAP_PRIVATE),
			 map(shared, MAP_SHARED)};
	double sizes[] = {touched, cold, freed, shared};
	int ready[2];
	char byte = 0;

	if (pipe(ready))
		return fail("pipe");
	for (int index = 0; index < 4; index++)
		if (!areas[index])
			return fail("mmap");
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		memset(areas[3], 1, (size_t)shared << 20);
		if (write(ready[1], &byte, 1) != 1)
			return fail("write");
		for (;;)
			pause();
	}
	if (read(ready[0], &byte, 1) != 1)
		return fail("read");
	for (int index = 0; index < 4; index++)
		memset(areas[index], 1, (size_t)sizes[index] << 20);
	if (madvise(areas[1], (size_t)cold << 20, MADV_COLD) ||
	    madvise(areas[2], (size_t)freed << 20, MADV_DONTNEED))
		return fail("madvise");
	prctl(PR_SET_NAME, "settled");
	return 0;
}

static int library(const char *path)
{
	if (!dlopen(path, RTLD_NOW)) {
		fprintf(stderr, "mete-workload: %s\n", dlerror());
		return 1;
	}
	prctl(PR_SET_NAME, "settled");
	return 0;
}

/* Ends, or calls itself `settled` and stays where it can be looked at. */
static int end_or_settle(int status, bool settles)
{
	if (status || !settles)
		return status;
	prctl(PR_SET_NAME, "settled");
	for (;;)
		pause();
}

int main(int count, char **arguments)
{
	const char *mode = count > 1 ? arguments[1] : "";
	double first = count > 2 ? atof(arguments[2]) : 0;
	double second = count > 3 ? atof(arguments[3]) : 1;
	char *names[] = {"alpha", "beta"};

	/* A test that dies takes its workload with it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (strcmp(mode, "forks") == 0)
		return forks((long)first, (int64_t)(second * 1e3));
	if (strcmp(mode, "threads") == 0)
		return threads((long)first, (int64_t)(second * 1e3));
	if (strcmp(mode, "spin") == 0) {
		if (count > 4 && bind_to(atoi(arguments[4])))
			return 1;
		return spinners((int64_t)(first * 1e9), (long)second, NULL);
	}
	if (strcmp(mode, "wakers") == 0)
		return wakers((int64_t)(first * 1e9), (long)second,
			      count > 4 ? atol(arguments[4]) : 10);
	if (strcmp(mode, "naps") == 0)
		return naps((int64_t)(first * 1e9), (long)second);
	if (strcmp(mode, "storm") == 0)
		return storm((int64_t)(first * 1e9), (long)second);
	if (strcmp(mode, "switches") == 0)
		return switches(first, (long)second);
	if (strcmp(mode, "vforks") == 0)
		return vforks(first, (long)second);
	if (strcmp(mode, "crowd") == 0)
		return crowd((long)first);
	if (strcmp(mode, "sleep") == 0)
		return sleeper((int64_t)(first * 1e9));
	if (count > 4 && strcmp(mode, "traffic") == 0)
		return end_or_settle(traffic(arguments[2], (size_t)second, atol(arguments[4])),
				     count > 5);
	if (count > 3 && strcmp(mode, "retransmits") == 0)
		return retransmits(arguments[2], AF_INET, (long)second);
	if (count > 3 && strcmp(mode, "retransmits6") == 0)
		return retransmits(arguments[2], AF_INET6, (long)second);
	if (count > 4 && strcmp(mode, "disk") == 0)
		return end_or_settle(disk(arguments[2], (size_t)second, atol(arguments[4])),
				     count > 5);
	if (strcmp(mode, "calls") == 0 && count > 2)
		return calls(arguments[2], (long)second, count > 4 ? atol(arguments[4]) : 1);
	if (count > 4 && strcmp(mode, "dirty") == 0)
		return dirty(arguments[2], (size_t)second, atol(arguments[4]));
	if (strcmp(mode, "names") == 0)
		return spinners((int64_t)(first * 1e9), 2, names);
	if (strcmp(mode, "reserve") == 0)
		return set_attributes((pid_t)first,
				      (struct attributes){.policy = 6, /* SCHED_DEADLINE */
							  .flags = 1, /* SCHED_FLAG_RESET_ON_FORK */
							  .runtime = 5000000,
							  .deadline = 100000000,
							  .period = 100000000});
	if (strcmp(mode, "leave") == 0)
		return set_attributes((pid_t)first, (struct attributes){.policy = 0});
	if (strcmp(mode, "memory") == 0 &&
	    !memset(malloc((size_t)first << 20), 1, (size_t)first << 20))
		return 1;
	if (count > 5 && strcmp(mode, "regions") == 0 &&
	    regions(first, second, atof(arguments[4]), atof(arguments[5])))
		return 1;
	if (count > 2 && strcmp(mode, "library") == 0 && library(arguments[2]))
		return 1;
	if (strcmp(mode, "wait") == 0 || strcmp(mode, "memory") == 0 ||
	    (count > 5 && strcmp(mode, "regions") == 0) ||
	    (count > 2 && strcmp(mode, "library") == 0))
		for (;;)
			pause();
	fprintf(stderr, "mete-workload: no such mode: %s\n", mode);
	return 2;
}
