#include "engine/retry.h"
#include "engine/sums.h"

/* For how long it is to be left alone. */
static uint64_t pause_after(const struct ph__breaker *b, bool hard)
{
    if (hard)
        return ph__smaller((uint64_t)b->failures * PH__BREAKER_HARD_MS,
                           PH__BREAKER_LONGEST_MS);
    /* Within 32 bits, so that the square fits. */
    uint64_t n = b->failures < PH__BREAKER_PATIENCE
                     ? 1
                     : b->failures - PH__BREAKER_PATIENCE + 1;
    uint64_t most = PH__BREAKER_MOST_MS / PH__BREAKER_STEP_MS;
    return PH__BREAKER_STEP_MS * ph__smaller(n * n, most);
}

static void open_until(struct ph__breaker *b, uint64_t until)
{
    b->state = PH__BREAKER_OPEN;
    b->until = ph__greater(b->until, until);
}

void ph__breaker_failed(struct ph__breaker *b, struct ph__random *r,
                        uint64_t now, bool hard)
{
    /* Dialled before it opened: one outage, and not several. */
    bool late = b->state == PH__BREAKER_OPEN;
    if (late && !hard)
        return;
    if (!b->failures)
        b->failing_at = now;
    if (!late && b->failures < UINT32_MAX)
        b->failures++;
    bool half = b->state == PH__BREAKER_HALF;
    if (hard || half || b->failures >= PH__BREAKER_PATIENCE)
        open_until(b, ph__plus(now, ph__retry_jitter(r, pause_after(b, hard))));
}

void ph__breaker_succeeded(struct ph__breaker *b)
{
    *b = (struct ph__breaker){.state = PH__BREAKER_CLOSED};
}

bool ph__breaker_lets(struct ph__breaker *b, uint64_t now, unsigned connecting)
{
    if (b->state == PH__BREAKER_OPEN && now >= b->until)
        b->state = PH__BREAKER_HALF;
    switch (b->state) {
    case PH__BREAKER_CLOSED:
        /* In trouble, no more than patience is left for. */
        return !b->failures || connecting + b->failures < PH__BREAKER_PATIENCE;
    case PH__BREAKER_OPEN:
        return false;
    case PH__BREAKER_HALF:
        return !connecting;
    }
    return false;
}
