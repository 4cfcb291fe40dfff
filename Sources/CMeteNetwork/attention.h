/*
 * Causal self-attention (Vaswani et al., "Attention Is All You Need", 2017): one block of several
 * heads of 4 units over the inputs of the last `window` ticks, the present one's included, with a
 * learnt bias per head and lag in place of position vectors, and a gated inner layer. Of a tick:
 *
 *   q = Query x      k_s = Key x_s      v_s = Value x_s
 *   w_s = softmax over s of (q . k_s / 2 + bias[t - s])       per head
 *   a = Mix (sum over s of w_s v_s)
 *   output = a + Outer silu(Inner [x, a])
 *
 * No tick's output enters another's, so that any number of ticks can be trained from at once; here
 * it is those whose forecasts were for the tick that has just been measured. As only few ticks ask,
 * keys and values are never made: q . k_s = (Key' q) . x_s, and the sum of w_s v_s is Value times
 * that of w_s x_s.
 *
 * Matrices lie by columns, float[in][out]. `blocks`, the units in eights, is a constant wherever
 * these functions are inlined; a block holds two heads.
 */
#include "attention_layout.h"

/* What is kept of one tick for its gradient; in scratch memory. */
struct attention_work {
	/* float[heads][inputs]: Key' q / 2, and the sum of w_s x_s. */
	float *asked, *seen;
	/* float[heads][POSITIONS], by lag. */
	float *weights;
	/* float[hidden]: q, the values' sum, Inner's sums, their silu. */
	float *query, *value, *inner, *active;
	/* What the gradient works in: float[POSITIONS], float[inputs] twice, float[hidden] four
	 * times. */
	float *by_score, *by_seen, *by_asked;
	float *by_mixed, *by_inner, *by_value, *by_query;
	/* float[inputs + hidden]: x and a. */
	float *joined, *by_joined;
};

INLINE struct attention_work attention_work(float *scratch, unsigned inputs, unsigned hidden)
{
	const unsigned heads = hidden / HEAD_UNITS;
	struct attention_work w;

	w.asked = scratch;
	w.seen = w.asked + heads * inputs;
	w.weights = w.seen + heads * inputs;
	w.by_score = w.weights + heads * POSITIONS;
	w.by_seen = w.by_score + POSITIONS;
	w.by_asked = w.by_seen + inputs;
	w.joined = w.by_asked + inputs;
	w.by_joined = w.joined + inputs + hidden;
	w.query = w.by_joined + inputs + hidden;
	w.value = w.query + hidden;
	w.inner = w.value + hidden;
	w.active = w.inner + hidden;
	w.by_mixed = w.active + hidden;
	w.by_inner = w.by_mixed + hidden;
	w.by_value = w.by_inner + hidden;
	w.by_query = w.by_value + hidden;
	return w;
}

/* out = matrix times in. */
INLINE void multiply(const float *matrix, const float *in, unsigned rows, float *out,
		     const unsigned blocks)
{
	unit sums[blocks];

	for (unsigned b = 0; b < blocks; b++)
		sums[b] = (unit){};
	for (unsigned k = 0; k < rows; k++)
		for (unsigned b = 0; b < blocks; b++)
			sums[b] += unit_of(matrix + (k * blocks + b) * UNIT) * in[k];
	for (unsigned b = 0; b < blocks; b++)
		*(unit *)(out + b * UNIT) = sums[b];
}

/* The way back through multiply(): by_in = matrix' times by_out; adds to by_matrix. */
INLINE void multiply_back(const float *matrix, const float *in, unsigned rows, const float *by_out,
			  float *by_matrix, float *by_in, const unsigned blocks)
{
	for (unsigned k = 0; k < rows; k++) {
		unit sum = {};

		for (unsigned b = 0; b < blocks; b++) {
			unsigned at = (k * blocks + b) * UNIT;

			sum += unit_of(matrix + at) * unit_of(by_out + b * UNIT);
			*(unit *)(by_matrix + at) += unit_of(by_out + b * UNIT) * in[k];
		}
		if (by_in)
			by_in[k] = unit_sum(sum);
	}
}

/* out[lag] = a . x of that lag. */
INLINE void attention_products(struct mete_network *n, uint64_t tick, unsigned lags, const float *a,
			       float *out)
{
	for (unsigned lag = 0; lag < lags; lag++) {
		const float *x = token_of(n, tick - lag);
		unit sum = {};

		for (unsigned k = 0; k < n->inputs; k += UNIT)
			sum += unit_of(a + k) * unit_of(x + k);
		out[lag] = unit_sum(sum);
	}
}

