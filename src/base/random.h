/* base/random.h - numbers that look random and can be had again: for jitter and
 * for spreading load, never for secrets. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* A stream of them (SplitMix64). */
struct ph__random {
    uint64_t state;
};
uint64_t ph__random_next(struct ph__random *r);
/* Even in [0, below); 0 when below is 0. */
uint64_t ph__random_below(struct ph__random *r, uint64_t below);

#endif
