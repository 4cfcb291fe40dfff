/* What mete needs of zlib: a buffer at a time, with a checksum. */
#ifndef METE_ZLIB_H
#define METE_ZLIB_H

#include <stddef.h>
#include <stdint.h>

/* Room that the compressed form of so many bytes needs at most. */
size_t mete_compress_bound(size_t size);

/* Returns the size of the compressed form, or 0 when there is no memory or no room. */
size_t mete_compress(void *target, size_t room, const void *source, size_t size);

/* Whether the compressed form is whole and has just this size when it is not compressed. */
int mete_decompress(void *target, size_t size, const void *source, size_t compressed);

/* CRC-32 as zlib and gzip have it. */
uint32_t mete_crc32(const void *bytes, size_t size);

#endif
