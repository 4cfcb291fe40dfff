/* The kernel programs of mete, embedded, as an opaque handle. The only code that includes libbpf.
 *
 * No function here is safe to call from two threads at once with the same handle.
 */
#ifndef METE_PROBES_H
#define METE_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mete_wire.h"

struct mete_probes;

/* One place in a file at which a function begins. */
struct mete_called_function {
	/* For errors. */
	const char *name;
	const char *path;
	/* Bytes from the file's beginning. */
	uint64_t offset;
	/* Under which its calls are counted, less than METE_CALL_FUNCTIONS. Several places may
	 * share one.
	 */
	uint32_t number;
};

struct mete_probes_options {
	/* Size of the ring buffer; rounded up to a power of two of at least a page. */
	uint32_t ring_bytes;
	/* Run time and delay that must have been added before a switch sends a record, in ns. */
	uint64_t slice_ns;
	/* Components told apart: a power of two from METE_LEAST_SLOTS to METE_MOST_SLOTS. */
	uint32_t slots;
	/* Whether waits are timed by mete's own hooks because the kernel does not keep them. */
	bool own_clock;
	/* Whether run-queue delays are also counted in a histogram of each slot. */
	bool delay_histograms;
	bool disk;
	bool network;
	/* Whether the durations of calls are also counted in classes. */
	bool call_latencies;
	/* Functions whose calls are counted; none when count is 0. Not kept. */
	const struct mete_called_function *functions;
	uint32_t function_count;
};

/* Why something could not be done: errno, the step that failed, and what libbpf or the verifier
 * said last. */
struct mete_probes_failure {
	int error;
	char step[64];
	char detail[4096];
};

/* Whether one program is attached. A program that this kernel has no tracepoint for is left out. */
struct mete_probe_state {
	const char *name;
	const char *hook;
	bool attached;
	bool required;
};

typedef void (*mete_record_visitor)(void *context, const void *record, size_t size);
typedef void (*mete_spill_visitor)(void *context, uint32_t pid, const struct mete_spill *entry);
typedef void (*mete_disk_visitor)(void *context, const struct mete_disk_key *key,
				  const struct mete_disk_use *use);
typedef void (*mete_disturbance_visitor)(void *context, const struct mete_disturbance_key *key,
					 uint64_t ns);
typedef void (*mete_network_visitor)(void *context, uint32_t slot,
				     const struct mete_network_use *use);
typedef void (*mete_call_visitor)(void *context, const struct mete_call_key *key,
				  const struct mete_call_use *use);
typedef void (*mete_call_latency_visitor)(void *context, const struct mete_call_key *key,
					  const struct mete_histogram *histogram);
typedef void (*mete_thread_disk_visitor)(void *context, uint32_t tid,
					 const struct mete_disk_use *use);

/* Loads and attaches; NULL with *failure filled in when that cannot be done. */
struct mete_probes *mete_probes_open(const struct mete_probes_options *options,
				     struct mete_probes_failure *failure);
void mete_probes_close(struct mete_probes *probes);

/* Hands over all records that are in the ring buffer. Returns their number, or -errno. */
long mete_probes_drain(struct mete_probes *probes, mete_record_visitor visit, void *context);

/* Puts a record of each thread that is on a CPU now into the ring buffer, by an interrupt on each
 * CPU that is not idle. Returns 0 or -errno. */
int mete_probes_report_running(struct mete_probes *probes);

/* From now on the first switch of each thread sends a record. */
void mete_probes_begin_tick(struct mete_probes *probes);

/* Hands over a record of every live thread that has moved (with all: of every live thread). Returns
 * their number, or -errno. */
long mete_probes_sweep(struct mete_probes *probes, bool all, mete_record_visitor visit,
		       void *context);

/* Hands over and removes what exit records without room left behind. Returns the number of entries,
 * or -errno. */
long mete_probes_take_spill(struct mete_probes *probes, mete_spill_visitor visit, void *context);

/* Tells where the threads of processes, or single threads, are counted from now on (see
 * METE_SLOT_BY_THREAD). Takes effect with the next mete_probes_publish_slots. Returns 0 or -errno.
 */
int mete_probes_set_slots(struct mete_probes *probes, const uint32_t *ids, const uint32_t *slots,
			  uint32_t count);

