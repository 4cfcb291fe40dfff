/* What the running kernel has, by its BTF. */
#include "probes.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool mete_btf_has_tracepoint(const struct btf *kernel, const char *name)
{
	char type_name[128];

	snprintf(type_name, sizeof(type_name), "btf_trace_%s", name);
	return btf__find_by_name_kind(kernel, type_name, BTF_KIND_TYPEDEF) > 0;
}

bool mete_btf_has_function(const struct btf *kernel, const char *name)
{
	return btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC) > 0;
}

static int ask_kernel(bool (*question)(const struct btf *, const char *), const char *name)
{
	struct mete_probes_failure ignored = {0};
	struct btf *kernel;
	int found;

	mete_probes_listen(&ignored);
	kernel = btf__load_vmlinux_btf();
	mete_probes_listen(NULL);
	if (!kernel)
		return -errno;
	found = question(kernel, name);
	btf__free(kernel);
	return found;
}

int mete_kernel_has_tracepoint(const char *name)
{
	return ask_kernel(mete_btf_has_tracepoint, name);
}

int mete_kernel_has_function(const char *name)
{
	return ask_kernel(mete_btf_has_function, name);
}

static bool btf_delays_dequeue(const struct btf *kernel, const char *structure)
{
	int id = btf__find_by_name_kind(kernel, structure, BTF_KIND_STRUCT);
	const struct btf_type *type = id > 0 ? btf__type_by_id(kernel, (__u32)id) : NULL;
	const struct btf_member *member = type ? btf_members(type) : NULL;
	int index, count = type ? btf_vlen(type) : 0;

	for (index = 0; index < count; index++)
		if (strcmp(btf__name_by_offset(kernel, member[index].name_off), "sched_delayed") ==
		    0)
			return true;
	return false;
}

int mete_kernel_delays_dequeue(void)
{
	return ask_kernel(btf_delays_dequeue, "sched_entity");
}
