/* sim/random.h - streams of numbers, a seed each: what the network throws does
 * not depend on how often the server has thrown (SplitMix64). */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_random {
    uint64_t state;
};

static inline uint64_t sim_scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static inline uint64_t sim_next(struct sim_random *r)
{
    r->state += 0x9E3779B97F4A7C15u;
    return sim_scramble(r->state);
}

/* In [0, below); 0 when below is 0. */
static inline uint64_t sim_below(struct sim_random *r, uint64_t below)
{
    return below ? sim_next(r) % below : 0;
}

static inline uint64_t sim_between(struct sim_random *r, uint64_t least,
                                   uint64_t most)
{
    return least + sim_below(r, most - least + 1);
}

/* True `rate` times in a thousand. */
static inline bool sim_chance(struct sim_random *r, unsigned rate)
{
    return rate && sim_below(r, 1000) < rate;
}

#endif
