/* smtp/domains.h - the domains that a session has named in RCPT, for servers
 * that count them (RFC 9422 4.3). */
#ifndef SMTP_DOMAINS_H
#define SMTP_DOMAINS_H

#include <posthaste/types.h>

struct ph__domains {
    uint64_t *hashes; /* two domains with one hash would count as one: the
                       * server then says 452, and no harm is done */
    size_t count;
    size_t cap;
};

void ph__domains_done(struct ph__domains *d);
/* True if the address's domain is known, or is now, because fewer than `max`
 * were. PH__DOMAINS_MAX bounds it besides; without memory: false. */
bool ph__domains_admit(struct ph__domains *d, const char *address,
                       uint64_t max);

#endif
