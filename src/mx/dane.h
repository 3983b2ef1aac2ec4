/* mx/dane.h - what the DNS says of an exchanger's TLS (RFC 7672 2.2). No I/O.
 */
#ifndef MX_DANE_H
#define MX_DANE_H

#include "dns/dns.h"

enum ph__dane {
    PH__DANE_NONE,  /* not for this host: as if there were no DANE */
    PH__DANE_ASK,   /* it may have TLSA records: ask for them */
    PH__DANE_USE,   /* it has some that can be used: they decide */
    PH__DANE_BLIND, /* it has some, none can be used: TLS with anybody */
    PH__DANE_AVOID  /* nobody knows: the host is passed over */
};

/* What is kept of an answer. */
struct ph__dane_answer {
    enum ph__dns_status status;
    bool authentic;
};

/* After both lookups of the exchanger's address, whose MX was secure: NONE, ASK
 * or AVOID. Without an address that counts as insecure an attacker who breaks
 * one lookup would get a session without DANE. */
enum ph__dane ph__dane_addresses(struct ph__dane_answer a,
                                 struct ph__dane_answer aaaa);

/* NONE, USE, BLIND or AVOID. */
enum ph__dane ph__dane_records(const struct ph__dns_answer *tlsa);

/* RFC 7672 3.1, RFC 6698 2.1: usage 2 or 3, and fields that make sense. */
bool ph__dane_is_usable(const struct ph__dns_record *r);
/* Usage 2: names count (RFC 7672 3.2.2). */
bool ph__dane_needs_names(const struct ph__dns_record *records, size_t count);

/* "_25._tcp.HOST"; false if that is longer than a name may be. */
bool ph__dane_name(char out[PH__DNS_NAME], uint16_t port, const char *host);

#endif
