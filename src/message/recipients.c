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
    return i < r->count ? r->texts.data + r->at[i] : NULL;
}

static bool same(const char *a, const char *b, size_t len)
{
    if (strlen(a) != len)
        return false;
    size_t at = ph__address_at(b, len);
    return memcmp(a, b, at) == 0 && ph__text_same_len(a + at, b + at, len - at);
}

/* FNV-1a over the address with case folded away: equal ones hash equally. */
static size_t hash(const char *s, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        h = (h ^ ((unsigned char)s[i] | 0x20)) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32);
}

/* The slot that holds this address, or the empty one where it belongs. */
static size_t *slot_of(const struct ph__recipients *r, const char *s,
                       size_t len)
{
    size_t mask = r->slot_count - 1;
    size_t i = hash(s, len) & mask;
    while (r->slots[i] && !same(ph__recipients_get(r, r->slots[i] - 1), s, len))
        i = (i + 1) & mask;
    return &r->slots[i];
}

static bool contains(const struct ph__recipients *r, const char *s, size_t len)
{
    if (r->slots)
        return *slot_of(r, s, len);
    for (size_t i = 0; i < r->count; i++)
        if (same(ph__recipients_get(r, i), s, len))
            return true;
    return false;
}

static int grow(struct ph__recipients *r)
{
    if (r->count < r->cap)
        return PH_OK;
    size_t cap = r->cap ? r->cap * 2 : FIRST_CAP;
    size_t *at = realloc(r->at, cap * sizeof(*at));
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
        const char *s = ph__recipients_get(r, i);
        *slot_of(r, s, strlen(s)) = i + 1;
    }
    return PH_OK;
}

int ph__recipients_add(struct ph__recipients *r, const char *address,
                       size_t len)
{
    if (contains(r, address, len))
        return PH_OK;
    if (r->count == PH__MAILBOXES_MAX)
        return PH_E_LIMIT;
    int rc = grow(r);
    if (!rc)
        rc = rehash(r);
    if (!rc)
        rc = ph__buf_reserve(&r->texts, len + 1);
    if (rc)
        return rc;
    r->at[r->count++] = r->texts.len;
    ph__buf_add(&r->texts, address, len);
    ph__buf_add(&r->texts, "", 1);
    if (r->slots)
        *slot_of(r, address, len) = r->count;
    return PH_OK;
}
