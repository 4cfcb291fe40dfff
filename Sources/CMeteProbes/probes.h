/* What an opened set of programs consists of. */
#ifndef METE_PROBES_INTERNAL_H
#define METE_PROBES_INTERNAL_H

#include "mete_probes.h"

#include <bpf/libbpf.h>

#include "objects.h"

#define MAX_PROGRAMS 24
#define METE_SPILL_MAPS 2
#define METE_DISK_BATCH 64
#define METE_CALL_BATCH 64

struct program {
	struct bpf_program *program;
	struct bpf_link *link;
	bool required;
};

/* An array of the kernel that this process reads in place. */
struct mete_mapped {
	const void *bytes;
	size_t length;
	/* From one entry to the next. */
	size_t stride;
};

struct mete_probes {
	struct bpf_object *objects[METE_OBJECTS];
	struct program programs[MAX_PROGRAMS];
	size_t program_count;
	/* Those of functions: at the return first, so that no call is seen that never returns. */
	struct bpf_link **call_links;
	size_t call_link_count;
	struct ring_buffer *ring;
	struct bpf_link *sweep_link;
	int losses_fd;
	int running_fd;
	int idle_cpus_fd;
	int spill_fds[METE_SPILL_MAPS];
	int slots_fd;
	int cgroup_slots_fd;
	int pending_network_fd;
	int disturbances_fd;
	int disk_fd;
	int thread_disk_fd;
	/* -1 where no functions are probed. */
	int calls_fd;
	int call_latencies_fd;
	/* Mapped; the kernel side takes what is 0. */
	uint64_t *pending_owners;
	/* By CPU, then place: mapped maps. NULL where not traced. */
	struct mete_mapped histograms;
	struct mete_mapped network;
	/* Room for a batch of values of each CPU. */
	struct mete_disk_use *per_cpu_disk;
	struct mete_call_use *per_cpu_calls;
	int cpu_count;
	uint32_t slots;
	struct mete_losses *per_cpu_losses;
	/* A value per CPU, each in eight bytes: the layout of per-CPU maps. */
	uint64_t *per_cpu_idle;
	/* Entries of earlier generations than this one are added to no more. */
	uint32_t complete_before;
	/* The sched object's .bss, mapped. */
	struct mete_control *control;
	mete_record_visitor visit;
	void *visit_context;
	char sweep_buffer[512 * sizeof(struct mete_thread_record)];
};

/* To be called before the object is loaded. Returns 0 or -errno, as those below. */
int mete_size_call_maps(struct bpf_object *object, const struct mete_probes_options *options);
/* Probes the functions; says in the failure's detail which one could not be. */
int mete_attach_calls(struct mete_probes *probes, const struct mete_probes_options *options,
		      struct mete_probes_failure *failure);
void mete_close_calls(struct mete_probes *probes);

/* Hands a record of the ring buffer to the visitor of the drain under way. */
int mete_visit_ring_record(void *context, void *record, size_t size);

/* As large as the options ask for; before the object is loaded. Returns 0 or -errno. */
int mete_size_maps(struct bpf_object *object, const struct mete_probes_options *options);
/* Opens and maps what user space reads and writes; after all objects are loaded. Returns 0 or
 * -errno. */
int mete_find_shared_state(struct mete_probes *probes, const struct mete_probes_options *options);

/* Whether a kernel has a tracepoint, or a function, by its BTF. */
bool mete_btf_has_tracepoint(const struct btf *kernel, const char *name);
bool mete_btf_has_function(const struct btf *kernel, const char *name);

/* Has what libbpf says on this thread from now on kept in *failure; NULL ends that. */
void mete_probes_listen(struct mete_probes_failure *failure);

#endif
