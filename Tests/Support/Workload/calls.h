/* Calls of functions that others can find by name, in the ways that counting them gets wrong. */
#ifndef WORKLOAD_CALLS_H
#define WORKLOAD_CALLS_H

int calls(const char *kind, long count, long threads);

#endif
