#include "base/random.h"

uint64_t ph__random_next(struct ph__random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint64_t ph__random_below(struct ph__random *r, uint64_t below)
{
    if (!below)
        return 0;
    /* 2^64 is no multiple of `below`: what is too much is drawn again. */
    uint64_t too_much = -below % below, value;
    do
        value = ph__random_next(r);
    while (value < too_much);
    return value % below;
}
