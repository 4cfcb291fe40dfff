/* Reading what the kernel programs found out. */
#include "probes.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int mete_visit_ring_record(void *context, void *record, size_t size)
{
	struct mete_probes *probes = context;

	probes->visit(probes->visit_context, record, size);
	return 0;
}

long mete_probes_drain(struct mete_probes *probes, mete_record_visitor visit, void *context)
{
	probes->visit = visit;
	probes->visit_context = context;
	return ring_buffer__consume(probes->ring);
}

int mete_probes_report_running(struct mete_probes *probes)
{
	uint32_t zero = 0;
	int cpu;

	if (bpf_map_lookup_elem(probes->idle_cpus_fd, &zero, probes->per_cpu_idle))
		return -errno;
	for (cpu = 0; cpu < probes->cpu_count; cpu++) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .flags = BPF_F_TEST_RUN_ON_CPU,
			    .cpu = (__u32)cpu);

		if ((uint32_t)probes->per_cpu_idle[cpu])
			continue;
		/* A CPU that is possible but not online runs nothing. */
		if (bpf_prog_test_run_opts(probes->running_fd, &options) && errno != ENXIO)
			return -errno;
	}
	return 0;
}

void mete_probes_begin_tick(struct mete_probes *probes)
{
	__atomic_fetch_add(&probes->control->tick, 1, __ATOMIC_RELAXED);
}

long mete_probes_sweep(struct mete_probes *probes, bool all, mete_record_visitor visit,
		       void *context)
{
	const size_t size = sizeof(struct mete_thread_record);
	long visited = 0;
	int file;

	probes->control->sweep_lists_all = all;
	file = bpf_iter_create(bpf_link__fd(probes->sweep_link));
	if (file < 0)
		return -errno;
	for (;;) {
		ssize_t got = read(file, probes->sweep_buffer, sizeof(probes->sweep_buffer));
		ssize_t offset;

		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0) {
			long result = got < 0 ? -errno : visited;

			close(file);
			return result;
		}
		/* The kernel cuts a read at the buffer's end, which is a whole number of records.
		 */
		for (offset = 0; offset + (ssize_t)size <= got; offset += (ssize_t)size, visited++)
			visit(context, probes->sweep_buffer + offset, size);
	}
}

/* Takes the entries that are complete, which leaves the others to be passed over. */
static long take_spill_of(int map, uint32_t complete_before, mete_spill_visitor visit,
			  void *context)
{
	struct mete_spill_key key, *last = NULL, before;
	struct mete_spill entry;
	long taken = 0;

	while (bpf_map_get_next_key(map, last, &key) == 0) {
		if (key.generation >= complete_before) {
			before = key;
			last = &before;
			continue;
		}
		if (bpf_map_lookup_and_delete_elem(map, &key, &entry))
			return -errno;
		visit(context, key.pid, &entry);
		taken++;
	}
	return errno == ENOENT ? taken : -errno;
}

