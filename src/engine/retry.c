#include "engine/retry.h"
#include "engine/sums.h"

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

uint64_t ph__retry_jitter(struct ph__random *r, uint64_t wait)
{
    return ph__plus(wait, ph__random_below(r, wait / 2 + 1));
}

uint64_t ph__retry_wait(struct ph__random *r, uint64_t first, uint64_t most,
                        unsigned attempt)
{
    uint64_t wait = first;
    for (unsigned n = 2; n < attempt && wait && wait < most; n++)
        wait = ph__times(wait, 2);
    return ph__retry_jitter(r, ph__smaller(wait, most));
}
