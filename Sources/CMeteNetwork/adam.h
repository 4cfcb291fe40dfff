/*
 * Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1) on a
 * gradient whose Euclidean length is cut first (Pascanu, Mikolov and Bengio, "On the Difficulty of
 * Training Recurrent Neural Networks", 2013).
 */

static const float first_decay = 0.9f;
static const float second_decay = 0.999f;
static const float adam_epsilon = 1e-8f;
/* The first steps are longer: this many times more, fading over so many ticks. */
static const float early_boost = 2.0f;
static const float early_ticks = 100.0f;
/* Step lengths of the heads relative to the body's. Errors over a longer horizon overlap: one
 * unusual tick is in as many of them as the horizon is long. */
static const float head_rates[METE_HORIZONS] = {1.0f, 0.3f, 0.3f};

/* Moments that nothing moves any more become 0, not the subnormal numbers that slow arithmetic. */
INLINE wide without_subnormals(wide a)
{
	typedef int32_t wide_int __attribute__((vector_size(LANES * sizeof(int32_t))));
	wide_int kept = __builtin_elementwise_abs(a) > 1e-30f;

	return (wide)((wide_int)a & kept);
}

INLINE void descend_part(struct mete_network *n, const float *gradient, uint32_t from, uint32_t to,
			 float share, float rate)
{
	float *values = parameters_of(n), *first = moments_of(n), *second = first + n->parameters;
	const float unbias_first = rate / (1.0f - n->decay_first);
	const float unbias_second = 1.0f / (1.0f - n->decay_second);

	for (uint32_t k = from; k < to; k += LANES) {
		wide slope = wide_of(gradient + k) * share;
		wide mean = wide_of(first + k), square = wide_of(second + k);

		mean = without_subnormals(mean + (1.0f - first_decay) * (slope - mean));
		square = without_subnormals(square +
					    (1.0f - second_decay) * (slope * slope - square));
		*(wide *)(first + k) = mean;
		*(wide *)(second + k) = square;
		*(wide *)(values + k) -=
			unbias_first * mean /
			(__builtin_elementwise_sqrt(square * unbias_second) + adam_epsilon);
	}
}

static void descend(struct mete_network *n, const float *gradient)
{
	const float rate = n->training.learning_rate *
			   (1.0f + early_boost / (1.0f + (float)n->measured / early_ticks));
	unit squares = {};
	float length, share;

	for (uint32_t k = 0; k < n->parameters; k += UNIT)
		squares += unit_of(gradient + k) * unit_of(gradient + k);
	length = __builtin_sqrtf(unit_sum(squares));
	share = length > n->training.clip ? n->training.clip / length : 1.0f;

	n->decay_first *= first_decay;
	n->decay_second *= second_decay;
	descend_part(n, gradient, 0, n->body, share, rate);
	for (int m = 0; m < METE_HORIZONS; m++) {
		uint32_t from = n->body + m * head_size(n);

		descend_part(n, gradient, from, from + head_size(n), share, rate * head_rates[m]);
	}
}
