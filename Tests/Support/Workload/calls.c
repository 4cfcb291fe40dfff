/* Functions to be probed. Every kind calls as many of them as it is told and no more:
 *
 *   plain     called_plain, COUNT times in each of THREADS threads
 *   nested    called_outer, which calls called_inner, COUNT times
 *   recursive called_recursive, which calls itself until there are RECURSION of it and then sleeps
 * a millisecond, COUNT times deep      the same with more open at once than any counting has room
 * for, once tail      called_first, which ends by a jump to called_last, COUNT times jump
 * called_leaving, left by longjmp to where it is called again, COUNT times other called_leaving,
 * left by longjmp, and then called_plain from elsewhere at the same depth, COUNT times exec
 * called_exec, which runs this program anew, as `calls plain COUNT` kill      called_end, in which
 * the process kills itself thread    called_exit, in which the thread ends, COUNT times in a thread
 * each block     called_block, in which the thread stays until somebody kills it
 */
#define _GNU_SOURCE
#include "calls.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RECURSION 5
#define TOO_DEEP 48

/* Kept as it is written, and called rather than copied to where it is called. */
#define CALLED __attribute__((noinline, optnone, used, visibility("default")))

static jmp_buf back;

CALLED long called_plain(long value)
{
	return value + 1;
}

CALLED long called_inner(long value)
{
	return value + 2;
}

CALLED long called_outer(long value)
{
	return called_inner(value) + called_inner(value);
}

CALLED long called_recursive(long depth)
{
	struct timespec millisecond = {.tv_nsec = 1000000};

	if (depth > 1)
		return called_recursive(depth - 1) + 1;
	while (nanosleep(&millisecond, &millisecond) && errno == EINTR)
		;
	return 1;
}

__attribute__((noinline, used, visibility("default"))) long called_last(long value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}

__attribute__((noinline, used, visibility("default"))) long called_first(long value)
{
	__asm__ volatile("" : "+r"(value));
	__attribute__((musttail)) return called_last(value);
}

CALLED void called_leaving(void)
{
	longjmp(back, 1);
}

CALLED void called_exec(const char *count)
{
	execl("/proc/self/exe", "mete-workload", "calls", "plain", count, (char *)NULL);
}

CALLED void called_end(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

CALLED void called_exit(void)
{
	pthread_exit(NULL);
}

CALLED void called_block(void)
{
	for (;;)
		pause();
}

static void *plain_thread(void *count)
{
	long done, sum = 0;

	for (done = 0; done < *(long *)count; done++)
		sum += called_plain(done);
	return (void *)sum;
}

static void *exit_thread(void *unused)
{
	called_exit();
	return unused;
}

static int in_threads(void *(*body)(void *), long *count, long threads)
{
	pthread_t *thread = calloc((size_t)threads, sizeof(*thread));
	long index;

	if (!thread)
		return 1;
	for (index = 0; index < threads; index++)
		if ((errno = pthread_create(&thread[index], NULL, body, count)))
			return 1;
	for (index = 0; index < threads; index++)
		pthread_join(thread[index], NULL);
	free(thread);
	return 0;
}

/* Always from the same frame, as a loop that goes on after an error does. */
static void leave_again(long count, int calls_other)
{
	volatile long done = 0;

	while (done < count) {
		if (setjmp(back) == 0)
			called_leaving();
		if (calls_other)
			called_plain(done);
		done = done + 1;
	}
}

int calls(const char *kind, long count, long threads)
{
	char words[32];
	long done;

	if (strcmp(kind, "plain") == 0)
		return in_threads(plain_thread, &count, threads);
	if (strcmp(kind, "thread") == 0)
		return in_threads(exit_thread, &count, count);
	if (strcmp(kind, "nested") == 0)
		for (done = 0; done < count; done++)
			called_outer(done);
	else if (strcmp(kind, "recursive") == 0)
		for (done = 0; done < count; done++)
			called_recursive(RECURSION);
	else if (strcmp(kind, "deep") == 0)
		called_recursive(TOO_DEEP);
	else if (strcmp(kind, "tail") == 0)
		for (done = 0; done < count; done++)
			called_first(done);
	else if (strcmp(kind, "jump") == 0)
		leave_again(count, 0);
	else if (strcmp(kind, "other") == 0)
		leave_again(count, 1);
	else if (strcmp(kind, "exec") == 0)
		snprintf(words, sizeof(words), "%ld", count), called_exec(words);
	else if (strcmp(kind, "kill") == 0)
		called_end();
	else if (strcmp(kind, "block") == 0)
		called_block();
	else
		return 2;
	return 0;
}
