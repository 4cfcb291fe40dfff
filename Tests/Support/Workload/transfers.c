/* Bytes whose number is known, by sockets and to files. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "failure.h"
#include "transfers.h"

/* Two sockets that are connected to each other by loopback. */
static int connect_pair(int family, int type, int pair[2])
{
	struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
	socklen_t length = sizeof(address);
	int listener = socket(family, type, 0);

	if (family == AF_INET)
		((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
	pair[0] = socket(family, type, 0);
	if (listener < 0 || pair[0] < 0 || bind(listener, (void *)&address, length) ||
	    (type == SOCK_STREAM && listen(listener, 1)) ||
	    getsockname(listener, (void *)&address, &length) ||
	    connect(pair[0], (void *)&address, length))
		return -1;
	pair[1] = type == SOCK_STREAM ? accept(listener, NULL, NULL) : listener;
	return pair[1] < 0 ? -1 : 0;
}

int traffic(const char *kind, size_t bytes, long count)
{
	int family = strchr(kind, '6') ? AF_INET6 : AF_INET;
	int type = strncmp(kind, "udp", 3) == 0 ? SOCK_DGRAM : SOCK_STREAM;
	char *message = calloc(1, bytes);
	int pair[2];
	int error = strcmp(kind, "unix") == 0 ? socketpair(AF_UNIX, SOCK_STREAM, 0, pair)
					      : connect_pair(family, type, pair);

	if (error || !message)
		return fail(kind);
	while (count-- > 0) {
		size_t got = 0;

		if (send(pair[0], message, bytes, 0) != (ssize_t)bytes)
			return fail("send");
		/* A look ahead, which brings nothing. */
		if (recv(pair[1], message, bytes, MSG_PEEK) <= 0)
			return fail("recv");
		while (got < bytes) {
			ssize_t part = recv(pair[1], message + got, bytes - got, 0);

			if (part <= 0)
				return fail("recv");
			got += (size_t)part;
		}
	}
	return 0;
}

int disk(const char *path, size_t bytes, long count)
{
	int file = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	void *block = NULL;
	long index;

	if (file < 0 || posix_memalign(&block, 4096, bytes))
		return fail(path);
	memset(block, 'm', bytes);
	for (index = 0; index < count; index++)
		if (pwrite(file, block, bytes, index * (off_t)bytes) != (ssize_t)bytes)
			return fail("pwrite");
	for (index = 0; index < count; index++)
		if (pread(file, block, bytes, index * (off_t)bytes) != (ssize_t)bytes)
			return fail("pread");
	return 0;
}

int dirty(const char *path, size_t bytes, long count)
{
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	char *block = calloc(1, bytes);

	if (file < 0 || !block)
		return fail(path);
	while (count-- > 0)
		if (write(file, block, bytes) != (ssize_t)bytes)
			return fail("write");
	for (;;)
		pause();
}
