/* mx/route.h - from what the DNS says of a domain to the hosts that take its
 * mail (RFC 5321 5.1, RFC 7505). No I/O. */
#ifndef MX_ROUTE_H
#define MX_ROUTE_H

#include <posthaste/result.h>

#include "dns/dns.h"
#include "mx/limits.h"

struct ph__route_host {
    char name[PH__DNS_NAME]; /* or an address, without brackets */
};

struct ph__route {
    /* UNSENT: there are hosts to be tried; else this is the outcome of every
     * recipient, and `why` the reason. */
    enum ph_outcome outcome;
    struct ph_error why;
    struct ph__route_host hosts[PH__MX_HOSTS]; /* the best one first */
    size_t count;
    bool implicit; /* the domain has no MX and is its own host */
    bool literal;  /* an address: neither MX nor DANE (RFC 7672 2.2) */
    bool secure;   /* DNSSEC vouches for it, so that DANE counts */
    /* Where the domain's CNAMEs lead; the domain if it has none. */
    char next_hop[PH__DNS_NAME];
};

/* `mx` answers the question for `domain`, which is in ASCII. `own` is the name
 * that we say in EHLO, or NULL: exchangers from that one on would lead mail
 * back to where it comes from (RFC 5321 5.1). */
void ph__route_read(struct ph__route *out, const char *domain,
                    const struct ph__dns_answer *mx, const char *own);

/* A domain in brackets: the host is its address (RFC 5321 4.1.3). */
bool ph__route_is_literal(const char *domain);
void ph__route_literal(struct ph__route *out, const char *domain);

/* Can the next host still help this recipient? Not after a refusal for good,
 * nor when the mail may have arrived. */
bool ph__route_goes_on(const struct ph_recipient_result *result);

/* Is `newer` what is to be told? A server's "not now" outweighs that the next
 * host could not be reached. */
bool ph__route_outweighs(const struct ph_recipient_result *newer,
                         const struct ph_recipient_result *older);

#endif
