/* Sizes of a network, and its first state. */
#ifndef METE_LAYOUT_H
#define METE_LAYOUT_H

#include "network.h"

/* Writes a shape and what follows from it; 0 when the shape is not within its limits. */
int mete_layout(struct mete_network *n, const struct mete_network_shape *shape);

#endif
