#include "objects.h"

#if !__has_embed("objects/sched.bpf.o") || !__has_embed("objects/task.bpf.o")
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

const struct mete_object mete_objects[METE_OBJECTS] = {
	{"sched", sched_bytes, sizeof(sched_bytes)},
	{"task", task_bytes, sizeof(task_bytes)},
};

#endif
