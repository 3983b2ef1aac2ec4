/* mx/sts.h - MTA-STS (RFC 8461): records, policies, and whether a host is one
 * of a policy's. No I/O, no clock. */
#ifndef MX_STS_H
#define MX_STS_H

#include "dns/dns.h"
#include "mx/limits.h"

enum ph__sts_mode { PH__STS_NONE, PH__STS_TESTING, PH__STS_ENFORCE };

struct ph__sts_policy {
    unsigned users; /* freed with the last one */
    enum ph__sts_mode mode;
    uint32_t max_age; /* seconds */
    size_t count;
    char *hosts[PH__STS_HOSTS_MAX]; /* "mx.example.test", "*.example.test" */
};

/* The id that the TXT answer for _mta-sts.DOMAIN tells; false if it has not
 * exactly one record that says what it should (3.1). */
bool ph__sts_read_id(char out[PH__STS_ID_MAX + 1],
                     const struct ph__dns_answer *txt);

/* A policy as it was fetched (3.2), with one user. PH_E_INVALID, PH_E_LIMIT,
 * PH_E_NOMEM. */
int ph__sts_parse(struct ph__sts_policy **out, const char *text, size_t len);
struct ph__sts_policy *ph__sts_share(struct ph__sts_policy *p); /* or NULL */
void ph__sts_free(struct ph__sts_policy *p); /* one user less; NULL is fine */

/* 4.1: the name itself, or "*." in place of its first label. */
bool ph__sts_lists(const struct ph__sts_policy *p, const char *host);

#endif
