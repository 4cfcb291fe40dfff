/* Loading and attaching the kernel programs. */
#define _GNU_SOURCE
#include "probes.h"
#include "objects.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define TRACEPOINT_PREFIX "tp_btf/"
#define FUNCTION_PREFIX "fexit/"

/* What libbpf says while objects are opened and loaded, the last of it. Per thread, since libbpf's
 * hook has no context. */
static _Thread_local struct mete_probes_failure *listening;

static int keep_last_words(enum libbpf_print_level level, const char *format, va_list arguments)
{
	size_t used, added, room;
	char *text, *line;

	/* A verifier's log is one long text, of which the end says what is wrong. */
	if (!listening || level == LIBBPF_DEBUG || vasprintf(&text, format, arguments) < 0)
		return 0;
	used = strlen(listening->detail);
	added = strlen(text);
	room = sizeof(listening->detail) - 1;
	line = text;
	if (added > room) {
		line += added - room;
		added = room;
	}
	if (used + added > room) {
		size_t cut = used + added - room;

		memmove(listening->detail, listening->detail + cut, used - cut + 1);
		used -= cut;
	}
	memcpy(listening->detail + used, line, added);
	listening->detail[used + added] = 0;
	free(text);
	return 0;
}

void mete_probes_listen(struct mete_probes_failure *failure)
{
	libbpf_set_print(keep_last_words);
	listening = failure;
}

static struct mete_probes *fail(struct mete_probes *probes, struct mete_probes_failure *failure,
				int error, const char *step)
{
	failure->error = error < 0 ? -error : error;
	snprintf(failure->step, sizeof(failure->step), "%s", step);
	listening = NULL;
	mete_probes_close(probes);
	return NULL;
}

static const char *after_prefix(const struct bpf_program *program, const char *prefix)
{
	const char *section = bpf_program__section_name(program);

	return strncmp(section, prefix, strlen(prefix)) == 0 ? section + strlen(prefix) : NULL;
}

static const char *tracepoint_of(const struct bpf_program *program)
{
	return after_prefix(program, TRACEPOINT_PREFIX);
}

/* The tracepoint in whose absence this program is loaded, told by how its name begins; NULL when it
 * is always wanted. */
static const char *preferred_to(const struct bpf_program *program)
{
	static const char *const fallbacks[][2] = {
		{"on_insert", "block_io_start"},	{"on_issue", "block_io_start"},
		{"on_merge", "block_io_start"},		{"on_send_end", "sock_send_length"},
		{"on_receive_end", "sock_recv_length"},
	};
	size_t index;

	for (index = 0; index < sizeof(fallbacks) / sizeof(fallbacks[0]); index++)
		if (strncmp(bpf_program__name(program), fallbacks[index][0],
			    strlen(fallbacks[index][0])) == 0)
			return fallbacks[index][1];
	return NULL;
}

/* The program that does the same where this one's tracepoint is missing. */
static bool has_fallback(const char *tracepoint)
{
	return strcmp(tracepoint, "block_io_start") == 0 ||
	       strcmp(tracepoint, "sock_send_length") == 0 ||
	       strcmp(tracepoint, "sock_recv_length") == 0;
}

static bool is_own_clock_hook(const char *tracepoint)
{
	return strcmp(tracepoint, "sched_wakeup") == 0 ||
	       strcmp(tracepoint, "sched_wakeup_new") == 0;
}

/* Without these two nothing can be accounted. */
static bool is_required(const char *tracepoint)
{
	return strcmp(tracepoint, "sched_switch") == 0 ||
	       strcmp(tracepoint, "sched_process_fork") == 0;
}

static void choose_programs(struct mete_probes *probes, struct bpf_object *object,
			    const struct btf *kernel, bool own_clock)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		const char *tracepoint = tracepoint_of(program);
		const char *function = after_prefix(program, FUNCTION_PREFIX);
		const char *preferred = preferred_to(program);
		struct program *entry;
		bool found;

		if (!tracepoint && !function)
			continue;
		found = tracepoint ? mete_btf_has_tracepoint(kernel, tracepoint)
				   : mete_btf_has_function(kernel, function);
		/* What another program does better is left out without a word. */
		if ((tracepoint && is_own_clock_hook(tracepoint) && !own_clock) ||
		    (preferred && mete_btf_has_tracepoint(kernel, preferred)) ||
		    (tracepoint && !found && has_fallback(tracepoint))) {
			bpf_program__set_autoload(program, false);
			continue;
		}
		if (!found)
			bpf_program__set_autoload(program, false);
		entry = &probes->programs[probes->program_count++];
		entry->program = program;
		entry->required = tracepoint && is_required(tracepoint);
	}
}

