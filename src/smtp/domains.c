#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "smtp/domains.h"
#include "smtp/limits.h"

void ph__domains_done(struct ph__domains *d)
{
    free(d->hashes);
    *d = (struct ph__domains){0};
}

/* FNV-1a, of lower-case letters: domains compare without case. */
static uint64_t hash(const char *s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        h ^= c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        h *= UINT64_C(0x100000001b3);
    }
    return h;
}

static bool has_room(struct ph__domains *d, uint64_t max)
{
    if (d->count >= max || d->count >= PH__DOMAINS_MAX)
        return false;
    if (d->count < d->cap)
        return true;
    size_t cap = d->cap ? d->cap * 2 : 16;
    uint64_t *hashes = realloc(d->hashes, cap * sizeof(*hashes));
    if (!hashes)
        return false;
    d->hashes = hashes;
    d->cap = cap;
    return true;
}

bool ph__domains_admit(struct ph__domains *d, const char *address, uint64_t max)
{
    uint64_t h = hash(address + ph__address_at(address, strlen(address)));
    for (size_t i = 0; i < d->count; i++)
        if (d->hashes[i] == h)
            return true;
    if (!has_room(d, max))
        return false;
    d->hashes[d->count++] = h;
    return true;
}