/* out = sum over lags of weights[lag] times x of that lag. */
INLINE void attention_sum(struct mete_network *n, uint64_t tick, unsigned lags,
			  const float *weights, float *out)
{
	for (unsigned k = 0; k < n->inputs; k += UNIT) {
		unit sum = {};

		for (unsigned lag = 0; lag < lags; lag++)
			sum += weights[lag] * unit_of(token_of(n, tick - lag) + k);
		*(unit *)(out + k) = sum;
	}
}

/* Scores plus bias become weights that sum to 1; lags that are not there get 0. */
INLINE void attention_softmax(float *weights, const float *bias, unsigned lags)
{
	unit most = (unit){} - 1e30f, sum = {};
	float inverse;

	for (unsigned lag = lags; lag < POSITIONS; lag++)
		weights[lag] = -1e30f;
	for (unsigned lag = 0; lag < POSITIONS; lag += UNIT) {
		*(unit *)(weights + lag) += unit_of(bias + lag);
		most = unit_max(most, unit_of(weights + lag));
	}
	for (unsigned lag = 0; lag < POSITIONS; lag += UNIT) {
		*(unit *)(weights + lag) = unit_exp(unit_of(weights + lag) - unit_most(most));
		sum += unit_of(weights + lag);
	}
	inverse = 1.0f / unit_sum(sum);
	for (unsigned lag = 0; lag < POSITIONS; lag += UNIT)
		*(unit *)(weights + lag) *= inverse;
	for (unsigned lag = lags; lag < POSITIONS; lag++)
		weights[lag] = 0;
}

INLINE unsigned attention_lags(const struct mete_network *n, uint64_t tick)
{
	return tick + 1 < n->shape.window ? (unsigned)tick + 1 : n->shape.window;
}

INLINE void attention_forward(struct mete_network *n, uint64_t tick, float *scratch,
			      const unsigned blocks)
{
	const unsigned hidden = blocks * UNIT, inputs = n->inputs, lags = attention_lags(n, tick);
	const struct attention_parts at = attention_parts(inputs, hidden);
	const struct attention_work w = attention_work(scratch, inputs, hidden);
	const float *p = parameters_of(n), *x = token_of(n, tick);
	float *output = output_of(n, tick);

	multiply(p + at.query, x, inputs, w.query, blocks);
	for (unsigned k = 0; k < inputs; k++)
		for (unsigned b = 0; b < blocks; b++) {
			unit both = unit_of(p + at.key + (k * blocks + b) * UNIT) *
				    unit_of(w.query + b * UNIT);

			w.asked[2 * b * inputs + k] = 0.5f * quad_sum(low_half(both));
			w.asked[(2 * b + 1) * inputs + k] = 0.5f * quad_sum(high_half(both));
		}
	for (unsigned head = 0; head < 2 * blocks; head++) {
		float *weights = w.weights + head * POSITIONS;

		attention_products(n, tick, lags, w.asked + head * inputs, weights);
		attention_softmax(weights, p + at.bias + head * POSITIONS, lags);
		attention_sum(n, tick, lags, weights, w.seen + head * inputs);
	}
	for (unsigned b = 0; b < blocks; b++) {
		unit sum = {};

		for (unsigned k = 0; k < inputs; k++) {
			float low = w.seen[2 * b * inputs + k];
			float high = w.seen[(2 * b + 1) * inputs + k];

			sum += unit_of(p + at.value + (k * blocks + b) * UNIT) *
			       (unit){low, low, low, low, high, high, high, high};
		}
		*(unit *)(w.value + b * UNIT) = sum;
	}
	for (unsigned k = 0; k < inputs; k += UNIT)
		*(unit *)(w.joined + k) = unit_of(x + k);
	multiply(p + at.mix, w.value, hidden, w.joined + inputs, blocks);
	multiply(p + at.inner, w.joined, inputs + hidden, w.inner, blocks);
	for (unsigned b = 0; b < hidden; b += UNIT)
		*(unit *)(w.active + b) = unit_of(w.inner + b) * unit_sigmoid(unit_of(w.inner + b));
	multiply(p + at.outer, w.active, hidden, output, blocks);
	for (unsigned b = 0; b < hidden; b += UNIT)
		*(unit *)(output + b) += unit_of(w.joined + inputs + b);
}

