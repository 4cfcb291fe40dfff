/* Loading and reading the stream of single scheduler events. */
#include "mete_events.h"
#include "probes.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if !__has_embed("objects/events.bpf.o")
#error "the kernel programs are not compiled yet: run `make bpf`"
#else

/* libbpf reads ELF headers in place. */
static const unsigned char __attribute__((aligned(8))) object_bytes[] = {
#embed "objects/events.bpf.o"
};

#endif

#define MOST_LINKS 3

struct mete_events {
	struct bpf_object *object;
	struct bpf_link *links[MOST_LINKS];
	size_t link_count;
	struct ring_buffer *ring;
	int running_fd;
	int losses_fd;
	int cpu_count;
	struct mete_sched_losses *per_cpu_losses;
	mete_event_visitor visit;
	void *visit_context;
};

static struct mete_events *fail(struct mete_events *events, struct mete_probes_failure *failure,
				int error, const char *step)
{
	failure->error = error < 0 ? -error : error;
	snprintf(failure->step, sizeof(failure->step), "%s", step);
	mete_probes_listen(NULL);
	mete_events_close(events);
	return NULL;
}

static int visit_event(void *context, void *record, size_t size)
{
	struct mete_events *events = context;

	if (size < sizeof(struct mete_sched_event) || events->visit(events->visit_context, record))
		return 0;
	/* Anything negative ends the round; libbpf counts this event as taken. */
	return -ECANCELED;
}

static int attach(struct mete_events *events)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, events->object)
	{
		/* What user space runs itself hangs on nothing. */
		if (bpf_program__fd(program) == events->running_fd)
			continue;
		if (events->link_count == MOST_LINKS)
			return -E2BIG;
		events->links[events->link_count] = bpf_program__attach(program);
		if (!events->links[events->link_count])
			return -errno;
		events->link_count++;
	}
	return 0;
}

struct mete_events *mete_events_open(uint32_t ring_bytes, struct mete_probes_failure *failure)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "events");
	struct mete_events *events = calloc(1, sizeof(*events));
	struct bpf_program *running;
	int error;

	*failure = (struct mete_probes_failure){0};
	if (!events)
		return fail(NULL, failure, ENOMEM, "allocate");
	mete_probes_listen(failure);
	events->object = bpf_object__open_mem(object_bytes, sizeof(object_bytes), &options);
	if (!events->object)
		return fail(events, failure, errno, "events");
	error = bpf_map__set_max_entries(
		bpf_object__find_map_by_name(events->object, "sched_events"), ring_bytes);
	if (!error)
		error = bpf_object__load(events->object);
	if (error)
		return fail(events, failure, error, "events");
	running = bpf_object__find_program_by_name(events->object, "tell_running");
	events->running_fd = running ? bpf_program__fd(running) : -ENOENT;
	events->losses_fd = bpf_object__find_map_fd_by_name(events->object, "sched_losses");
	events->cpu_count = libbpf_num_possible_cpus();
	if (events->running_fd < 0 || events->losses_fd < 0 || events->cpu_count < 0)
		return fail(events, failure, ENOENT, "find the programs of events");
	events->per_cpu_losses = calloc((size_t)events->cpu_count, sizeof(*events->per_cpu_losses));
	if (!events->per_cpu_losses)
		return fail(events, failure, ENOMEM, "allocate");
	events->ring =
		ring_buffer__new(bpf_object__find_map_fd_by_name(events->object, "sched_events"),
				 visit_event, events, NULL);
	if (!events->ring)
		return fail(events, failure, errno, "open the ring buffer of events");
	/* Last, so that no event is older than the ring buffer's reader. */
	error = attach(events);
	if (error)
		return fail(events, failure, error, "attach to the tracepoints of events");
	mete_probes_listen(NULL);
	return events;
}

void mete_events_close(struct mete_events *events)
{
	size_t index;

	if (!events)
		return;
	for (index = 0; index < events->link_count; index++)
		bpf_link__destroy(events->links[index]);
	ring_buffer__free(events->ring);
	bpf_object__close(events->object);
	free(events->per_cpu_losses);
	free(events);
}

int mete_events_tell_running(struct mete_events *events)
{
	int cpu;

	for (cpu = 0; cpu < events->cpu_count; cpu++) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .flags = BPF_F_TEST_RUN_ON_CPU,
			    .cpu = (__u32)cpu);

		/* A CPU that is possible but not online runs nothing. */
		if (bpf_prog_test_run_opts(events->running_fd, &options) && errno != ENXIO)
			return -errno;
	}
	return 0;
}

int mete_events_drain(struct mete_events *events, mete_event_visitor visit, void *context)
{
	int count;

	events->visit = visit;
	events->visit_context = context;
	count = ring_buffer__consume(events->ring);
	return count < 0 && count != -ECANCELED ? count : 0;
}

int mete_events_losses(struct mete_events *events, uint64_t *lost)
{
	uint32_t zero = 0;
	int cpu;

	if (bpf_map_lookup_elem(events->losses_fd, &zero, events->per_cpu_losses))
		return -errno;
	*lost = 0;
	for (cpu = 0; cpu < events->cpu_count; cpu++)
		*lost += events->per_cpu_losses[cpu].events;
	return 0;
}
