/* Loading and attaching the kernel programs. */
#include "probes.h"
#include "objects.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACEPOINT_PREFIX "tp_btf/"

/* What libbpf says while objects are opened and loaded, the last of it. Per thread, since libbpf's
 * hook has no context. */
static _Thread_local struct mete_probes_failure *listening;

static int keep_last_words(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[1024];
	size_t used, added, room;

	if (!listening || level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	used = strlen(listening->detail);
	added = strlen(line);
	room = sizeof(listening->detail) - 1;
	if (added > room)
		added = room;
	if (used + added > room) {
		size_t cut = used + added - room;

		memmove(listening->detail, listening->detail + cut, used - cut + 1);
		used -= cut;
	}
	memcpy(listening->detail + used, line, added);
	listening->detail[used + added] = 0;
	return 0;
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

static const char *tracepoint_of(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	if (strncmp(section, TRACEPOINT_PREFIX, strlen(TRACEPOINT_PREFIX)) != 0)
		return NULL;
	return section + strlen(TRACEPOINT_PREFIX);
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

static bool btf_has_tracepoint(const struct btf *kernel, const char *name)
{
	char type_name[128];

	snprintf(type_name, sizeof(type_name), "btf_trace_%s", name);
	return btf__find_by_name_kind(kernel, type_name, BTF_KIND_TYPEDEF) > 0;
}

int mete_kernel_has_tracepoint(const char *name)
{
	struct mete_probes_failure ignored = {0};
	struct btf *kernel;
	int found;

	libbpf_set_print(keep_last_words);
	listening = &ignored;
	kernel = btf__load_vmlinux_btf();
	listening = NULL;
	if (!kernel)
		return -errno;
	found = btf_has_tracepoint(kernel, name);
	btf__free(kernel);
	return found;
}

static void choose_programs(struct mete_probes *probes, struct bpf_object *object,
			    const struct btf *kernel, bool own_clock)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
	{
		const char *tracepoint = tracepoint_of(program);
		struct program *entry;

		if (!tracepoint)
			continue;
		if (is_own_clock_hook(tracepoint) && !own_clock) {
			bpf_program__set_autoload(program, false);
			continue;
		}
		if (!btf_has_tracepoint(kernel, tracepoint))
			bpf_program__set_autoload(program, false);
		entry = &probes->programs[probes->program_count++];
		entry->program = program;
		entry->required = is_required(tracepoint);
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

/* Maps of the same name are made once, by the first object that has them. */
static int share_maps(struct mete_probes *probes, size_t count)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, probes->objects[count])
	{
		struct bpf_map *first;
		int error;

		if (bpf_map__is_internal(map))
			continue;
		first = bpf_object__find_map_by_name(probes->objects[0], bpf_map__name(map));
		if (!first)
			continue;
		error = bpf_map__reuse_fd(map, bpf_map__fd(first));
		if (error)
			return error;
	}
	return 0;
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
	error = set_constant(object, "usage_limit_bytes", &usage_limit, sizeof(usage_limit));
	/* Constants that an object does not use are not in it. */
	if (error && error != -ENOENT)
		return error;
	error = set_constant(object, "own_clock", &options->own_clock, sizeof(options->own_clock));
	if (error && error != -ENOENT)
		return error;
	error = set_constant(object, "slice_ns", &options->slice_ns, sizeof(options->slice_ns));
	if (error && error != -ENOENT)
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

static int find_shared_state(struct mete_probes *probes)
{
	struct bpf_object *first = probes->objects[0];
	struct bpf_program *sweep = bpf_object__find_program_by_name(first, "sweep");
	struct bpf_program *running = bpf_object__find_program_by_name(first, "report_running");
	struct bpf_map *variables = bpf_object__find_map_by_name(first, ".bss");
	size_t length = 0;

	probes->losses_fd = bpf_object__find_map_fd_by_name(first, "losses");
	probes->running_fd = running ? bpf_program__fd(running) : -ENOENT;
	probes->idle_cpus_fd = bpf_object__find_map_fd_by_name(first, "idle_cpus");
	probes->spill_fds[0] = bpf_object__find_map_fd_by_name(first, "spill");
	probes->spill_fds[1] = bpf_object__find_map_fd_by_name(first, "parent_spill");
	if (variables)
		probes->control = (struct mete_control *)bpf_map__initial_value(variables, &length);
	if (!sweep || probes->losses_fd < 0 || probes->running_fd < 0 || probes->idle_cpus_fd < 0 ||
	    probes->spill_fds[0] < 0 || probes->spill_fds[1] < 0 ||
	    length != sizeof(*probes->control))
		return -ENOENT;
	probes->cpu_count = libbpf_num_possible_cpus();
	if (probes->cpu_count < 0)
		return probes->cpu_count;
	probes->per_cpu_losses = calloc((size_t)probes->cpu_count, sizeof(*probes->per_cpu_losses));
	probes->per_cpu_idle = calloc((size_t)probes->cpu_count, sizeof(*probes->per_cpu_idle));
	if (!probes->per_cpu_losses || !probes->per_cpu_idle)
		return -ENOMEM;
	probes->sweep_link = bpf_program__attach_iter(sweep, NULL);
	if (!probes->sweep_link)
		return -errno;
	probes->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(first, "records"),
					mete_visit_ring_record, probes, NULL);
	return probes->ring ? 0 : -errno;
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
	libbpf_set_print(keep_last_words);
	listening = failure;
	kernel = btf__load_vmlinux_btf();
	if (!kernel)
		return fail(probes, failure, errno, "read the kernel's BTF");
	for (index = 0; index < METE_OBJECTS; index++) {
		error = open_object(probes, index, options, kernel);
		if (error) {
			btf__free(kernel);
			return fail(probes, failure, error, mete_objects[index].name);
		}
	}
	btf__free(kernel);
	error = find_shared_state(probes);
	if (error)
		return fail(probes, failure, error, "open the ring buffer");
	/* Last, so that no record is older than the ring buffer's reader. */
	error = attach(probes);
	if (error)
		return fail(probes, failure, error, "attach to the tracepoints");
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
	bpf_link__destroy(probes->sweep_link);
	ring_buffer__free(probes->ring);
	for (index = METE_OBJECTS; index > 0; index--)
		bpf_object__close(probes->objects[index - 1]);
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
	state->hook = tracepoint_of(entry->program);
	state->attached = entry->link != NULL;
	state->required = entry->required;
	return true;
}
