#include "mete_zlib.h"

#include <zlib.h>

/* Fast: numbers that are packed already gain little from a longer search. */
#define LEVEL 6

size_t mete_compress_bound(size_t size)
{
	return compressBound(size);
}

size_t mete_compress(void *target, size_t room, const void *source, size_t size)
{
	uLongf length = room;

	return compress2(target, &length, source, size, LEVEL) == Z_OK ? length : 0;
}

int mete_decompress(void *target, size_t size, const void *source, size_t compressed)
{
	uLongf length = size;

	return uncompress(target, &length, source, compressed) == Z_OK && length == size;
}

uint32_t mete_crc32(const void *bytes, size_t size)
{
	return (uint32_t)crc32_z(0, bytes, size);
}
