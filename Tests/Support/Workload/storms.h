/* More of everything than a machine has on an ordinary day: see the list in main.c. */
#ifndef WORKLOAD_STORMS_H
#define WORKLOAD_STORMS_H

int switches(double seconds, long pairs);
int vforks(double seconds, long parents);
int crowd(long threads);

#endif