/* Gives a read-only variable of the object its value; to be called before load. */
static int set_constant(struct bpf_object *object, const char *name, const void *value, size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
	const struct btf *btf = bpf_object__btf(object);
	const struct btf_type *section;
	const struct btf_var_secinfo *variable;
	size_t length;
	char *data;
	int id, index;

	if (!map || !btf)
		return -ENOENT;
	id = btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC);
	if (id < 0)
		return id;
	data = (char *)bpf_map__initial_value(map, &length);
	section = btf__type_by_id(btf, (__u32)id);
	variable = btf_var_secinfos(section);
	for (index = 0; index < btf_vlen(section); index++, variable++) {
		const struct btf_type *type = btf__type_by_id(btf, variable->type);

		if (strcmp(btf__name_by_offset(btf, type->name_off), name) != 0)
			continue;
		if (variable->size != size || variable->offset + size > length)
			return -EINVAL;
		memcpy(data + variable->offset, value, size);
		return 0;
	}
	return -ENOENT;
}

static bool is_variables(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	size_t length = strlen(name);

	return bpf_map__is_internal(map) && length >= 4 && strcmp(name + length - 4, ".bss") == 0;
}

/* Maps of the same name are made once, by the first object that has them. */
static int share_maps(struct mete_probes *probes, size_t count)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, probes->objects[count])
	{
		struct bpf_map *first;
		int error;

		if (bpf_map__is_internal(map) && !is_variables(map))
			continue;
		first = bpf_object__find_map_by_name(
			probes->objects[0], is_variables(map) ? ".bss" : bpf_map__name(map));
		if (!first)
			continue;
		error = bpf_map__reuse_fd(map, bpf_map__fd(first));
		if (error)
			return error;
	}
	return 0;
}

/* Gives a constant its value in an object that may not use it: then it is not in there. */
static int set_if_used(struct bpf_object *object, const char *name, const void *value, size_t size)
{
	int error = set_constant(object, name, value, size);

	return error == -ENOENT ? 0 : error;
}

static int set_constants(struct bpf_object *object, const struct mete_probes_options *options,
			 uint64_t usage_limit)
{
	bool uses_places = options->delay_histograms || options->disk;
	const struct {
		const char *name;
		const void *value;
		size_t size;
	} constants[] = {
		{"usage_limit_bytes", &usage_limit, sizeof(usage_limit)},
		{"own_clock", &options->own_clock, sizeof(options->own_clock)},
		{"slice_ns", &options->slice_ns, sizeof(options->slice_ns)},
		{"counts_delays", &options->delay_histograms, sizeof(options->delay_histograms)},
		{"slot_count", &options->slots, sizeof(options->slots)},
		{"uses_places", &uses_places, sizeof(uses_places)},
		{"traces_network", &options->network, sizeof(options->network)},
		{"counts_call_latencies", &options->call_latencies,
		 sizeof(options->call_latencies)},
	};
	size_t index;

	for (index = 0; index < sizeof(constants) / sizeof(constants[0]); index++) {
		int error = set_if_used(object, constants[index].name, constants[index].value,
					constants[index].size);

		if (error)
			return error;
	}
	return 0;
}

static bool is_wanted(size_t index, const struct mete_probes_options *options)
{
	if (index == METE_DISK_OBJECT)
		return options->disk;
	if (index == METE_CALLS_OBJECT)
		return options->function_count > 0;
	return index == METE_NETWORK_OBJECT ? options->network : true;
}

