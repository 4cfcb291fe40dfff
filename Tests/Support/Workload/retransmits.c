/* Has the kernel send segments of TCP again: a socket that loses whatever comes to it, by a filter
 * that takes nothing, has its peer try again. In a network namespace of its own, whose counter says
 * how often that was.
 */
#define _GNU_SOURCE
#include "failure.h"
#include "retransmits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int enter_own_network(void)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int any;

	if (unshare(CLONE_NEWNET))
		return -1;
	any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (any < 0 || ioctl(any, SIOCSIFFLAGS, &loopback))
		return -1;
	return close(any);
}

static int deafen(int socket)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = {.len = 1, .filter = &nothing};

	return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

/* Has nothing sent after the socket is closed. */
static int make_socket(int family)
{
	struct linger none = {.l_onoff = 1};
	int made = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(made, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	return made;
}

/* RetransSegs of the namespace; -1 when it cannot be read. The line of names has the same order as
 * the line of numbers below it. */
static long retransmitted(void)
{
	FILE *file = fopen("/proc/thread-self/net/snmp", "re");
	char names[1024], numbers[1024], *name, *number, *more_names, *more_numbers;
	long found = -1;

	while (file && fgets(names, sizeof(names), file) && fgets(numbers, sizeof(numbers), file)) {
		if (strncmp(names, "Tcp:", 4) != 0)
			continue;
		name = strtok_r(names, " \n", &more_names);
		number = strtok_r(numbers, " \n", &more_numbers);
		while (name && number && strcmp(name, "RetransSegs") != 0) {
			name = strtok_r(NULL, " \n", &more_names);
			number = strtok_r(NULL, " \n", &more_numbers);
		}
		if (name && number)
			found = atol(number);
	}
	if (file)
		fclose(file);
	return found;
}

/* A connection to itself, of which one side loses what comes: with `request` the listening one,
 * with `answer` the one that connects, with `data` the one that was accepted. */
static int lose(const char *kind, int family, int listener, int client)
{
	struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
	socklen_t length = sizeof(address);
	int accepted;

	if (family == AF_INET)
		((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
	if (bind(listener, (void *)&address, length) || listen(listener, 1) ||
	    getsockname(listener, (void *)&address, &length))
		return -1;
	if (strcmp(kind, "data") != 0) {
		if (deafen(strcmp(kind, "request") == 0 ? listener : client) ||
		    ioctl(client, FIONBIO, &(int){1}))
			return -1;
		return connect(client, (void *)&address, length) && errno != EINPROGRESS ? -1 : 0;
	}
	if (connect(client, (void *)&address, length))
		return -1;
	accepted = accept(listener, NULL, NULL);
	if (accepted < 0 || deafen(accepted))
		return -1;
	return send(client, "m", 1, 0) == 1 ? 0 : -1;
}

int retransmits(const char *kind, int family, long count)
{
	struct timespec pause = {.tv_nsec = 5000000};
	int listener, client;
	long done;

	if (enter_own_network())
		return fail("own network");
	listener = make_socket(family);
	client = make_socket(family);
	if (listener < 0 || client < 0 || lose(kind, family, listener, client))
		return fail(kind);
	while ((done = retransmitted()) >= 0 && done < count)
		nanosleep(&pause, NULL);
	if (done < 0)
		return fail("/proc/net/snmp");
	printf("%ld\n", done);
	return 0;
}
