/* The inside of a block; include/mete_network.h says what its parts are. */
#ifndef METE_NETWORK_INSIDE_H
#define METE_NETWORK_INSIDE_H

#include "mete_network.h"

enum {
	/* Every width is a multiple of this many floats. */
	UNIT = 8,
	ALIGNMENT = 64,
	/* The longest horizon is learnt from at every fourth tick: what 100 ticks bring hardly
	 * differs from one tick to the next, and the ring is four times shorter. */
	FAR_STRIDE = 4,
	FAR_TOKENS = 32,
	/* Ticks before the present one that the inputs are made from. */
	LAGS = 7,
};

struct mete_network {
	struct mete_network_shape shape;
	struct mete_training training;
	/* Padded widths in floats; parameters of the body and in all; ticks in the near ring. */
	uint32_t inputs;
	uint32_t hidden;
	uint32_t body;
	uint32_t parameters;
	uint32_t near;
	/* Powers of Adam's decay rates. */
	float decay_first;
	float decay_second;
	/* Quantiles of the last forecast, in the units of the heads. */
	float quantiles[METE_HORIZONS][METE_LEVELS];
	/* Ticks taken in, and those of them with a demand. */
	uint64_t ticks;
	uint64_t measured;
	/* Scaling: see scaling.h. */
	double last;
	double fast;
	double slow;
	double deviation;
	double error[METE_HORIZONS];
};

static inline size_t aligned(size_t bytes)
{
	return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static inline uint32_t token_width(const struct mete_network *n)
{
	return n->inputs + n->hidden;
}

static inline uint32_t head_size(const struct mete_network *n)
{
	return METE_LEVELS * token_width(n);
}

static inline float *parameters_of(struct mete_network *n)
{
	return (float *)((char *)n + aligned(sizeof(*n)));
}

static inline float *head_of(struct mete_network *n, int horizon)
{
	return parameters_of(n) + n->body + horizon * head_size(n);
}

static inline float *moments_of(struct mete_network *n)
{
	return parameters_of(n) + n->parameters;
}

/* Inputs of a tick; the body's output for it follows them. */
static inline float *token_of(struct mete_network *n, uint64_t tick)
{
	return moments_of(n) + 2 * (size_t)n->parameters + (tick & (n->near - 1)) * token_width(n);
}

static inline float *output_of(struct mete_network *n, uint64_t tick)
{
	return token_of(n, tick) + n->inputs;
}

/* The same for a tick that is a multiple of FAR_STRIDE. */
static inline float *far_token_of(struct mete_network *n, uint64_t tick)
{
	return token_of(n, 0) + (n->near + tick / FAR_STRIDE % FAR_TOKENS) * (size_t)token_width(n);
}

static inline float *cells_of(struct mete_network *n)
{
	return token_of(n, 0) + (n->near + FAR_TOKENS) * (size_t)token_width(n);
}

static inline float *cell_of(struct mete_network *n, uint64_t tick)
{
	return cells_of(n) + (tick & (n->near - 1)) * 6 * n->hidden;
}

static inline double *demands_of(struct mete_network *n)
{
	uint32_t cells = n->shape.architecture == METE_LSTM ? n->near * 6 * n->hidden : 0;

	return (double *)(cells_of(n) + cells);
}

static inline double *demand_of(struct mete_network *n, uint64_t tick)
{
	return demands_of(n) + (tick & (n->near - 1));
}

static inline double *far_level_of(struct mete_network *n, uint64_t tick)
{
	return demands_of(n) + n->near + tick / FAR_STRIDE % FAR_TOKENS;
}

#endif
