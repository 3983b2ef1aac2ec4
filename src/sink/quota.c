#include <string.h>

#include "base/text.h"
#include "sink/quota.h"

static const char *const keywords[] = {
#define X(name, keyword) [PH__SINK_QUOTA_##name] = keyword,
    PH__SINK_QUOTA_MAP(X)
#undef X
};

/* Which one begins `s`, "=" behind it; or PH__SINK_QUOTAS. */
static size_t find(const char *s, size_t len)
{
    size_t i = 0;
    while (i < PH__SINK_QUOTAS) {
        size_t n = strlen(keywords[i]);
        if (len > n && s[n] == '=' && ph__text_same_len(s, keywords[i], n))
            break;
        i++;
    }
    return i;
}

static bool parse_one(struct ph__sink_quotas *q, const char *s, size_t len)
{
    uint64_t value;
    size_t i = find(s, len);
    if (i == PH__SINK_QUOTAS || q->max[i])
        return false;
    size_t skip = strlen(keywords[i]) + 1;
    if (s[skip] == '0' || !ph__text_to_u64(s + skip, len - skip, &value) ||
        value > PH__SINK_QUOTA_MAX)
        return false;
    q->max[i] = (uint32_t)value;
    return true;
}

int ph__sink_quota_parse(struct ph__sink_quotas *out, const char *text,
                         struct ph__buf *why)
{
    static const char between[] = ", \t";
    struct ph__sink_quotas quotas = {0};
    while (*(text += strspn(text, between))) {
        size_t len = strcspn(text, between);
        if (!parse_one(&quotas, text, len)) {
            ph__buf_format(why,
                           "the limit '%.*s' is not MAILMAX=N, RCPTMAX=N or "
                           "RCPTDOMAINMAX=N, once each, with N from 1 to %d",
                           (int)len, text, PH__SINK_QUOTA_MAX);
            return PH_E_INVALID;
        }
        text += len;
    }
    *out = quotas;
    return PH_OK;
}

int ph__sink_quota_add(struct ph__buf *out, const struct ph__sink_quotas *q)
{
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < PH__SINK_QUOTAS; i++)
        if (q->max[i])
            rc = ph__buf_format(out, " %s=%u", keywords[i], q->max[i]);
    return rc;
}

bool ph__sink_quota_any(const struct ph__sink_quotas *q)
{
    for (size_t i = 0; i < PH__SINK_QUOTAS; i++)
        if (q->max[i])
            return true;
    return false;
}

static bool is_named(const struct ph__sink_domains *d, struct ph_slice domain)
{
    const char *at = ph__buf_text(&d->names);
    const char *end = at + d->names.len;
    for (; at < end; at += strlen(at) + 1)
        if (ph__text_is(domain, at))
            return true;
    return false;
}

int ph__sink_domains_add(struct ph__sink_domains *d, struct ph_slice domain,
                         uint32_t max)
{
    if (!max || !domain.len || is_named(d, domain))
        return PH_OK;
    if (d->count == max)
        return PH_E_LIMIT;
    int rc = ph__buf_reserve(&d->names, domain.len + 1);
    if (rc)
        return rc;
    ph__buf_add(&d->names, domain.data, domain.len);
    ph__buf_add_char(&d->names, '\0');
    d->count++;
    return PH_OK;
}
