/* The maps that kernel side and user space share: how large they are, and where they are found. */
#include "probes.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int grow(struct bpf_object *object, const char *name, uint32_t entries)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	if (!map)
		return -ENOENT;
	return bpf_map__max_entries(map) < entries ? bpf_map__set_max_entries(map, entries) : 0;
}

/* Maps with an entry for each slot and CPU, where they are used; else they keep their one. Those
 * with an entry for each pair of a slot and another thing have room for some such of each. */
int mete_size_maps(struct bpf_object *object, const struct mete_probes_options *options)
{
	int cpus = libbpf_num_possible_cpus(), error = 0;
	uint32_t entries = (uint32_t)cpus * (options->slots + METE_PENDING_PLACES);

	if (cpus < 0)
		return cpus;
	if (options->slots < METE_LEAST_SLOTS || options->slots > METE_MOST_SLOTS ||
	    (options->slots & (options->slots - 1)))
		return -EINVAL;
	if (options->delay_histograms || options->disk)
		error = grow(object, "histograms", entries);
	if (!error && options->network)
		error = grow(object, "network", entries);
	if (!error && options->disk)
		error = grow(object, "disk", 4 * options->slots);
	if (!error && options->delay_histograms)
		error = grow(object, "disturbances", 8 * options->slots);
	return error;
}

/* Maps an array with an entry for each slot and CPU; one with a single entry is not in use. */
static int map_array(struct bpf_object *object, const char *name, struct mete_mapped *mapped)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *bytes;

	if (!map)
		return -ENOENT;
	if (bpf_map__max_entries(map) == 1)
		return 0;
	mapped->stride = (bpf_map__value_size(map) + 7) / 8 * 8;
	mapped->length = (mapped->stride * bpf_map__max_entries(map) + page - 1) / page * page;
	bytes = mmap(NULL, mapped->length, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	if (bytes == MAP_FAILED)
		return -errno;
	mapped->bytes = bytes;
	return 0;
}

static int map_owners(struct bpf_object *object, struct mete_probes *probes)
{
	void *bytes = mmap(NULL, METE_PENDING_PLACES * sizeof(*probes->pending_owners),
			   PROT_READ | PROT_WRITE, MAP_SHARED,
			   bpf_object__find_map_fd_by_name(object, "pending_owners"), 0);

	if (bytes == MAP_FAILED)
		return -errno;
	probes->pending_owners = bytes;
	return 0;
}

/* The variables of the sched object, as the kernel has them: what libbpf keeps of them are the
 * values before the load. */
static int map_control(struct bpf_object *object, struct mete_control **control)
{
	struct bpf_map *variables = bpf_object__find_map_by_name(object, ".bss");
	void *bytes;

	if (!variables || bpf_map__value_size(variables) != sizeof(**control))
		return -ENOENT;
	bytes = mmap(NULL, sizeof(**control), PROT_READ | PROT_WRITE, MAP_SHARED,
		     bpf_map__fd(variables), 0);
	if (bytes == MAP_FAILED)
		return -errno;
	*control = bytes;
	return 0;
}

int mete_find_shared_state(struct mete_probes *probes, const struct mete_probes_options *options)
{
	struct bpf_object *first = probes->objects[0];
	struct bpf_program *sweep = bpf_object__find_program_by_name(first, "sweep");
	struct bpf_program *running = bpf_object__find_program_by_name(first, "report_running");
	int error;

	probes->losses_fd = bpf_object__find_map_fd_by_name(first, "losses");
	probes->running_fd = running ? bpf_program__fd(running) : -ENOENT;
	probes->idle_cpus_fd = bpf_object__find_map_fd_by_name(first, "idle_cpus");
	probes->spill_fds[0] = bpf_object__find_map_fd_by_name(first, "spill");
	probes->spill_fds[1] = bpf_object__find_map_fd_by_name(first, "parent_spill");
	probes->slots_fd = bpf_object__find_map_fd_by_name(first, "slots");
	probes->cgroup_slots_fd = bpf_object__find_map_fd_by_name(first, "cgroup_slots");
	probes->pending_network_fd = bpf_object__find_map_fd_by_name(first, "pending_network");
	probes->disturbances_fd = bpf_object__find_map_fd_by_name(first, "disturbances");
	probes->disk_fd = bpf_object__find_map_fd_by_name(first, "disk");
	probes->thread_disk_fd = bpf_object__find_map_fd_by_name(first, "thread_disk");
	if (!sweep || probes->losses_fd < 0 || probes->running_fd < 0 || probes->idle_cpus_fd < 0 ||
	    probes->spill_fds[0] < 0 || probes->spill_fds[1] < 0 || probes->slots_fd < 0 ||
	    probes->cgroup_slots_fd < 0 || probes->disk_fd < 0 || probes->thread_disk_fd < 0 ||
	    probes->pending_network_fd < 0 || probes->disturbances_fd < 0)
		return -ENOENT;
	error = map_control(first, &probes->control);
	if (error)
		return error;
	probes->slots = options->slots;
	probes->cpu_count = libbpf_num_possible_cpus();
	if (probes->cpu_count < 0)
		return probes->cpu_count;
	probes->per_cpu_losses = calloc((size_t)probes->cpu_count, sizeof(*probes->per_cpu_losses));
	probes->per_cpu_idle = calloc((size_t)probes->cpu_count, sizeof(*probes->per_cpu_idle));
	probes->per_cpu_disk =
		calloc((size_t)probes->cpu_count * METE_DISK_BATCH, sizeof(*probes->per_cpu_disk));
	if (!probes->per_cpu_losses || !probes->per_cpu_idle || !probes->per_cpu_disk)
		return -ENOMEM;
	error = map_array(first, "histograms", &probes->histograms);
	if (!error)
		error = map_array(first, "network", &probes->network);
	if (!error)
		error = map_owners(first, probes);
	if (error)
		return error;
	probes->sweep_link = bpf_program__attach_iter(sweep, NULL);
	if (!probes->sweep_link)
		return -errno;
	probes->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(first, "records"),
					mete_visit_ring_record, probes, NULL);
	return probes->ring ? 0 : -errno;
}
