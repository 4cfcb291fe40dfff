/* 256-bit vectors with fused multiply and add. */
#include "kernels.h"

#if defined(__x86_64__)

#define LANES 8
#define KERNELS mete_kernels_avx2
#define NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "variant.h"
#pragma clang attribute pop

#endif
