/*
 * Networks that forecast demand and learn while they do.
 *
 * A network is one block of memory without pointers, so that many stand side by side in one
 * allocation and a block's bytes are its checkpoint. Each tick it is given the demand that was
 * measured and what is announced for the next ticks; it learns from the demands that its earlier
 * forecasts were made for, then takes the tick in and forecasts the quantiles of the demand 1, 10
 * and 100 ticks later. Nothing here allocates, blocks, or keeps state outside the block; a block
 * is used by one thread at a time, different blocks by any.
 *
 * A block, in this order; widths are padded to 8 floats, parts aligned to 64 bytes:
 *
 *   struct mete_network                  sizes, scaling, the last forecast (network.h)
 *   parameters  float[parameters]        of the body (lstm.h, attention.h), then of the heads:
 *                                        float[3 horizons][4 levels][token]
 *   moments     float[2][parameters]     Adam's first and second
 *   near        float[near][token]       ring of ticks: inputs, then the body's output for them
 *   far         float[32][token]         every fourth tick, for the longest horizon
 *   cells       float[near][6 hidden]    ring of an LSTM: gates i, f, o, g; cell; tanh of the cell
 *   demands     double[near]             ring: the demand of a tick, or the last one known
 *   levels      double[32]               every fourth tick: the level of the series
 *
 * where token = inputs + hidden, and near is the power of two that holds what training looks at.
 */
#ifndef METE_NETWORK_H
#define METE_NETWORK_H

#include <stddef.h>
#include <stdint.h>

enum {
	METE_LSTM = 1,
	METE_ATTENTION = 2,
};

enum {
	METE_HORIZONS = 3,
	METE_LEVELS = 4,
	/* Inputs made from the demand (scaling.h); the announced features follow them. */
	METE_OWN_INPUTS = 12,
	METE_MOST_FEATURES = 20,
	METE_MOST_HIDDEN = 64,
	METE_LEAST_WINDOW = 10,
	METE_MOST_WINDOW = 32,
};

/* Ticks ahead, and levels, in the order of the heads. */
extern const uint32_t mete_horizons[METE_HORIZONS];
extern const float mete_levels[METE_LEVELS];

struct mete_network_shape {
	/* METE_LSTM or METE_ATTENTION. */
	uint32_t architecture;
	/* Announced features per tick, at most METE_MOST_FEATURES. */
	uint32_t features;
	/* Units of the body, 1 to METE_MOST_HIDDEN. */
	uint32_t hidden;
	/* LSTM: ticks that gradients are propagated back through. Attention: ticks that it sees. */
	uint32_t window;
};

struct mete_training {
	/* Step length of Adam once the first ticks have passed. */
	float learning_rate;
	/* Euclidean length to which a longer gradient is cut. Far above the usual length: cutting
	 * off the rare long ones, which come from demands above the upper quantiles, biases those.
	 */
	float clip;
};

struct mete_network;
struct mete_kernels;

/* The kernels of one instruction set, the widest first: NULL from the index on at which there are
 * no more that this machine can run. Index 0 always exists. */
const struct mete_kernels *mete_kernels_at(int index);
/* "avx512", "avx2" or "baseline". */
const char *mete_kernels_name(const struct mete_kernels *kernels);

/* Bytes of a block, and of the scratch memory for a step; both are to be aligned to 64 bytes. 0
 * when the shape is not within its limits. */
size_t mete_network_size(const struct mete_network_shape *shape);
size_t mete_network_scratch(const struct mete_network_shape *shape);

/* Makes mete_network_size() bytes an untrained network; the same seed makes the same one. */
void mete_network_init(struct mete_network *network, const struct mete_network_shape *shape,
		       const struct mete_training *training, uint64_t seed);

/* Whether a block of mete_network_size(shape) bytes is a network of that shape in a state that
 * can be stepped: its sizes consistent, every number finite. */
int mete_network_valid(struct mete_network *network, const struct mete_network_shape *shape);

/* A tick: learns from `demand`, takes it in with `features` (as many as the shape says), and
 * forecasts. A demand that is negative or not finite counts as not measured; a feature that is
 * not finite counts as 0. */
void mete_network_step(struct mete_network *network, const struct mete_kernels *kernels,
		       double demand, const float *features, void *scratch);

/* Steps `count` networks of one shape that stand `stride` bytes apart; features of one follow
 * those of the one before. */
void mete_network_step_all(struct mete_network *first, size_t stride, size_t count,
			   const struct mete_kernels *kernels, const double *demands,
			   const float *features, void *scratch);

/* The forecast made at the last step for mete_horizons[horizon]: METE_LEVELS quantiles, finite,
 * not negative, not crossing. 0 when that horizon has not been learnt from yet. */
int mete_network_forecast(const struct mete_network *network, int horizon, double *quantiles);

/* Ticks taken in. */
uint64_t mete_network_ticks(const struct mete_network *network);

/* For tests: the parts of a step. */

/* Padded inputs and hidden units, parameters of the body and in all. */
struct mete_network_widths {
	uint32_t inputs, hidden, body, parameters;
};
struct mete_network_widths mete_network_widths(const struct mete_network *network);
float *mete_network_parameters(struct mete_network *network);
/* Takes a tick in whose (padded) inputs are given. */
void mete_network_take_in(struct mete_network *network, const struct mete_kernels *kernels,
			  const float *inputs, void *scratch);
/* Computes the outputs of the last `ticks` ticks anew. */
void mete_network_replay(struct mete_network *network, const struct mete_kernels *kernels,
			 uint32_t ticks, void *scratch);
/* Loss of the forecasts that were due at the next tick, whose demand is known where `known` says
 * so, in the units of the heads; and its gradient by the parameters. */
float mete_network_gradient(struct mete_network *network, const struct mete_kernels *kernels,
			    const int known[METE_HORIZONS], const float targets[METE_HORIZONS],
			    float *gradient, void *scratch);
/* Quantiles in the units of the heads for the last tick. */
void mete_network_predict(struct mete_network *network, const struct mete_kernels *kernels,
			  float quantiles[METE_HORIZONS][METE_LEVELS]);

#endif
