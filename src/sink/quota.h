/* sink/quota.h - LIMITS (RFC 9422): how much one session may ask for. */
#ifndef SINK_QUOTA_H
#define SINK_QUOTA_H

#include "base/buf.h"

/* MAIL in a session and RCPT in a transaction, refused ones included; domains
 * of recipients in a session. */
#define PH__SINK_QUOTA_MAP(X)                                                  \
    X(MAIL, "MAILMAX")                                                         \
    X(RCPT, "RCPTMAX")                                                         \
    X(DOMAIN, "RCPTDOMAINMAX")

enum ph__sink_quota {
#define X(name, keyword) PH__SINK_QUOTA_##name,
    PH__SINK_QUOTA_MAP(X)
#undef X
        PH__SINK_QUOTAS
};

enum {
    PH__SINK_QUOTA_MAX = 999999, /* RFC 9422 4: six digits */
    PH__SINK_DOMAINS_MAX = 65536 /* octets of names a session is held to */
};

/* 0 = none. */
struct ph__sink_quotas {
    uint32_t max[PH__SINK_QUOTAS];
};

/* "MAILMAX=2 RCPTMAX=3" (commas will do as well). PH_E_INVALID: why. */
int ph__sink_quota_parse(struct ph__sink_quotas *out, const char *text,
                         struct ph__buf *why);
/* Adds " MAILMAX=2 RCPTMAX=3". */
int ph__sink_quota_add(struct ph__buf *out, const struct ph__sink_quotas *q);
bool ph__sink_quota_any(const struct ph__sink_quotas *q);

/* The domains a session has named. */
struct ph__sink_domains {
    struct ph__buf names; /* each with its NUL */
    uint32_t count;
};

/* PH_OK: it is one of them, or there was room. PH_E_LIMIT: no more than `max`
 * (0 = any number, and none is kept). PH_E_NOMEM. */
int ph__sink_domains_add(struct ph__sink_domains *d, struct ph_slice domain,
                         uint32_t max);

#endif
