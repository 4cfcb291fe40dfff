/* The arithmetic that is compiled once per instruction set. */
#ifndef METE_KERNELS_H
#define METE_KERNELS_H

#include "network.h"

/* What a training step is to reach: the demands that have become known, in the heads' units. */
struct targets {
	int known[METE_HORIZONS];
	float value[METE_HORIZONS];
};

struct mete_kernels {
	const char *name;
	/* Computes the body's output of a tick whose inputs are in its token. */
	void (*forward)(struct mete_network *, uint64_t tick, float *scratch);
	/* Gradient of the loss into gradient[parameters]; returns the loss. */
	float (*gradient)(struct mete_network *, const struct targets *, float *gradient,
			  float *scratch);
	/* One step of Adam along a gradient. */
	void (*descend)(struct mete_network *, const float *gradient);
	/* The quantiles that the heads give for the last tick. */
	void (*predict)(struct mete_network *, float quantiles[METE_HORIZONS][METE_LEVELS]);
};

extern const struct mete_kernels mete_kernels_baseline;
#if defined(__x86_64__)
extern const struct mete_kernels mete_kernels_avx2;
extern const struct mete_kernels mete_kernels_avx512;
#endif

#endif
