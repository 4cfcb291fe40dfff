/* So many bytes by sockets, past the page cache and into it: see the list in main.c. */
#ifndef WORKLOAD_TRANSFERS_H
#define WORKLOAD_TRANSFERS_H

#include <stddef.h>

int traffic(const char *kind, size_t bytes, long count);
int disk(const char *path, size_t bytes, long count);
int dirty(const char *path, size_t bytes, long count);

#endif
