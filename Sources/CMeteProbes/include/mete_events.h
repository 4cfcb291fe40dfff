/* The stream of single scheduler events: programs of its own, a ring buffer of its own, loaded only
 * when somebody asks for it.
 *
 * No function here is safe to call from two threads at once with the same handle.
 */
#ifndef METE_EVENTS_H
#define METE_EVENTS_H

#include "mete_probes.h"

struct mete_events;

/* Returns whether more events are wanted now. */
typedef bool (*mete_event_visitor)(void *context, const struct mete_sched_event *event);

/* Loads and attaches; NULL with *failure filled in when that cannot be done. ring_bytes is rounded
 * up to a power of two of at least a page. */
struct mete_events *mete_events_open(uint32_t ring_bytes, struct mete_probes_failure *failure);
void mete_events_close(struct mete_events *events);

/* Puts what each online CPU runs now into the ring buffer, by an interrupt on each. Returns 0 or
 * -errno. */
int mete_events_tell_running(struct mete_events *events);

/* Hands over the events that are in the ring buffer, until the visitor wants no more. Returns 0 or
 * -errno. */
int mete_events_drain(struct mete_events *events, mete_event_visitor visit, void *context);

/* Events of all CPUs that found no room since load. Returns 0 or -errno. */
int mete_events_losses(struct mete_events *events, uint64_t *lost);

#endif
