/*
 * LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000), one layer,
 * vectorised within a network: the four gates of all units stand side by side. `blocks`, the units
 * in eights, is a constant wherever these functions are inlined.
 *
 * Parameters: float[inputs + hidden][4][hidden]; column k holds the weights of input k, then of
 * hidden unit k of the tick before, for the gates i, f, o, g. Input 0, always 1, is the bias.
 *
 * The gradient is truncated back-propagation through time over the last `window` ticks, at the
 * activations that were computed when those ticks came, with the weights of today.
 */

INLINE void lstm_forward(struct mete_network *n, uint64_t tick, const unsigned blocks)
{
	const unsigned width = blocks * UNIT, gates = 4 * width, wides = gates / LANES;
	const float *weights = parameters_of(n);
	const float *inputs = token_of(n, tick), *before = output_of(n, tick - 1);
	const float *cell_before = cell_of(n, tick - 1) + gates;
	float *cell = cell_of(n, tick), *output = output_of(n, tick);
	wide sums[wides];

	for (unsigned g = 0; g < wides; g++)
		sums[g] = (wide){};
	for (unsigned k = 0; k < n->inputs; k++, weights += gates)
		for (unsigned g = 0; g < wides; g++)
			sums[g] += wide_of(weights + g * LANES) * inputs[k];
	for (unsigned k = 0; k < width; k++, weights += gates)
		for (unsigned g = 0; g < wides; g++)
			sums[g] += wide_of(weights + g * LANES) * before[k];
	for (unsigned g = 0; g < wides; g++)
		*(wide *)(cell + g * LANES) = sums[g];
	for (unsigned b = 0; b < width; b += UNIT) {
		unit i = unit_sigmoid(unit_of(cell + b));
		unit f = unit_sigmoid(unit_of(cell + width + b));
		unit o = unit_sigmoid(unit_of(cell + 2 * width + b));
		unit g = unit_tanh(unit_of(cell + 3 * width + b));
		unit c = f * unit_of(cell_before + b) + i * g;
		unit t = unit_tanh(c);

		*(unit *)(cell + b) = i;
		*(unit *)(cell + width + b) = f;
		*(unit *)(cell + 2 * width + b) = o;
		*(unit *)(cell + 3 * width + b) = g;
		*(unit *)(cell + 4 * width + b) = c;
		*(unit *)(cell + 5 * width + b) = t;
		*(unit *)(output + b) = o * t;
	}
}

/* One tick of the way back: from the gradients by output and cell to those by the gates' sums,
 * which are written, and by the cell of the tick before. */
INLINE void lstm_backward_cell(const float *cell, const float *cell_before, unsigned width,
			       unsigned b, unit by_output, unit *by_cell, float *by_sums)
{
	unit i = unit_of(cell + b), f = unit_of(cell + width + b);
	unit o = unit_of(cell + 2 * width + b), g = unit_of(cell + 3 * width + b);
	unit t = unit_of(cell + 5 * width + b), before = unit_of(cell_before + 4 * width + b);
	unit c = *by_cell + by_output * o * (1.0f - t * t);

	*(unit *)(by_sums + b) = c * g * i * (1.0f - i);
	*(unit *)(by_sums + width + b) = c * before * f * (1.0f - f);
	*(unit *)(by_sums + 2 * width + b) = by_output * t * o * (1.0f - o);
	*(unit *)(by_sums + 3 * width + b) = c * i * (1.0f - g * g);
	*by_cell = c * f;
}

/* by_output = transposed recurrent weights times by_sums. */
INLINE void lstm_backward_output(const float *transposed, const float *by_sums, unit *by_output,
				 const unsigned blocks)
{
	const unsigned width = blocks * UNIT;
	unit even[blocks], odd[blocks];

	for (unsigned b = 0; b < blocks; b++)
		even[b] = odd[b] = (unit){};
	for (unsigned g = 0; g < 4 * width; g += 2)
		for (unsigned b = 0; b < blocks; b++) {
			even[b] += unit_of(transposed + g * width + b * UNIT) * by_sums[g];
			odd[b] += unit_of(transposed + (g + 1) * width + b * UNIT) * by_sums[g + 1];
		}
	for (unsigned b = 0; b < blocks; b++)
		by_output[b] = even[b] + odd[b];
}

/* gradient[pair of columns][gates] = sum over ticks of the columns' inputs times by_sums. */
INLINE void lstm_weight_gradient(struct mete_network *n, uint64_t first, unsigned ticks,
				 unsigned offset, const float *by_sums, float *gradient,
				 const unsigned gates)
{
	enum { ROWS = 32 };
	const unsigned wides = ROWS / LANES;

	for (unsigned row = 0; row < gates; row += ROWS) {
		wide left[wides], right[wides];

		for (unsigned g = 0; g < wides; g++)
			left[g] = right[g] = (wide){};
		for (unsigned s = 0; s < ticks; s++) {
			const float *pair = token_of(n, first + s) + offset;
			const float *sums = by_sums + s * gates + row;

			for (unsigned g = 0; g < wides; g++) {
				left[g] += wide_of(sums + g * LANES) * pair[0];
				right[g] += wide_of(sums + g * LANES) * pair[1];
			}
		}
		for (unsigned g = 0; g < wides; g++) {
			*(wide *)(gradient + row + g * LANES) = left[g];
			*(wide *)(gradient + gates + row + g * LANES) = right[g];
		}
	}
}

/* scratch: transposed recurrent weights [4 width][width], by_sums [window][4 width]. */
INLINE float lstm_gradient(struct mete_network *n, const struct targets *targets, float *gradient,
			   float *scratch, const unsigned blocks)
{
	const unsigned width = blocks * UNIT, gates = 4 * width;
	const unsigned ticks = n->ticks < n->shape.window ? (unsigned)n->ticks : n->shape.window;
	const uint64_t first = n->ticks - ticks;
	const float *recurrent = parameters_of(n) + n->inputs * gates;
	float *transposed = scratch, *all_sums = scratch + gates * width;
	unit by_output[blocks], by_cell[blocks];
	float loss = 0;

	for (unsigned k = 0; k < width; k++)
		for (unsigned g = 0; g < gates; g++)
			transposed[g * width + k] = recurrent[k * gates + g];
	for (unsigned b = 0; b < blocks; b++)
		by_output[b] = by_cell[b] = (unit){};
	for (unsigned back = 1; back <= ticks; back++) {
		uint64_t tick = n->ticks - back;
		float *by_sums = all_sums + (ticks - back) * gates;

		for (int m = 0; m < METE_HORIZONS - 1; m++)
			if (mete_horizons[m] == back && targets->known[m])
				loss += head_gradient(n, m, token_of(n, tick), targets->value[m],
						      gradient, (float *)by_output);
		for (unsigned b = 0; b < blocks; b++)
			lstm_backward_cell(cell_of(n, tick), cell_of(n, tick - 1), width, b * UNIT,
					   by_output[b], &by_cell[b], by_sums);
		lstm_backward_output(transposed, by_sums, by_output, blocks);
	}
	for (unsigned k = 0; k < n->inputs; k += 2)
		lstm_weight_gradient(n, first, ticks, k, all_sums, gradient + k * gates, gates);
	/* The outputs of the tick before each. */
	for (unsigned k = 0; k < width; k += 2)
		lstm_weight_gradient(n, first - 1, ticks, n->inputs + k, all_sums,
				     gradient + (n->inputs + k) * gates, gates);
	return loss;
}
