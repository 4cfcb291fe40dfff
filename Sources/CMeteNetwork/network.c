#include <math.h>
#include <string.h>

#include "kernels.h"
#include "layout.h"
#include "scaling.h"

/* Whether the forecast for the next tick was made, and its token is kept. */
static int is_due(const struct mete_network *n, int horizon)
{
	if (n->ticks < mete_horizons[horizon])
		return 0;
	return horizon < METE_HORIZONS - 1 || n->ticks % FAR_STRIDE == 0;
}

static void learn(struct mete_network *n, const struct mete_kernels *kernels, double demand,
		  float *scratch)
{
	struct targets targets = {0};
	float *gradient = scratch;

	for (int m = 0; m < METE_HORIZONS; m++) {
		targets.known[m] = is_due(n, m);
		if (targets.known[m])
			targets.value[m] = mete_scaling_target(n, m, demand);
	}
	kernels->gradient(n, &targets, gradient, scratch + n->parameters);
	kernels->descend(n, gradient);
}

/* Ends the tick whose inputs are in its token. */
static void take_in(struct mete_network *n, const struct mete_kernels *kernels, float *scratch)
{
	kernels->forward(n, n->ticks, scratch + n->parameters);
	if (n->ticks % FAR_STRIDE == 0) {
		memcpy(far_token_of(n, n->ticks), token_of(n, n->ticks),
		       token_width(n) * sizeof(float));
		*far_level_of(n, n->ticks) = n->slow;
	}
	n->ticks++;
}

void mete_network_step(struct mete_network *n, const struct mete_kernels *kernels, double demand,
		       const float *features, void *scratch)
{
	int gap = !(isfinite(demand) && demand >= 0);

	if (gap) {
		/* There is nothing to continue before the first demand. */
		if (n->measured == 0)
			return;
		demand = n->last;
	} else {
		if (n->measured == 0)
			n->last = demand;
		if (n->ticks > 0)
			learn(n, kernels, demand, scratch);
		mete_scaling_observe(n, demand);
	}
	mete_scaling_inputs(n, demand, gap, features, token_of(n, n->ticks));
	*demand_of(n, n->ticks) = n->last = demand;
	take_in(n, kernels, scratch);
	kernels->predict(n, n->quantiles);
}

void mete_network_step_all(struct mete_network *first, size_t stride, size_t count,
			   const struct mete_kernels *kernels, const double *demands,
			   const float *features, void *scratch)
{
	for (size_t i = 0; i < count; i++) {
		struct mete_network *n = (struct mete_network *)((char *)first + i * stride);

		mete_network_step(n, kernels, demands[i], features + i * n->shape.features,
				  scratch);
	}
}

int mete_network_forecast(const struct mete_network *n, int horizon, double *quantiles)
{
	if (n->ticks <= mete_horizons[horizon])
		return 0;
	for (int q = 0; q < METE_LEVELS; q++) {
		if (!isfinite(n->quantiles[horizon][q]))
			return 0;
		quantiles[q] = mete_scaling_demand(n, horizon, n->quantiles[horizon][q]);
	}
	return 1;
}

uint64_t mete_network_ticks(const struct mete_network *n)
{
	return n->ticks;
}

static int all_finite(const float *from, const float *to)
{
	for (; from < to; from++)
		if (!isfinite(*from))
			return 0;
	return 1;
}

int mete_network_valid(struct mete_network *n, const struct mete_network_shape *shape)
{
	struct mete_network expected;

	if (!mete_layout(&expected, shape) || memcmp(&n->shape, shape, sizeof(*shape)) != 0 ||
	    n->inputs != expected.inputs || n->hidden != expected.hidden ||
	    n->body != expected.body || n->parameters != expected.parameters ||
	    n->near != expected.near)
		return 0;
	for (const double *scale = &n->last; scale < n->error + METE_HORIZONS; scale++)
		if (!isfinite(*scale))
			return 0;
	for (uint32_t k = 0; k < n->near + FAR_TOKENS; k++)
		if (!isfinite(demands_of(n)[k]))
			return 0;
	return n->measured <= n->ticks && n->decay_first >= 0 && n->decay_first <= 1 &&
	       n->decay_second >= 0 && n->decay_second <= 1 &&
	       all_finite(&n->training.learning_rate, &n->training.learning_rate + 2) &&
	       all_finite(&n->decay_first, &n->quantiles[0][0] + METE_HORIZONS * METE_LEVELS) &&
	       all_finite(parameters_of(n), (const float *)demands_of(n));
}

struct mete_network_widths mete_network_widths(const struct mete_network *n)
{
	return (struct mete_network_widths){n->inputs, n->hidden, n->body, n->parameters};
}

float *mete_network_parameters(struct mete_network *n)
{
	return parameters_of(n);
}

void mete_network_take_in(struct mete_network *n, const struct mete_kernels *kernels,
			  const float *inputs, void *scratch)
{
	memcpy(token_of(n, n->ticks), inputs, n->inputs * sizeof(float));
	take_in(n, kernels, scratch);
}

void mete_network_replay(struct mete_network *n, const struct mete_kernels *kernels, uint32_t ticks,
			 void *scratch)
{
	for (uint64_t tick = n->ticks - ticks; tick < n->ticks; tick++)
		kernels->forward(n, tick, (float *)scratch + n->parameters);
}

float mete_network_gradient(struct mete_network *n, const struct mete_kernels *kernels,
			    const int known[METE_HORIZONS], const float targets[METE_HORIZONS],
			    float *gradient, void *scratch)
{
	struct targets due;

	memcpy(due.known, known, sizeof(due.known));
	memcpy(due.value, targets, sizeof(due.value));
	return kernels->gradient(n, &due, gradient, (float *)scratch + n->parameters);
}

void mete_network_predict(struct mete_network *n, const struct mete_kernels *kernels,
			  float quantiles[METE_HORIZONS][METE_LEVELS])
{
	kernels->predict(n, quantiles);
}