static int open_object(struct mete_probes *probes, size_t index,
		       const struct mete_probes_options *options, const struct btf *kernel)
{
	const struct mete_object *source = &mete_objects[index];
	LIBBPF_OPTS(bpf_object_open_opts, open_options, .object_name = source->name);
	uint64_t usage_limit;
	struct bpf_object *object;
	struct bpf_map *ring;
	int error;

	object = bpf_object__open_mem(source->bytes, source->size, &open_options);
	if (!object)
		return -errno;
	probes->objects[index] = object;
	ring = bpf_object__find_map_by_name(object, "records");
	error = bpf_map__set_max_entries(ring, options->ring_bytes);
	if (error)
		return error;
	/* A quarter is kept free for events. */
	usage_limit = bpf_map__max_entries(ring) / 4 * 3;
	error = set_constants(object, options, usage_limit);
	if (!error)
		error = mete_size_maps(object, options);
	if (!error && index == METE_CALLS_OBJECT)
		error = mete_size_call_maps(object, options);
	if (error)
		return error;
	choose_programs(probes, object, kernel, options->own_clock);
	if (index > 0) {
		error = share_maps(probes, index);
		if (error)
			return error;
	}
	return bpf_object__load(object);
}

static int attach(struct mete_probes *probes)
{
	size_t index;

	for (index = 0; index < probes->program_count; index++) {
		struct program *entry = &probes->programs[index];

		if (!bpf_program__autoload(entry->program)) {
			if (entry->required)
				return -ENOENT;
			continue;
		}
		entry->link = bpf_program__attach(entry->program);
		if (!entry->link)
			return -errno;
	}
	return 0;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

struct mete_probes *mete_probes_open(const struct mete_probes_options *options,
				     struct mete_probes_failure *failure)
{
	struct mete_probes *probes = calloc(1, sizeof(*probes));
	struct btf *kernel;
	size_t index;
	int error;

	memset(failure, 0, sizeof(*failure));
	if (!probes)
		return fail(NULL, failure, ENOMEM, "allocate");
	mete_probes_listen(failure);
	kernel = btf__load_vmlinux_btf();
	if (!kernel)
		return fail(probes, failure, errno, "read the kernel's BTF");
	for (index = 0; index < METE_OBJECTS; index++) {
		if (!is_wanted(index, options))
			continue;
		error = open_object(probes, index, options, kernel);
		if (error) {
			btf__free(kernel);
			return fail(probes, failure, error, mete_objects[index].name);
		}
	}
	btf__free(kernel);
	error = mete_find_shared_state(probes, options);
	if (error)
		return fail(probes, failure, error, "open the ring buffer");
	/* Last, so that no record is older than the ring buffer's reader. */
	error = attach(probes);
	if (error)
		return fail(probes, failure, error, "attach to the tracepoints");
	if (options->function_count) {
		error = mete_attach_calls(probes, options, failure);
		if (error)
			return fail(probes, failure, error, "probe a function");
	}
	__atomic_store_n(&probes->control->begun_ns, monotonic_ns(), __ATOMIC_SEQ_CST);
	listening = NULL;
	return probes;
}

void mete_probes_close(struct mete_probes *probes)
{
	size_t index;

	if (!probes)
		return;
	for (index = 0; index < probes->program_count; index++)
		bpf_link__destroy(probes->programs[index].link);
	mete_close_calls(probes);
	bpf_link__destroy(probes->sweep_link);
	ring_buffer__free(probes->ring);
	for (index = METE_OBJECTS; index > 0; index--)
		bpf_object__close(probes->objects[index - 1]);
	if (probes->control)
		munmap(probes->control, sizeof(*probes->control));
	if (probes->pending_owners)
		munmap(probes->pending_owners,
		       METE_PENDING_PLACES * sizeof(*probes->pending_owners));
	if (probes->histograms.bytes)
		munmap((void *)probes->histograms.bytes, probes->histograms.length);
	if (probes->network.bytes)
		munmap((void *)probes->network.bytes, probes->network.length);
	free(probes->per_cpu_disk);
	free(probes->per_cpu_losses);
	free(probes->per_cpu_idle);
	free(probes);
}

bool mete_probes_describe(const struct mete_probes *probes, size_t index,
			  struct mete_probe_state *state)
{
	const struct program *entry;

	if (index >= probes->program_count)
		return false;
	entry = &probes->programs[index];
	state->name = bpf_program__name(entry->program);
	state->hook =
		tracepoint_of(entry->program) ?: after_prefix(entry->program, FUNCTION_PREFIX);
	state->attached = entry->link != NULL;
	state->required = entry->required;
	return true;
}
