#include "mx/dane.h"

#include <stdio.h>

enum {
    USAGE_TRUST_ANCHOR = 2,
    USAGE_END_ENTITY = 3,
    SELECTOR_KEY = 1,
    MATCHING_WHOLE = 0,
    MATCHING_SHA256 = 1,
    MATCHING_SHA512 = 2
};

enum ph__dane ph__dane_addresses(struct ph__dane_answer a,
                                 struct ph__dane_answer aaaa)
{
    bool has_a = a.status == PH__DNS_FOUND;
    bool has_aaaa = aaaa.status == PH__DNS_FOUND;
    if (!has_a && !has_aaaa)
        return PH__DANE_AVOID;
    if ((has_a && !a.authentic) || (has_aaaa && !aaaa.authentic))
        return PH__DANE_NONE;
    return PH__DANE_ASK;
}

bool ph__dane_is_usable(const struct ph__dns_record *r)
{
    bool known = (r->tlsa.usage == USAGE_TRUST_ANCHOR ||
                  r->tlsa.usage == USAGE_END_ENTITY) &&
                 r->tlsa.selector <= SELECTOR_KEY;
    switch (r->tlsa.matching) {
    case MATCHING_WHOLE:
        return known && r->len > 0;
    case MATCHING_SHA256:
        return known && r->len == 32;
    case MATCHING_SHA512:
        return known && r->len == 64;
    default:
        return false;
    }
}

bool ph__dane_needs_names(const struct ph__dns_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (records[i].tlsa.usage == USAGE_TRUST_ANCHOR)
            return true;
    return false;
}

static enum ph__dane judge(const struct ph__dns_answer *tlsa)
{
    if (!tlsa->authentic)
        return PH__DANE_NONE;
    for (size_t i = 0; i < tlsa->count; i++)
        if (ph__dane_is_usable(&tlsa->records[i]))
            return PH__DANE_USE;
    return PH__DANE_BLIND;
}

enum ph__dane ph__dane_records(const struct ph__dns_answer *tlsa)
{
    switch (tlsa->status) {
    case PH__DNS_FOUND:
        return judge(tlsa);
    case PH__DNS_NO_NAME:
    case PH__DNS_NO_DATA:
    case PH__DNS_BAD_NAME:
        return PH__DANE_NONE;
    case PH__DNS_TROUBLE:
    case PH__DNS_TIMEOUT:
    case PH__DNS_GARBAGE:
    case PH__DNS_NOMEM:
        return PH__DANE_AVOID;
    }
    return PH__DANE_AVOID;
}

bool ph__dane_name(char out[PH__DNS_NAME], uint16_t port, const char *host)
{
    int len = snprintf(out, PH__DNS_NAME, "_%u._tcp.%s", port, host);
    return len > 0 && len < PH__DNS_NAME;
}
