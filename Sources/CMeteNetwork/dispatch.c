#include "kernels.h"

const struct mete_kernels *mete_kernels_at(int index)
{
	const struct mete_kernels *able[3] = {0};
	int count = 0;

#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		able[count++] = &mete_kernels_avx512;
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		able[count++] = &mete_kernels_avx2;
#endif
	able[count++] = &mete_kernels_baseline;
	return index >= 0 && index < count ? able[index] : 0;
}

const char *mete_kernels_name(const struct mete_kernels *kernels)
{
	return kernels->name;
}
