#include "scaling.h"

#include <float.h>
#include <math.h>

static const double fast_share = 0.3;
/* Ticks that the slow level and the scales look back on. */
static const double level_memory = 50;
static const double scale_memory = 200;
static const double input_limit = 30;
static const double target_limit = 1e6;

static double within(double value, double limit)
{
	return value < -limit ? -limit : value > limit ? limit : value;
}

/* A scale that can be divided by: not below the rounding of the demands themselves. */
static double divisor(const struct mete_network *n, double scale)
{
	return fmax(fmax(scale, fabs(n->last) * 1e-6), DBL_MIN);
}

static int is_far(int horizon)
{
	return horizon == METE_HORIZONS - 1;
}

/* What the forecast for the next tick was measured from. */
static double base_then(struct mete_network *n, int horizon)
{
	uint64_t tick = n->ticks - mete_horizons[horizon];

	return is_far(horizon) ? *far_level_of(n, tick) : *demand_of(n, tick);
}

/* Moves a running mean that weighs its first values equally. */
static void learn(double *mean, double value, double share, uint64_t earlier)
{
	*mean += fmax(share, 1.0 / (double)(earlier + 1)) * (value - *mean);
}

void mete_scaling_observe(struct mete_network *n, double demand)
{
	learn(&n->fast, demand, fast_share, n->measured);
	learn(&n->slow, demand, 1 / level_memory, n->measured);
	learn(&n->deviation, fabs(demand - n->slow), 1 / scale_memory, n->measured);
	for (int m = 0; m < METE_HORIZONS; m++)
		if (n->ticks >= mete_horizons[m] && (!is_far(m) || n->ticks % FAR_STRIDE == 0))
			learn(&n->error[m], fabs(demand - base_then(n, m)),
			      (is_far(m) ? FAR_STRIDE : 1) / scale_memory,
			      (n->ticks - mete_horizons[m]) / (is_far(m) ? FAR_STRIDE : 1));
	n->measured++;
}

void mete_scaling_inputs(struct mete_network *n, double demand, int gap, const float *features,
			 float *inputs)
{
	double error = divisor(n, n->error[0]);

	inputs[0] = 1;
	inputs[1] = (float)within((demand - n->fast) / error, input_limit);
	inputs[2] = (float)within((demand - n->last) / error, input_limit);
	inputs[3] = (float)within((demand - n->slow) / error, input_limit);
	inputs[4] = (float)within((demand - n->slow) / divisor(n, n->deviation), input_limit);
	inputs[5] = gap ? 1 : 0;
	for (uint32_t lag = 2; lag <= LAGS; lag++) {
		double then = n->ticks < lag ? n->slow : *demand_of(n, n->ticks - lag);

		inputs[4 + lag] = (float)within((then - n->slow) / error, input_limit);
	}
	for (uint32_t k = 0; k < n->shape.features; k++)
		inputs[METE_OWN_INPUTS + k] =
			isfinite(features[k]) ? (float)within(features[k], input_limit) : 0;
	for (uint32_t k = METE_OWN_INPUTS + n->shape.features; k < n->inputs; k++)
		inputs[k] = 0;
}

float mete_scaling_target(struct mete_network *n, int horizon, double demand)
{
	double distance = demand - base_then(n, horizon);

	return (float)within(distance / divisor(n, n->error[horizon]), target_limit);
}

double mete_scaling_demand(const struct mete_network *n, int horizon, float quantile)
{
	double base = is_far(horizon) ? n->slow : n->last;
	double demand = base + divisor(n, n->error[horizon]) * quantile;

	return fmin(fmax(demand, 0), DBL_MAX);
}
