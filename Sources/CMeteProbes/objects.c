#include "objects.h"

#if !__has_embed("objects/sched.bpf.o") || !__has_embed("objects/task.bpf.o") ||                   \
	!__has_embed("objects/disk.bpf.o") || !__has_embed("objects/network.bpf.o") ||             \
	!__has_embed("objects/calls.bpf.o")
#error "the kernel programs are not compiled yet: run `make bpf`"
#else

/* libbpf reads ELF headers in place. */
#define OBJECT static const unsigned char __attribute__((aligned(8)))

OBJECT sched_bytes[] = {
#embed "objects/sched.bpf.o"
};

OBJECT task_bytes[] = {
#embed "objects/task.bpf.o"
};

OBJECT disk_bytes[] = {
#embed "objects/disk.bpf.o"
};

OBJECT network_bytes[] = {
#embed "objects/network.bpf.o"
};

OBJECT calls_bytes[] = {
#embed "objects/calls.bpf.o"
};

const struct mete_object mete_objects[METE_OBJECTS] = {
	{"sched", sched_bytes, sizeof(sched_bytes)},
	{"task", task_bytes, sizeof(task_bytes)},
	[METE_DISK_OBJECT] = {"disk", disk_bytes, sizeof(disk_bytes)},
	[METE_NETWORK_OBJECT] = {"network", network_bytes, sizeof(network_bytes)},
	[METE_CALLS_OBJECT] = {"calls", calls_bytes, sizeof(calls_bytes)},
};

#endif
