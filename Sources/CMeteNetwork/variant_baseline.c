/* Instructions that every machine of the architecture has: two or more registers make a vector. */
#include "kernels.h"

#define LANES 8
#define KERNELS mete_kernels_baseline
#define NAME "baseline"
#include "variant.h"
