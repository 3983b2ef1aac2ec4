#include "engine/retry.h"
#include "engine/sums.h"

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
