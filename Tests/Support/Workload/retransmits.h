/* Segments of TCP that nobody answers, in a network of their own. */
#ifndef WORKLOAD_RETRANSMITS_H
#define WORKLOAD_RETRANSMITS_H

int retransmits(const char *kind, int family, long count);

#endif
