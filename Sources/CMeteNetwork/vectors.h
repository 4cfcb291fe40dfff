/*
 * Vectors of floats and the functions that the networks need of them.
 *
 * The including file defines LANES, the floats in a `wide`: as many as the widest register of its
 * instruction set holds, 8 at least. A `unit` is the 8 floats to which every width is padded. The
 * functions are polynomials of this file rather than the C library's, so that a variant gives the
 * same results on every machine that can run it.
 */
#ifndef METE_VECTORS_H
#define METE_VECTORS_H

#include "network.h"

typedef float unit __attribute__((vector_size(UNIT * sizeof(float)), may_alias));
typedef int32_t unit_int __attribute__((vector_size(UNIT * sizeof(int32_t))));
typedef float wide __attribute__((vector_size(LANES * sizeof(float)), may_alias));
typedef float quad __attribute__((vector_size(4 * sizeof(float)), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE unit unit_of(const float *from)
{
	return *(const unit *)from;
}

INLINE wide wide_of(const float *from)
{
	return *(const wide *)from;
}

INLINE unit unit_min(unit a, unit b)
{
	return __builtin_elementwise_min(a, b);
}

INLINE unit unit_max(unit a, unit b)
{
	return __builtin_elementwise_max(a, b);
}

INLINE quad low_half(unit a)
{
	return __builtin_shufflevector(a, a, 0, 1, 2, 3);
}

INLINE quad high_half(unit a)
{
	return __builtin_shufflevector(a, a, 4, 5, 6, 7);
}

INLINE float quad_sum(quad a)
{
	a += __builtin_shufflevector(a, a, 2, 3, 0, 1);
	return a[0] + a[1];
}

INLINE float unit_sum(unit a)
{
	return quad_sum(low_half(a) + high_half(a));
}

INLINE float unit_most(unit a)
{
	quad half = __builtin_elementwise_max(low_half(a), high_half(a));

	half = __builtin_elementwise_max(half, __builtin_shufflevector(half, half, 2, 3, 0, 1));
	return half[0] > half[1] ? half[0] : half[1];
}

/* e to the x, x held within [-87, 87]; relative error below 2e-7. */
INLINE unit unit_exp(unit x)
{
	/* Adding this and taking it away again rounds to a whole number. */
	const float shifter = 0x1.8p23f;
	unit clamped = unit_max(unit_min(x, (unit){} + 87.0f), (unit){} - 87.0f);
	unit power = (clamped * 1.44269504f + shifter) - shifter;
	/* ln 2 in two parts, the first with zeros at its end. */
	unit rest = clamped - power * 0.693359375f;
	unit series = (unit){} + 1.9841270e-4f;

	rest = rest - power * -2.12194440e-4f;
	series = series * rest + 1.3888889e-3f;
	series = series * rest + 8.3333333e-3f;
	series = series * rest + 4.1666667e-2f;
	series = series * rest + 1.6666667e-1f;
	series = series * rest + 0.5f;
	series = series * rest + 1.0f;
	series = series * rest + 1.0f;
	return series * (unit)((__builtin_convertvector(power, unit_int) + 127) << 23);
}

INLINE unit unit_sigmoid(unit x)
{
	return 1.0f / (1.0f + unit_exp(-x));
}

INLINE unit unit_tanh(unit x)
{
	return 2.0f / (1.0f + unit_exp(-2.0f * x)) - 1.0f;
}

/* ln(1 + e^x), accurate relative to its size where x is far below 0. */
INLINE unit unit_softplus(unit x)
{
	unit small = unit_exp(-unit_max(x, -x));
	/* ln(1 + u) = 2 artanh(u / (2 + u)), whose argument is at most 1/3. */
	unit s = small / (2.0f + small);
	unit s2 = s * s;
	unit series = (unit){} + 1.0f / 13;

	series = series * s2 + 1.0f / 11;
	series = series * s2 + 1.0f / 9;
	series = series * s2 + 1.0f / 7;
	series = series * s2 + 1.0f / 5;
	series = series * s2 + 1.0f / 3;
	series = series * s2 + 1.0f;
	return unit_max(x, (unit){}) + 2.0f * s * series;
}

#endif
