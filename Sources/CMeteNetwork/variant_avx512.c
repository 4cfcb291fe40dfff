/* 512-bit vectors wherever a row is that wide, 256-bit ones with more registers elsewhere. */
#include "kernels.h"

#if defined(__x86_64__)

#define LANES 16
#define KERNELS mete_kernels_avx512
#define NAME "avx512"
#pragma clang attribute push(                                                                      \
	__attribute__((target("avx512f,avx512vl,avx2,fma"), min_vector_width(512))),               \
	apply_to = function)
#include "variant.h"
#pragma clang attribute pop

#endif
