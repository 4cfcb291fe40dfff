/*
 * From a series in any unit to the inputs of a network, and from the heads' units back.
 *
 * A forecast is a base plus the error scale of its horizon times what the head says: the base is
 * the last demand, for the longest horizon the slow level; the error scale is the running mean of
 * how far demands were from their base. Quantiles keep their meaning under such a map. Everything
 * is learnt online from absolute differences, in double precision, so that demands of any finite
 * size neither overflow nor vanish.
 *
 * Inputs, in order: 1; demand less fast level, less the demand before, less slow level, in error
 * scales of one tick; demand less slow level, in mean deviations; 1 in a tick without a demand;
 * the demands of 2 to 7 ticks before less slow level, in error scales; then announced features.
 * All are held within METE_INPUT_LIMIT.
 */
#ifndef METE_SCALING_H
#define METE_SCALING_H

#include "network.h"

/* Learns from a demand; before mete_scaling_inputs of its tick. */
void mete_scaling_observe(struct mete_network *n, double demand);

/* Writes the inputs of a tick, whose demand was not measured if `gap`. */
void mete_scaling_inputs(struct mete_network *n, double demand, int gap, const float *features,
			 float *inputs);

/* A demand as a target of the head: the forecast for it was made `horizon` of mete_horizons ago. */
float mete_scaling_target(struct mete_network *n, int horizon, double demand);

/* A quantile that a head gives now, as a demand. */
double mete_scaling_demand(const struct mete_network *n, int horizon, float quantile);

#endif