/* The way back through one head: from by_seen to the bias and to by_asked. */
INLINE void attention_backward_head(struct mete_network *n, uint64_t tick, const float *weights,
				    const struct attention_work *w, float *by_bias)
{
	const unsigned lags = attention_lags(n, tick);
	unit mean = {};

	for (unsigned lag = 0; lag < POSITIONS; lag += UNIT)
		*(unit *)(w->by_score + lag) = (unit){};
	attention_products(n, tick, lags, w->by_seen, w->by_score);
	for (unsigned lag = 0; lag < POSITIONS; lag += UNIT)
		mean += unit_of(weights + lag) * unit_of(w->by_score + lag);
	for (unsigned lag = 0; lag < POSITIONS; lag += UNIT) {
		unit slope = unit_of(weights + lag) * (unit_of(w->by_score + lag) - unit_sum(mean));

		*(unit *)(w->by_score + lag) = slope;
		*(unit *)(by_bias + lag) += slope;
	}
	attention_sum(n, tick, lags, w->by_score, w->by_asked);
}

/* Adds the gradient of a tick whose forward pass is in `scratch`, from that by its output. */
INLINE void attention_backward(struct mete_network *n, uint64_t tick, const float *by_output,
			       float *gradient, float *scratch, const unsigned blocks)
{
	const unsigned hidden = blocks * UNIT, inputs = n->inputs;
	const struct attention_parts at = attention_parts(inputs, hidden);
	const struct attention_work w = attention_work(scratch, inputs, hidden);
	const float *p = parameters_of(n);

	multiply_back(p + at.outer, w.active, hidden, by_output, gradient + at.outer, w.by_inner,
		      blocks);
	for (unsigned b = 0; b < hidden; b += UNIT) {
		unit z = unit_of(w.inner + b), s = unit_sigmoid(z);

		*(unit *)(w.by_inner + b) *= s * (1.0f + z * (1.0f - s));
	}
	multiply_back(p + at.inner, w.joined, inputs + hidden, w.by_inner, gradient + at.inner,
		      w.by_joined, blocks);
	for (unsigned b = 0; b < hidden; b += UNIT)
		*(unit *)(w.by_mixed + b) =
			unit_of(by_output + b) + unit_of(w.by_joined + inputs + b);
	multiply_back(p + at.mix, w.value, hidden, w.by_mixed, gradient + at.mix, w.by_value,
		      blocks);
	for (unsigned b = 0; b < hidden; b += UNIT)
		*(unit *)(w.by_query + b) = (unit){};
	for (unsigned head = 0; head < 2 * blocks; head++) {
		const unsigned column = head * HEAD_UNITS;
		const quad by_value = *(const quad *)(w.by_value + column);
		const quad query = *(const quad *)(w.query + column);
		quad by_query = {};

		for (unsigned k = 0; k < inputs; k++) {
			unsigned entry = at.value + k * hidden + column;

			w.by_seen[k] = quad_sum(*(const quad *)(p + entry) * by_value);
			*(quad *)(gradient + entry) += by_value * w.seen[head * inputs + k];
		}
		attention_backward_head(n, tick, w.weights + head * POSITIONS, &w,
					gradient + at.bias + head * POSITIONS);
		for (unsigned k = 0; k < inputs; k++) {
			unsigned entry = at.key + k * hidden + column;
			float slope = 0.5f * w.by_asked[k];

			by_query += *(const quad *)(p + entry) * slope;
			*(quad *)(gradient + entry) += query * slope;
		}
		*(quad *)(w.by_query + column) = by_query;
	}
	multiply_back(p + at.query, token_of(n, tick), inputs, w.by_query, gradient + at.query, 0,
		      blocks);
}

INLINE float attention_gradient(struct mete_network *n, const struct targets *targets,
				float *gradient, float *scratch, const unsigned blocks)
{
	float loss = 0;

	for (uint32_t k = 0; k < n->body; k += UNIT)
		*(unit *)(gradient + k) = (unit){};
	for (int m = 0; m < METE_HORIZONS - 1; m++) {
		uint64_t tick = n->ticks - mete_horizons[m];
		unit by_output[blocks];

		if (!targets->known[m])
			continue;
		for (unsigned b = 0; b < blocks; b++)
			by_output[b] = (unit){};
		attention_forward(n, tick, scratch, blocks);
		loss += head_gradient(n, m, token_of(n, tick), targets->value[m], gradient,
				      (float *)by_output);
		attention_backward(n, tick, (const float *)by_output, gradient, scratch, blocks);
	}
	return loss;
}
