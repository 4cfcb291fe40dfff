/* Where the parameters and the working memory of the attention model are, in floats. */
#ifndef METE_ATTENTION_LAYOUT_H
#define METE_ATTENTION_LAYOUT_H

#include "network.h"

enum {
	/* Units of a head of attention; two heads make a UNIT. */
	HEAD_UNITS = 4,
	/* A bias per head and lag. */
	POSITIONS = METE_MOST_WINDOW,
};

/* Offsets of the parts of the parameters; attention.h says what they do. */
struct attention_parts {
	/* float[inputs][hidden] each. */
	size_t query, key, value;
	/* float[hidden][hidden] */
	size_t mix;
	/* float[inputs + hidden][hidden] */
	size_t inner;
	/* float[hidden][hidden] */
	size_t outer;
	/* float[hidden / HEAD_UNITS][POSITIONS] */
	size_t bias;
	size_t end;
};

static inline struct attention_parts attention_parts(size_t inputs, size_t hidden)
{
	struct attention_parts at = {.query = 0};

	at.key = at.query + inputs * hidden;
	at.value = at.key + inputs * hidden;
	at.mix = at.value + inputs * hidden;
	at.inner = at.mix + hidden * hidden;
	at.outer = at.inner + (inputs + hidden) * hidden;
	at.bias = at.outer + hidden * hidden;
	at.end = at.bias + hidden / HEAD_UNITS * POSITIONS;
	return at;
}

/* Floats that attention.h works in. */
static inline size_t attention_scratch(size_t inputs, size_t hidden)
{
	size_t heads = hidden / HEAD_UNITS;

	return heads * (2 * inputs + POSITIONS) + POSITIONS + 4 * inputs + 10 * hidden;
}

#endif