/* Has each thread look up its slot with its next switch. */
void mete_probes_publish_slots(struct mete_probes *probes);

/* Takes out what was set for a process or thread that has ended. */
void mete_probes_forget_slot(struct mete_probes *probes, uint32_t id);

/* Tells that all processes of a cgroup, and of those below it, are counted in a slot, so that what
 * the kernel's own threads read and write for it is as well. Returns 0 or -errno. */
int mete_probes_set_cgroup_slot(struct mete_probes *probes, uint64_t cgroup, uint32_t slot);
void mete_probes_forget_cgroup_slot(struct mete_probes *probes, uint64_t cgroup);

/* The process that has a place for what is pending, 0 for none; and gives it back. Neither costs a
 * system call. */
uint32_t mete_probes_pending_owner(const struct mete_probes *probes, uint32_t place);
void mete_probes_free_place(struct mete_probes *probes, uint32_t place);

/* Sum of all CPUs since load; zeroes where it is not traced. Costs no system call. A place is a
 * slot, or as many behind the slots as a place for what is pending has before it. */
void mete_probes_read_histogram(const struct mete_probes *probes, uint32_t place,
				enum mete_histogram_kind kind, struct mete_histogram *sum);
void mete_probes_read_network(const struct mete_probes *probes, uint32_t slot,
			      struct mete_network_use *sum);

/* Hands over, by who waited and who ran, the nanoseconds since load. Returns 0 or -errno. */
int mete_probes_read_disturbances(struct mete_probes *probes, mete_disturbance_visitor visit,
				  void *context);

/* Takes out one of these: all of it, up to now. Returns 0 or -errno. */
int mete_probes_take_disturbance(struct mete_probes *probes, const struct mete_disturbance_key *key,
				 uint64_t *ns);

/* Hands over what pending slots have counted. Returns 0 or -errno. */
int mete_probes_read_pending_network(struct mete_probes *probes, mete_network_visitor visit,
				     void *context);
/* Takes out what a slot counted that is not pending any more: all of it, up to now. Returns 0 or
 * -errno. */
int mete_probes_take_pending_network(struct mete_probes *probes, uint32_t slot,
				     struct mete_network_use *last);

/* Hands over what was read and written since load, by device and slot. Returns 0 or -errno. */
int mete_probes_read_disk(struct mete_probes *probes, mete_disk_visitor visit, void *context);
/* Takes out one of these: all of it, up to now. Returns 0 or -errno. */
int mete_probes_take_disk(struct mete_probes *probes, const struct mete_disk_key *key,
			  struct mete_disk_use *last);

/* The same by thread, of threads that have not been forgotten. */
int mete_probes_read_thread_disk(struct mete_probes *probes, mete_thread_disk_visitor visit,
				 void *context);
void mete_probes_forget_thread_disk(struct mete_probes *probes, uint32_t tid);

/* Hands over what was counted of calls since load, by slot and function. Returns 0 or -errno. */
int mete_probes_read_calls(struct mete_probes *probes, mete_call_visitor visit, void *context);
/* The durations of those that have returned. */
int mete_probes_read_call_latencies(struct mete_probes *probes, mete_call_latency_visitor visit,
				    void *context);
void mete_probes_forget_calls(struct mete_probes *probes, const struct mete_call_key *key);

/* Sums of all CPUs since load. Returns 0 or -errno. */
int mete_probes_losses(struct mete_probes *probes, struct mete_losses *total);

/* State of program number index, false past the last one. */
bool mete_probes_describe(const struct mete_probes *probes, size_t index,
			  struct mete_probe_state *state);

/* Whether a function of a program can be probed here: probes one of this program, calls it, and
 * takes the probe away. Returns 0 or -errno; -EIO when the probe was not hit. */
int mete_kernel_probes_functions(void);

/* Whether this kernel's BTF has the tracepoint; -errno when there is no BTF. */
int mete_kernel_has_tracepoint(const char *name);

/* Whether this kernel's BTF has the function; -errno when there is no BTF. */
int mete_kernel_has_function(const char *name);

/* Whether threads that go to sleep may stay in their queue for a while
 * (sched_entity.sched_delayed), so that the kernel counts sleep as waiting; -errno when there is no
 * BTF. */
int mete_kernel_delays_dequeue(void);

#endif
