/*
 * Quantile heads: linear in the token of a tick (its inputs, among them the constant 1, and the
 * body's output), and non-crossing by construction: the first raw output is the median, each
 * further one adds its softplus.
 */

/* Gradient of the pinball loss at `level` by the quantile. */
INLINE float pinball_slope(float quantile, float target, float level)
{
	return target > quantile ? -level : 1.0f - level;
}

INLINE float pinball_loss(float quantile, float target, float level)
{
	return (target - quantile) * (target > quantile ? level : level - 1.0f);
}

/* The raw outputs of a head for a token, in the first lanes. */
INLINE unit head_outputs(const float *head, const float *token, unsigned width)
{
	unit raw = {};

	for (unsigned q = 0; q < METE_LEVELS; q++) {
		unit sum = {};

		for (unsigned k = 0; k < width; k += UNIT)
			sum += unit_of(head + q * width + k) * unit_of(token + k);
		raw[q] = unit_sum(sum);
	}
	return raw;
}

INLINE void quantiles_from(unit raw, float quantiles[METE_LEVELS])
{
	unit steps = unit_softplus(raw);

	quantiles[0] = raw[0];
	for (int q = 1; q < METE_LEVELS; q++)
		quantiles[q] = quantiles[q - 1] + steps[q];
}

/*
 * Loss of a horizon's head for a token, added up over the levels; writes the gradient by the head's
 * parameters into its place in `gradient`, and adds the gradient by the body's output to
 * `by_output` unless that is null.
 */
INLINE float head_gradient(struct mete_network *n, int horizon, const float *token, float target,
			   float *gradient, float *by_output)
{
	const unsigned width = token_width(n);
	const float *head = head_of(n, horizon);
	float *by_head = gradient + (head - parameters_of(n));
	unit raw = head_outputs(head, token, width);
	unit inner = unit_sigmoid(raw);
	float quantiles[METE_LEVELS], by_raw[METE_LEVELS];
	float loss = 0, slope = 0;

	quantiles_from(raw, quantiles);
	/* A raw output moves its quantile and all above it. */
	for (int q = METE_LEVELS - 1; q >= 0; q--) {
		slope += pinball_slope(quantiles[q], target, mete_levels[q]);
		loss += pinball_loss(quantiles[q], target, mete_levels[q]);
		by_raw[q] = q == 0 ? slope : slope * inner[q];
	}
	for (unsigned k = 0; k < width; k += UNIT) {
		unit through = {};

		for (unsigned q = 0; q < METE_LEVELS; q++) {
			*(unit *)(by_head + q * width + k) = by_raw[q] * unit_of(token + k);
			through += by_raw[q] * unit_of(head + q * width + k);
		}
		if (by_output && k >= n->inputs)
			*(unit *)(by_output + k - n->inputs) += through;
	}
	return loss;
}

static void predict(struct mete_network *n, float quantiles[METE_HORIZONS][METE_LEVELS])
{
	for (int m = 0; m < METE_HORIZONS; m++)
		quantiles_from(
			head_outputs(head_of(n, m), token_of(n, n->ticks - 1), token_width(n)),
			quantiles[m]);
}
