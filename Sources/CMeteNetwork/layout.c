#include "layout.h"

#include <math.h>
#include <string.h>

#include "attention_layout.h"

const uint32_t mete_horizons[METE_HORIZONS] = {1, 10, 100};
const float mete_levels[METE_LEVELS] = {0.5f, 0.9f, 0.95f, 0.99f};

static uint32_t padded(uint32_t width)
{
	return (width + UNIT - 1) / UNIT * UNIT;
}

/* Ticks of the past that training looks at. */
static uint32_t reach(const struct mete_network_shape *shape)
{
	/* The forecasts that are due 10 ticks later saw a window each. */
	return shape->architecture == METE_LSTM ? shape->window + 1 : shape->window + 10;
}

int mete_layout(struct mete_network *n, const struct mete_network_shape *shape)
{
	if ((shape->architecture != METE_LSTM && shape->architecture != METE_ATTENTION) ||
	    shape->features > METE_MOST_FEATURES || shape->hidden < 1 ||
	    shape->hidden > METE_MOST_HIDDEN || shape->window < METE_LEAST_WINDOW ||
	    shape->window > METE_MOST_WINDOW)
		return 0;
	n->shape = *shape;
	n->inputs = padded(METE_OWN_INPUTS + shape->features);
	n->hidden = padded(shape->hidden);
	n->body = shape->architecture == METE_LSTM
			  ? token_width(n) * 4 * n->hidden
			  : (uint32_t)attention_parts(n->inputs, n->hidden).end;
	n->parameters = n->body + METE_HORIZONS * head_size(n);
	n->near = 16;
	while (n->near < reach(shape))
		n->near *= 2;
	return 1;
}

size_t mete_network_size(const struct mete_network_shape *shape)
{
	struct mete_network n;

	if (!mete_layout(&n, shape))
		return 0;
	return aligned((size_t)((char *)(demands_of(&n) + n.near + FAR_TOKENS) - (char *)&n));
}

size_t mete_network_scratch(const struct mete_network_shape *shape)
{
	struct mete_network n;
	size_t body;

	if (!mete_layout(&n, shape))
		return 0;
	body = shape->architecture == METE_LSTM ? 4 * (size_t)n.hidden * (n.hidden + shape->window)
						: attention_scratch(n.inputs, n.hidden);
	return aligned((n.parameters + body) * sizeof(float));
}

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), uniform in [-1, 1). */
static float uniform(uint64_t *state)
{
	uint64_t mixed = *state += 0x9E3779B97F4A7C15u;

	mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
	mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
	mixed ^= mixed >> 31;
	return (float)(mixed >> 40) * 0x1p-23f - 1.0f;
}

/* A matrix [rows][padded columns], uniform within 1 / sqrt(rows in use); what pads is 0 and stays
 * so, for its gradient is 0. `skipped` rows from `real` on pad too. */
static void init_matrix(float *matrix, uint32_t real, uint32_t skipped, uint32_t more,
			uint32_t columns, uint64_t *seed)
{
	float reach = 1.0f / sqrtf((float)(real + more));
	uint32_t width = padded(columns);

	for (uint32_t row = 0; row < real + skipped + more; row++)
		for (uint32_t column = 0; column < columns; column++)
			if (row < real || row >= real + skipped)
				matrix[row * width + column] = reach * uniform(seed);
}

static void init_lstm(struct mete_network *n, uint32_t real, uint64_t *seed)
{
	float *weights = parameters_of(n);
	uint32_t hidden = n->shape.hidden, gates = 4 * n->hidden;
	float reach = 1.0f / sqrtf((float)(real + hidden));

	for (uint32_t k = 0; k < token_width(n); k++) {
		if (k < n->inputs ? k >= real : k >= n->inputs + hidden)
			continue;
		for (uint32_t gate = 0; gate < 4; gate++)
			for (uint32_t unit = 0; unit < hidden; unit++)
				weights[k * gates + gate * n->hidden + unit] =
					reach * uniform(seed);
	}
	/* Cells begin by remembering (Jozefowicz et al., ICML 2015). */
	for (uint32_t unit = 0; unit < hidden; unit++)
		weights[n->hidden + unit] += 1.0f;
}

static void init_attention(struct mete_network *n, uint32_t real, uint64_t *seed)
{
	float *weights = parameters_of(n);
	struct attention_parts at = attention_parts(n->inputs, n->hidden);
	uint32_t hidden = n->shape.hidden, rest = n->inputs - real;

	init_matrix(weights + at.query, real, 0, 0, hidden, seed);
	init_matrix(weights + at.key, real, 0, 0, hidden, seed);
	init_matrix(weights + at.value, real, 0, 0, hidden, seed);
	init_matrix(weights + at.mix, hidden, 0, 0, hidden, seed);
	init_matrix(weights + at.inner, real, rest, hidden, hidden, seed);
	init_matrix(weights + at.outer, hidden, 0, 0, hidden, seed);
}

/* Forecasts begin between the last demand and the fast level, the longest at the slow level, with
 * the upper quantiles at 1.0, 1.5 and 2.5 mean errors above. */
static void init_heads(struct mete_network *n)
{
	static const float steps[METE_LEVELS] = {0, 0.54f, -0.43f, 0.54f};

	for (int m = 0; m < METE_HORIZONS; m++) {
		float *head = head_of(n, m);

		for (int q = 0; q < METE_LEVELS; q++)
			head[q * token_width(n)] = steps[q];
		head[1] = mete_horizons[m] < 100 ? -0.5f : 0.0f;
	}
}

void mete_network_init(struct mete_network *n, const struct mete_network_shape *shape,
		       const struct mete_training *training, uint64_t seed)
{
	uint32_t real = METE_OWN_INPUTS + shape->features;

	memset(n, 0, mete_network_size(shape));
	mete_layout(n, shape);
	n->training = *training;
	n->decay_first = n->decay_second = 1.0f;
	if (shape->architecture == METE_LSTM)
		init_lstm(n, real, &seed);
	else
		init_attention(n, real, &seed);
	init_heads(n);
}
