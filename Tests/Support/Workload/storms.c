/* Context switches, processes and threads, as many as the machine can make. Each says how many
 * there were, so that whoever measures knows what was weathered. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "failure.h"
#include "storms.h"

#define MOST_PAIRS 64
#define THREADS_PER_PROCESS 5000

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Two threads on one CPU, of which each waits for a byte of the other. */
struct pair {
	int there[2], back[2];
	double end;
};

static void *leader(void *argument)
{
	struct pair *pair = argument;
	char byte = 0;

	for (unsigned round = 0; round % 64 || now() < pair->end; round++)
		if (write(pair->there[1], &byte, 1) != 1 || read(pair->back[0], &byte, 1) != 1)
			break;
	close(pair->there[1]);
	return NULL;
}

static void *follower(void *argument)
{
	struct pair *pair = argument;
	char byte;

	while (read(pair->there[0], &byte, 1) == 1)
		if (write(pair->back[1], &byte, 1) != 1)
			break;
	return NULL;
}

static int start_on(int cpu, pthread_t *thread, void *(*body)(void *), void *argument)
{
	pthread_attr_t attributes;
	cpu_set_t set;
	int error;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
	error = pthread_create(thread, &attributes, body, argument);
	pthread_attr_destroy(&attributes);
	return error;
}

int switches(double seconds, long pairs)
{
	static struct pair pair[MOST_PAIRS];
	pthread_t thread[2 * MOST_PAIRS];
	double start = now(), length;
	struct rusage usage;
	cpu_set_t allowed;
	int cpu = -1;

	if (pairs < 1 || pairs > MOST_PAIRS)
		return errno = EINVAL, fail("pairs of threads");
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return fail("sched_getaffinity");
	for (long index = 0; index < pairs; index++) {
		do
			cpu = (cpu + 1) % CPU_SETSIZE;
		while (!CPU_ISSET(cpu, &allowed));
		pair[index].end = start + seconds;
		if (pipe(pair[index].there) || pipe(pair[index].back))
			return fail("pipe");
		if ((errno = start_on(cpu, &thread[2 * index], leader, &pair[index])) ||
		    (errno = start_on(cpu, &thread[2 * index + 1], follower, &pair[index])))
			return fail("pthread_create");
	}
	for (long index = 0; index < 2 * pairs; index++)
		pthread_join(thread[index], NULL);
	length = now() - start;
	getrusage(RUSAGE_SELF, &usage);
	printf("%ld switches, %.0f a second\n", usage.ru_nvcsw + usage.ru_nivcsw,
	       (double)(usage.ru_nvcsw + usage.ru_nivcsw) / length);
	return 0;
}

/* A child that has ended when this returns. */
static pid_t make_child(void)
{
	pid_t child = vfork();

	if (child == 0)
		_exit(0);
	return child;
}

/* Returns how many. */
static long make_children(double end)
{
	long made = 0;

	while (made % 16 || now() < end) {
		pid_t child = make_child();

		if (child < 0 || waitpid(child, NULL, 0) != child)
			return -1;
		made++;
	}
	return made;
}

int vforks(double seconds, long parents)
{
	size_t bytes = (size_t)parents * sizeof(long);
	double start = now(), length;
	long *made, sum = 0;
	int status;

	if (parents < 1 || parents > 1024)
		return errno = EINVAL, fail("parents");
	made = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (made == MAP_FAILED)
		return fail("mmap");
	for (long index = 0; index < parents; index++) {
		pid_t parent = fork();

		if (parent < 0)
			return fail("fork");
		if (parent)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		made[index] = make_children(start + seconds);
		_exit(made[index] < 0);
	}
	for (long index = 0; index < parents; index++)
		if (wait(&status) < 0 || status)
			return fail("vfork");
	length = now() - start;
	for (long index = 0; index < parents; index++)
		sum += made[index];
	printf("%ld processes, %.0f a second\n", sum, (double)sum / length);
	return 0;
}

static void *sleep_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* Tells by a byte when all are there. */
static int make_threads(long count, int told)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	for (long index = 1; index < count; index++)
		if ((errno = pthread_create(&thread, &attributes, sleep_for_ever, NULL)))
			return fail("pthread_create");
	if (write(told, "", 1) != 1)
		return fail("write");
	sleep_for_ever(NULL);
	return 1;
}

int crowd(long threads)
{
	int told[2];
	char byte;
	long processes = 0;

	if (pipe(told))
		return fail("pipe");
	for (long left = threads; left > 0; left -= THREADS_PER_PROCESS, processes++) {
		pid_t child = fork();

		if (child < 0)
			return fail("fork");
		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(told[0]);
			_exit(make_threads(left < THREADS_PER_PROCESS ? left : THREADS_PER_PROCESS,
					   told[1]));
		}
	}
	close(told[1]);
	for (long index = 0; index < processes; index++)
		if (read(told[0], &byte, 1) != 1)
			return errno = ECHILD, fail("a process ended before it had its threads");
	printf("%ld threads\n", threads);
	fflush(stdout);
	sleep_for_ever(NULL);
	return 1;
}
