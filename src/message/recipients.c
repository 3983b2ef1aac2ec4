#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/text.h"
#include "message/limits.h"
#include "message/recipients.h"

enum { FIRST_CAP = 4, HASH_FROM = 16 };

void ph__recipients_init(struct ph__recipients *r)
{
    *r = (struct ph__recipients){0};
    ph__buf_init(&r->texts, PH__MAILBOX_TEXT_MAX);
}

void ph__recipients_done(struct ph__recipients *r)
{
    ph__buf_done(&r->texts);
    free(r->at);
    free(r->slots);
    ph__recipients_init(r);
}

const char *ph__recipients_get(const struct ph__recipients *r, size_t i)
{
    return i < r->count ? r->texts.data + r->at[i].typed : NULL;
}

const char *ph__recipients_wire(const struct ph__recipients *r, size_t i)
{
    return i < r->count ? r->texts.data + r->at[i].wire : NULL;
}

static bool same(const char *a, struct ph_slice b)
{
    if (strlen(a) != b.len)
        return false;
    size_t at = ph__address_at(b.data, b.len);
    return memcmp(a, b.data, at) == 0 &&
           ph__text_same_len(a + at, b.data + at, b.len - at);
}

/* FNV-1a over the address with case folded away: equal ones hash equally. */
static size_t hash(struct ph_slice wire)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < wire.len; i++)
        h = (h ^ ((unsigned char)wire.data[i] | 0x20)) *
            UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32);
}

/* The slot that holds this address, or the empty one where it belongs. */
static size_t *slot_of(const struct ph__recipients *r, struct ph_slice wire)
{
    size_t mask = r->slot_count - 1;
    size_t i = hash(wire) & mask;
    while (r->slots[i] && !same(ph__recipients_wire(r, r->slots[i] - 1), wire))
        i = (i + 1) & mask;
    return &r->slots[i];
}

static bool contains(const struct ph__recipients *r, struct ph_slice wire)
{
    if (r->slots)
        return *slot_of(r, wire);
    for (size_t i = 0; i < r->count; i++)
        if (same(ph__recipients_wire(r, i), wire))
            return true;
    return false;
}

static int grow(struct ph__recipients *r)
{
    if (r->count < r->cap)
        return PH_OK;
    size_t cap = r->cap ? r->cap * 2 : FIRST_CAP;
    struct ph__recipient *at = realloc(r->at, cap * sizeof(*at));
    if (!at)
        return PH_E_NOMEM;
    r->at = at;
    r->cap = cap;
    return PH_OK;
}

/* Keeps the table at most half full. */
static int rehash(struct ph__recipients *r)
{
    if (r->count < HASH_FROM || r->count * 2 < r->slot_count)
        return PH_OK;
    size_t count = r->slots ? r->slot_count * 2 : (size_t)HASH_FROM * 4;
    size_t *slots = calloc(count, sizeof(*slots));
    if (!slots)
        return PH_E_NOMEM;
    free(r->slots);
    r->slots = slots;
    r->slot_count = count;
    for (size_t i = 0; i < r->count; i++) {
        const char *wire = ph__recipients_wire(r, i);
        *slot_of(r, (struct ph_slice){wire, strlen(wire)}) = i + 1;
    }
    return PH_OK;
}

/* Into room that is there; returns where it begins. */
static size_t put_text(struct ph__recipients *r, struct ph_slice text)
{
    size_t at = r->texts.len;
    ph__buf_add(&r->texts, text.data, text.len);
    ph__buf_add(&r->texts, "", 1);
    return at;
}

int ph__recipients_add(struct ph__recipients *r, struct ph_slice typed,
                       struct ph_slice wire)
{
    if (contains(r, wire))
        return PH_OK;
    if (r->count == PH__MAILBOXES_MAX)
        return PH_E_LIMIT;
    int rc = grow(r);
    if (!rc)
        rc = rehash(r);
    if (!rc)
        rc = ph__buf_reserve(&r->texts, typed.len + wire.len + 2);
    if (rc)
        return rc;
    bool differs =
        typed.len != wire.len || memcmp(typed.data, wire.data, wire.len) != 0;
    struct ph__recipient *added = &r->at[r->count++];
    added->typed = put_text(r, typed);
    added->wire = differs ? put_text(r, wire) : added->typed;
    if (r->slots)
        *slot_of(r, wire) = r->count;
    return PH_OK;
}
