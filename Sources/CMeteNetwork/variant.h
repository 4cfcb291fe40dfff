/* The kernels for LANES floats in the widest vector: included once by each variant_*.c. */
#include <math.h>
#include <stdint.h>

/* Vectors wider than the baseline's registers are passed between inlined functions only. */
#pragma clang diagnostic ignored "-Wpsabi"

#include "vectors.h"

#include "heads.h"
#include "adam.h"
#include "lstm.h"
#include "attention.h"

/* The usual sizes as constants, so that vectors stay in registers. */
#define BY_BLOCKS(call, n, ...)                                                                    \
	((n)->hidden == UNIT	   ? call(n, __VA_ARGS__, 1)                                       \
	 : (n)->hidden == 2 * UNIT ? call(n, __VA_ARGS__, 2)                                       \
	 : (n)->hidden == 4 * UNIT ? call(n, __VA_ARGS__, 4)                                       \
				   : call(n, __VA_ARGS__, (n)->hidden / UNIT))

static void forward(struct mete_network *n, uint64_t tick, float *scratch)
{
	if (n->shape.architecture == METE_LSTM)
		BY_BLOCKS(lstm_forward, n, tick);
	else
		BY_BLOCKS(attention_forward, n, tick, scratch);
}

static float gradient(struct mete_network *n, const struct targets *targets, float *gradient,
		      float *scratch)
{
	const int far = METE_HORIZONS - 1;
	float loss = 0;

	for (uint32_t k = n->body; k < n->parameters; k += UNIT)
		*(unit *)(gradient + k) = (unit){};
	if (n->shape.architecture == METE_LSTM)
		loss = BY_BLOCKS(lstm_gradient, n, targets, gradient, scratch);
	else
		loss = BY_BLOCKS(attention_gradient, n, targets, gradient, scratch);
	/* The longest horizon teaches its head only. */
	if (targets->known[far])
		loss += head_gradient(n, far, far_token_of(n, n->ticks - mete_horizons[far]),
				      targets->value[far], gradient, 0);
	return loss;
}

const struct mete_kernels KERNELS = {
	.name = NAME,
	.forward = forward,
	.gradient = gradient,
	.descend = descend,
	.predict = predict,
};
