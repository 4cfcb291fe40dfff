/* Probes at functions of libraries and programs: attaching them, and reading what they counted. */
#define _GNU_SOURCE
#include "probes.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <link.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of each function: as many components as there are slots, and as many processes that are pending.
 */
#define ENTRIES_PER_SLOT 2

int mete_size_call_maps(struct bpf_object *object, const struct mete_probes_options *options)
{
	uint32_t entries = options->function_count * options->slots * ENTRIES_PER_SLOT;
	struct bpf_map *calls = bpf_object__find_map_by_name(object, "calls");
	struct bpf_map *latencies = bpf_object__find_map_by_name(object, "call_latencies");
	int error;

	if (!calls || !latencies)
		return -ENOENT;
	error = bpf_map__set_max_entries(calls, entries);
	if (!error && options->call_latencies)
		error = bpf_map__set_max_entries(latencies, entries);
	return error;
}

static int attach_at(struct mete_probes *probes, struct bpf_program *program, bool at_return,
		     const struct mete_called_function *function,
		     struct mete_probes_failure *failure)
{
	LIBBPF_OPTS(bpf_uprobe_opts, options, .bpf_cookie = function->number,
		    .retprobe = at_return);
	struct bpf_link *link = bpf_program__attach_uprobe_opts(program, -1, function->path,
								function->offset, &options);

	if (!link) {
		int error = errno;

		snprintf(failure->detail, sizeof(failure->detail), "%s, at %#llx in %s",
			 function->name, (unsigned long long)function->offset, function->path);
		return -error;
	}
	probes->call_links[probes->call_link_count++] = link;
	return 0;
}

int mete_attach_calls(struct mete_probes *probes, const struct mete_probes_options *options,
		      struct mete_probes_failure *failure)
{
	struct bpf_object *object = probes->objects[METE_CALLS_OBJECT];
	struct bpf_program *entry = bpf_object__find_program_by_name(object, "on_call");
	struct bpf_program *end = bpf_object__find_program_by_name(object, "on_return");
	uint32_t index;
	int error = 0;

	probes->calls_fd = bpf_object__find_map_fd_by_name(object, "calls");
	probes->call_latencies_fd = bpf_object__find_map_fd_by_name(object, "call_latencies");
	if (!entry || !end || probes->calls_fd < 0 || probes->call_latencies_fd < 0)
		return -ENOENT;
	probes->call_links =
		calloc(2 * (size_t)options->function_count, sizeof(*probes->call_links));
	probes->per_cpu_calls =
		calloc((size_t)probes->cpu_count * METE_CALL_BATCH, sizeof(*probes->per_cpu_calls));
	if (!probes->call_links || !probes->per_cpu_calls)
		return -ENOMEM;
	for (index = 0; !error && index < options->function_count; index++)
		error = attach_at(probes, end, true, &options->functions[index], failure);
	for (index = 0; !error && index < options->function_count; index++)
		error = attach_at(probes, entry, false, &options->functions[index], failure);
	return error;
}

void mete_close_calls(struct mete_probes *probes)
{
	/* The entries first, for the same reason. */
	while (probes->call_link_count > 0)
		bpf_link__destroy(probes->call_links[--probes->call_link_count]);
	free(probes->call_links);
	free(probes->per_cpu_calls);
}

int mete_probes_read_calls(struct mete_probes *probes, mete_call_visitor visit, void *context)
{
	const size_t fields = sizeof(struct mete_call_use) / sizeof(uint64_t);
	struct mete_call_key keys[METE_CALL_BATCH];
	bool is_first = true;
	uint32_t place;
	int error;

	do {
		uint32_t count = METE_CALL_BATCH, index;

		error = bpf_map_lookup_batch(probes->calls_fd, is_first ? NULL : &place, &place,
					     keys, probes->per_cpu_calls, &count, NULL);
		if (error && errno != ENOENT)
			return -errno;
		for (index = 0; index < count; index++) {
			struct mete_call_use sum = {0};
			int cpu;
			size_t field;

			for (cpu = 0; cpu < probes->cpu_count; cpu++) {
				const struct mete_call_use *use =
					&probes->per_cpu_calls[index * (uint32_t)probes->cpu_count +
							       (uint32_t)cpu];

				for (field = 0; field < fields; field++)
					((uint64_t *)&sum)[field] += ((const uint64_t *)use)[field];
			}
			visit(context, &keys[index], &sum);
		}
		is_first = false;
	} while (!error);
	return 0;
}

int mete_probes_read_call_latencies(struct mete_probes *probes, mete_call_latency_visitor visit,
				    void *context)
{
	enum { BATCH = 16 };
	struct mete_call_key keys[BATCH];
	struct mete_histogram histograms[BATCH];
	bool is_first = true;
	uint32_t place;
	int error;

	do {
		uint32_t count = BATCH, index;

		error = bpf_map_lookup_batch(probes->call_latencies_fd, is_first ? NULL : &place,
					     &place, keys, histograms, &count, NULL);
		if (error && errno != ENOENT)
			return -errno;
		for (index = 0; index < count; index++)
			visit(context, &keys[index], &histograms[index]);
		is_first = false;
	} while (!error);
	return 0;
}

void mete_probes_forget_calls(struct mete_probes *probes, const struct mete_call_key *key)
{
	bpf_map_delete_elem(probes->calls_fd, key);
	bpf_map_delete_elem(probes->call_latencies_fd, key);
}

/* What is probed to find out whether anything can be. */
__attribute__((noinline)) static int probed_function(int value)
{
	/* Keeps the call: the compiler would see that nothing comes of it. */
	__asm__ volatile("" : "+r"(value));
	return value;
}

struct file_place {
	uintptr_t address;
	uint64_t offset;
	bool found;
};

/* Where in its file the code at an address is. */
static int find_in_file(struct dl_phdr_info *file, size_t size, void *context)
{
	struct file_place *place = context;
	int index;

	(void)size;
	for (index = 0; index < file->dlpi_phnum; index++) {
		const ElfW(Phdr) *segment = &file->dlpi_phdr[index];
		uintptr_t begin = file->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD || place->address < begin ||
		    place->address >= begin + segment->p_memsz)
			continue;
		place->offset = place->address - begin + segment->p_offset;
		place->found = true;
		return 1;
	}
	return 0;
}

/* The number that perf_event_open() knows uprobes by. */
static int uprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "re");
	int type;

	if (!file)
		return -errno;
	if (fscanf(file, "%d", &type) != 1)
		type = -EINVAL;
	fclose(file);
	return type;
}

int mete_kernel_probes_functions(void)
{
	enum { CALLS = 3 };
	struct file_place place = {.address = (uintptr_t)probed_function};
	struct perf_event_attr attributes = {.size = sizeof(attributes)};
	int type = uprobe_type(), call, event;
	uint64_t hits = 0;
	ssize_t got;

	if (type < 0)
		return type;
	if (!dl_iterate_phdr(find_in_file, &place))
		return -ENOENT;
	attributes.type = (uint32_t)type;
	attributes.config1 = (uintptr_t) "/proc/self/exe";
	attributes.config2 = place.offset;
	/* Counts how often this process comes by. */
	event = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0)
		return -errno;
	for (call = 0; call < CALLS; call++)
		probed_function(call);
	got = read(event, &hits, sizeof(hits));
	close(event);
	return got == sizeof(hits) && hits == CALLS ? 0 : -EIO;
}
