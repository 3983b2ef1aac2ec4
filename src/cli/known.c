#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/address.h"
#include "cli/known.h"
#include "message/idn.h"

enum { SIZE_FIRST = 1024, MARK_OCTETS = 8, WIRE_MAX = 1024 };

int cli_known_init(struct cli_known *k)
{
    *k = (struct cli_known){0};
    EVP_MAC *siphash = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    k->mac = siphash ? EVP_MAC_CTX_new(siphash) : NULL;
    EVP_MAC_free(siphash);
    if (!k->mac)
        return PH_E_NOMEM;
    if (RAND_bytes(k->key, sizeof(k->key)) == 1)
        return PH_OK;
    cli_known_done(k);
    return PH_E_SYSTEM;
}

void cli_known_done(struct cli_known *k)
{
    EVP_MAC_CTX_free(k->mac);
    free(k->slots);
    *k = (struct cli_known){0};
}

static int hash(struct cli_known *k, const struct ph__buf *text, uint64_t *out)
{
    size_t octets = MARK_OCTETS, len = 0;
    unsigned char mark[MARK_OCTETS];
    OSSL_PARAM size[] = {
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &octets),
        OSSL_PARAM_construct_end()};
    if (!EVP_MAC_init(k->mac, k->key, sizeof(k->key), size) ||
        !EVP_MAC_update(k->mac, (const unsigned char *)text->data, text->len) ||
        !EVP_MAC_final(k->mac, mark, &len, sizeof(mark)) || len != sizeof(mark))
        return PH_E_NOMEM;
    *out = 0;
    for (size_t i = 0; i < len; i++)
        *out = *out << 8 | mark[i];
    *out += !*out; /* 0 is an empty slot */
    return PH_OK;
}

/* Domains have no case (RFC 5321 2.4); a local part may. */
static void lower_domain(struct ph__buf *wire)
{
    for (size_t i = ph__address_at(wire->data, wire->len); i < wire->len; i++)
        if (wire->data[i] >= 'A' && wire->data[i] <= 'Z')
            wire->data[i] = (char)(wire->data[i] - 'A' + 'a');
}

int cli_known_mark(struct cli_known *k, const char *address, uint64_t *out)
{
    struct ph__buf wire = PH__BUF(WIRE_MAX);
    int rc = *address ? ph__idn_address(&wire, address) : PH_E_ADDRESS;
    if (!rc) {
        lower_domain(&wire);
        rc = hash(k, &wire, out);
    }
    ph__buf_done(&wire);
    return rc;
}

/* Where the mark stands, or would. */
static size_t place_of(const struct cli_known *k, uint64_t mark)
{
    size_t i = (size_t)mark & (k->size - 1);
    while (k->slots[i] && k->slots[i] != mark)
        i = (i + 1) & (k->size - 1);
    return i;
}

bool cli_known_has(const struct cli_known *k, uint64_t mark)
{
    return k->size && k->slots[place_of(k, mark)] == mark;
}

int cli_known_reserve(struct cli_known *k)
{
    if (4 * (k->count + 1) <= 3 * k->size)
        return PH_OK;
    struct cli_known old = *k;
    size_t size = k->size ? 2 * k->size : SIZE_FIRST;
    uint64_t *slots = calloc(size, sizeof(*slots));
    if (!slots)
        return PH_E_NOMEM;
    k->slots = slots;
    k->size = size;
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i])
            k->slots[place_of(k, old.slots[i])] = old.slots[i];
    free(old.slots);
    return PH_OK;
}

void cli_known_add(struct cli_known *k, uint64_t mark)
{
    size_t i = place_of(k, mark);
    k->count += !k->slots[i];
    k->slots[i] = mark;
}
