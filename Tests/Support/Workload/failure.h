/* What every workload says when it cannot go on. */
#ifndef WORKLOAD_FAILURE_H
#define WORKLOAD_FAILURE_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* For errno. Returns the exit status. */
static inline int fail(const char *what)
{
	fprintf(stderr, "mete-workload: %s: %s\n", what, strerror(errno));
	return 1;
}

#endif