long mete_probes_take_spill(struct mete_probes *probes, mete_spill_visitor visit, void *context)
{
	uint32_t generation = probes->control->spill_generation + 1;
	long taken = 0;
	int map;

	__atomic_store_n(&probes->control->spill_generation, generation, __ATOMIC_SEQ_CST);
	/* Returns when every program that has read the former generation has ended:
	 * synchronize_rcu(). Where it is refused (nohz_full=), a generation is taken one call
	 * later, which a program does not last. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0)
		probes->complete_before = generation;
	for (map = 0; map < METE_SPILL_MAPS; map++) {
		long result = take_spill_of(probes->spill_fds[map], probes->complete_before, visit,
					    context);

		if (result < 0)
			return result;
		taken += result;
	}
	probes->complete_before = generation;
	return taken;
}

int mete_probes_losses(struct mete_probes *probes, struct mete_losses *total)
{
	const size_t fields = sizeof(*total) / sizeof(__u64);
	uint32_t zero = 0;
	int cpu;
	size_t field;

	if (bpf_map_lookup_elem(probes->losses_fd, &zero, probes->per_cpu_losses))
		return -errno;
	memset(total, 0, sizeof(*total));
	for (cpu = 0; cpu < probes->cpu_count; cpu++)
		for (field = 0; field < fields; field++)
			((__u64 *)total)[field] +=
				((const __u64 *)&probes->per_cpu_losses[cpu])[field];
	return 0;
}

static const void *entry_of(const struct mete_probes *probes, const struct mete_mapped *mapped,
			    int cpu, uint32_t place)
{
	size_t index = (size_t)cpu * (probes->slots + METE_PENDING_PLACES) + place;

	return (const char *)mapped->bytes + index * mapped->stride;
}

/* Counters that the kernel goes on adding to meanwhile. */
static void add_counters(uint64_t *sum, const uint64_t *part, size_t count)
{
	size_t index;

	for (index = 0; index < count; index++)
		sum[index] += __atomic_load_n(&part[index], __ATOMIC_RELAXED);
}

uint32_t mete_probes_pending_owner(const struct mete_probes *probes, uint32_t place)
{
	return place < METE_PENDING_PLACES
		       ? (uint32_t)__atomic_load_n(&probes->pending_owners[place], __ATOMIC_ACQUIRE)
		       : 0;
}

void mete_probes_free_place(struct mete_probes *probes, uint32_t place)
{
	if (place < METE_PENDING_PLACES)
		__atomic_store_n(&probes->pending_owners[place], 0, __ATOMIC_RELEASE);
}

void mete_probes_read_histogram(const struct mete_probes *probes, uint32_t place,
				enum mete_histogram_kind kind, struct mete_histogram *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	if (!probes->histograms.bytes || place >= probes->slots + METE_PENDING_PLACES)
		return;
	for (cpu = 0; cpu < probes->cpu_count; cpu++) {
		const struct mete_slot_histograms *entry =
			entry_of(probes, &probes->histograms, cpu, place);

		add_counters((uint64_t *)sum->buckets, (const uint64_t *)entry->kinds[kind].buckets,
			     METE_BUCKETS);
	}
}

void mete_probes_read_network(const struct mete_probes *probes, uint32_t slot,
			      struct mete_network_use *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	if (!probes->network.bytes || slot >= probes->slots)
		return;
	for (cpu = 0; cpu < probes->cpu_count; cpu++)
		add_counters((uint64_t *)sum, entry_of(probes, &probes->network, cpu, slot),
			     sizeof(*sum) / sizeof(uint64_t));
}

int mete_probes_read_disk(struct mete_probes *probes, mete_disk_visitor visit, void *context)
{
	struct mete_disk_key keys[METE_DISK_BATCH];
	bool is_first = true;
	uint32_t place;
	int error;

	do {
		uint32_t count = METE_DISK_BATCH, index;

		error = bpf_map_lookup_batch(probes->disk_fd, is_first ? NULL : &place, &place,
					     keys, probes->per_cpu_disk, &count, NULL);
		if (error && errno != ENOENT)
			return -errno;
		for (index = 0; index < count; index++) {
			const struct mete_disk_use *uses =
				&probes->per_cpu_disk[index * (uint32_t)probes->cpu_count];
			struct mete_disk_use sum = {0};
			int cpu;

			for (cpu = 0; cpu < probes->cpu_count; cpu++)
				add_counters((uint64_t *)&sum, (const uint64_t *)&uses[cpu],
					     sizeof(sum) / sizeof(uint64_t));
			visit(context, &keys[index], &sum);
		}
		is_first = false;
	} while (!error);
	return 0;
}

int mete_probes_read_thread_disk(struct mete_probes *probes, mete_thread_disk_visitor visit,
				 void *context)
{
	enum { BATCH = 256 };
	uint32_t tids[BATCH], place, count;
	struct mete_disk_use uses[BATCH];
	bool is_first = true;
	int error;

	do {
		uint32_t index;

		count = BATCH;
		error = bpf_map_lookup_batch(probes->thread_disk_fd, is_first ? NULL : &place,
					     &place, tids, uses, &count, NULL);
		if (error && errno != ENOENT)
			return -errno;
		for (index = 0; index < count; index++)
			visit(context, tids[index], &uses[index]);
		is_first = false;
	} while (!error);
	return 0;
}

void mete_probes_forget_thread_disk(struct mete_probes *probes, uint32_t tid)
{
	bpf_map_delete_elem(probes->thread_disk_fd, &tid);
}

int mete_probes_set_slots(struct mete_probes *probes, const uint32_t *ids, const uint32_t *slots,
			  uint32_t count)
{
	if (!count)
		return 0;
	return bpf_map_update_batch(probes->slots_fd, ids, slots, &count, NULL) ? -errno : 0;
}

void mete_probes_publish_slots(struct mete_probes *probes)
{
	__atomic_fetch_add(&probes->control->slot_generation, 1, __ATOMIC_SEQ_CST);
}

void mete_probes_forget_slot(struct mete_probes *probes, uint32_t id)
{
	bpf_map_delete_elem(probes->slots_fd, &id);
}

int mete_probes_set_cgroup_slot(struct mete_probes *probes, uint64_t cgroup, uint32_t slot)
{
	return bpf_map_update_elem(probes->cgroup_slots_fd, &cgroup, &slot, BPF_ANY) ? -errno : 0;
}

void mete_probes_forget_cgroup_slot(struct mete_probes *probes, uint64_t cgroup)
{
	bpf_map_delete_elem(probes->cgroup_slots_fd, &cgroup);
}

int mete_probes_read_pending_network(struct mete_probes *probes, mete_network_visitor visit,
				     void *context)
{
	uint32_t slot, before, *last = NULL;

	while (bpf_map_get_next_key(probes->pending_network_fd, last, &slot) == 0) {
		struct mete_network_use use;

		if (bpf_map_lookup_elem(probes->pending_network_fd, &slot, &use) == 0)
			visit(context, slot, &use);
		before = slot;
		last = &before;
	}
	return errno == ENOENT ? 0 : -errno;
}

int mete_probes_take_pending_network(struct mete_probes *probes, uint32_t slot,
				     struct mete_network_use *last)
{
	return bpf_map_lookup_and_delete_elem(probes->pending_network_fd, &slot, last) ? -errno : 0;
}

int mete_probes_take_disk(struct mete_probes *probes, const struct mete_disk_key *key,
			  struct mete_disk_use *last)
{
	int cpu;

	memset(last, 0, sizeof(*last));
	if (bpf_map_lookup_and_delete_elem(probes->disk_fd, key, probes->per_cpu_disk))
		return -errno;
	for (cpu = 0; cpu < probes->cpu_count; cpu++)
		add_counters((uint64_t *)last, (const uint64_t *)&probes->per_cpu_disk[cpu],
			     sizeof(*last) / sizeof(uint64_t));
	return 0;
}

int mete_probes_read_disturbances(struct mete_probes *probes, mete_disturbance_visitor visit,
				  void *context)
{
	struct mete_disturbance_key keys[METE_DISK_BATCH];
	/* A value per CPU, each in eight bytes, fits where those of disks do. */
	uint64_t *values = (uint64_t *)probes->per_cpu_disk;
	bool is_first = true;
	uint32_t place;
	int error;

	do {
		uint32_t count = METE_DISK_BATCH, index;

		error = bpf_map_lookup_batch(probes->disturbances_fd, is_first ? NULL : &place,
					     &place, keys, values, &count, NULL);
		if (error && errno != ENOENT)
			return -errno;
		for (index = 0; index < count; index++) {
			uint64_t sum = 0;
			int cpu;

			for (cpu = 0; cpu < probes->cpu_count; cpu++)
				sum += values[index * (uint32_t)probes->cpu_count + (uint32_t)cpu];
			visit(context, &keys[index], sum);
		}
		is_first = false;
	} while (!error);
	return 0;
}

int mete_probes_take_disturbance(struct mete_probes *probes, const struct mete_disturbance_key *key,
				 uint64_t *ns)
{
	/* As in mete_probes_read_disturbances(). */
	uint64_t *values = (uint64_t *)probes->per_cpu_disk;
	int cpu;

	*ns = 0;
	if (bpf_map_lookup_and_delete_elem(probes->disturbances_fd, key, values))
		return -errno;
	for (cpu = 0; cpu < probes->cpu_count; cpu++)
		*ns += values[cpu];
	return 0;
}
