#include "sink/late.h"

struct batch {
    uint64_t due_ms;
    size_t len;
};

void ph__sink_late_init(struct ph__sink_late *l, uint64_t delay_ms)
{
    *l = (struct ph__sink_late){.delay_ms = delay_ms};
    ph__buf_init(&l->batches, PH__SINK_LATE_MAX * sizeof(struct batch));
}

void ph__sink_late_done(struct ph__sink_late *l)
{
    ph__buf_done(&l->batches);
}

static struct batch *batches(const struct ph__sink_late *l, size_t *count)
{
    *count = l->batches.len / sizeof(struct batch);
    return (void *)l->batches.data;
}

int ph__sink_late_note(struct ph__sink_late *l, size_t out_len, uint64_t now)
{
    size_t count;
    struct batch *all = batches(l, &count);
    struct batch batch = {now + l->delay_ms, out_len - l->known};
    if (out_len <= l->known)
        return PH_OK;
    if (!l->delay_ms) {
        l->due += batch.len;
        l->known = out_len;
        return PH_OK;
    }
    /* Together with the latest, then, and later than it should be. */
    if (count == PH__SINK_LATE_MAX) {
        all[count - 1].len += batch.len;
        all[count - 1].due_ms = batch.due_ms;
    } else if (ph__buf_add(&l->batches, &batch, sizeof(batch))) {
        return PH_E_NOMEM;
    }
    l->known = out_len;
    return PH_OK;
}

size_t ph__sink_late_due(struct ph__sink_late *l, uint64_t now)
{
    size_t count, n = 0;
    struct batch *all = batches(l, &count);
    while (n < count && all[n].due_ms <= now)
        l->due += all[n++].len;
    if (n)
        ph__buf_drop(&l->batches, n * sizeof(struct batch));
    if (!l->batches.len)
        ph__buf_done(&l->batches);
    return l->due;
}

void ph__sink_late_sent(struct ph__sink_late *l, size_t len)
{
    l->due -= len < l->due ? len : l->due;
    l->known -= len < l->known ? len : l->known;
}

bool ph__sink_late_next(uint64_t *out, const struct ph__sink_late *l)
{
    size_t count;
    struct batch *all = batches(l, &count);
    if (!count)
        return false;
    *out = all[0].due_ms;
    return true;
}
