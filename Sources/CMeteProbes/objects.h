/* The compiled kernel programs, as `make bpf` left them. */
#ifndef METE_OBJECTS_H
#define METE_OBJECTS_H

#include <stddef.h>

#define METE_OBJECTS 5

struct mete_object {
	const char *name;
	const unsigned char *bytes;
	size_t size;
};

/* Places of those that are not always loaded. */
enum { METE_DISK_OBJECT = 2, METE_NETWORK_OBJECT = 3, METE_CALLS_OBJECT = 4 };

/* The first one owns the maps that all share. */
extern const struct mete_object mete_objects[METE_OBJECTS];

#endif
