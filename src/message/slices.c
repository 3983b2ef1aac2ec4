#include <stdlib.h>

#include "message/limits.h"
#include "message/slices.h"

void ph__slices_init(struct ph__slices *s, size_t limit_bytes)
{
    *s = (struct ph__slices){.own = PH__BUF(limit_bytes)};
}

void ph__slices_done(struct ph__slices *s)
{
    ph__buf_done(&s->own);
    free(s->splices);
    free(s->many);
    ph__slices_init(s, s->own.limit);
}

void ph__slices_clear(struct ph__slices *s)
{
    ph__buf_clear(&s->own);
    s->splice_count = 0;
    s->count = 0;
    s->octets = 0;
}

static int grow(struct ph__slices *s)
{
    enum { FIRST = 4 };
    size_t cap = s->splice_cap ? 2 * s->splice_cap : FIRST;
    struct ph__splice *splices = realloc(s->splices, cap * sizeof(*splices));
    if (!splices)
        return PH_E_NOMEM;
    s->splices = splices;
    s->splice_cap = cap;
    return PH_OK;
}

int ph__slices_add(struct ph__slices *s, struct ph_slice octets)
{
    if (octets.len <= PH__COPY_MAX)
        return ph__buf_add(&s->own, octets.data, octets.len);
    int rc = s->splice_count == s->splice_cap ? grow(s) : PH_OK;
    if (!rc)
        s->splices[s->splice_count++] = (struct ph__splice){s->own.len, octets};
    return rc;
}

static void put(struct ph__slices *s, struct ph_slice *list,
                struct ph_slice octets)
{
    if (octets.len)
        list[s->count++] = octets;
    s->octets += octets.len;
}

/* What is its own between two splices. */
static struct ph_slice own_part(const struct ph__slices *s, size_t from,
                                size_t to)
{
    return (struct ph_slice){ph__buf_text(&s->own) + from, to - from};
}

static void put_all(struct ph__slices *s, struct ph_slice *list)
{
    size_t at = 0;
    for (size_t i = 0; i < s->splice_count; at = s->splices[i++].at) {
        put(s, list, own_part(s, at, s->splices[i].at));
        put(s, list, s->splices[i].others);
    }
    put(s, list, own_part(s, at, s->own.len));
}

int ph__slices_end(struct ph__slices *s)
{
    if (!s->splice_count) {
        ph__slices_be(s, own_part(s, 0, s->own.len));
        return PH_OK;
    }
    size_t most = 2 * s->splice_count + 1;
    struct ph_slice *list = realloc(s->many, most * sizeof(*list));
    if (!list)
        return PH_E_NOMEM;
    s->many = list;
    s->list = list;
    s->count = 0;
    s->octets = 0;
    put_all(s, list);
    return s->octets > s->own.limit ? PH_E_LIMIT : PH_OK;
}

void ph__slices_be(struct ph__slices *s, struct ph_slice octets)
{
    s->one = octets;
    s->list = &s->one;
    s->count = 1;
    s->octets = octets.len;
}
