/* tls/peer.h - whom a client expects: names, and TLSA records (RFC 6698). */
#ifndef TLS_PEER_H
#define TLS_PEER_H

#include "tls/tls.h"

/* One TLSA record. That it came authenticated is the caller's business. */
struct ph__tlsa {
    uint8_t usage;
    uint8_t selector;
    uint8_t matching;
    const unsigned char *data;
    size_t len;
};

/* All borrowed for the duration of ph__tls_new_peer(). */
struct ph__tls_peer {
    /* What the certificate must be for, and SNI unless it is an address; with
     * TLSA records their base domain (RFC 7672 2.2.3). */
    const char *name;
    uint16_t port; /* sessions are resumed with the same name and port */
    /* Further host names that will do: the next hop and what it is an alias
     * of (RFC 7672 3.2.2). Not beside an address. */
    const char *const *also;
    size_t also_count;
    /* With one that can be used (usage 2 or 3) they decide alone, and the CA
     * file does not count; usage 3 cares for neither names nor dates (RFC 7672
     * 3.1.1). When none can be used, TLS goes on with anybody, unverified
     * (2.2). Not together with pins. */
    const struct ph__tlsa *tlsa;
    size_t tlsa_count;
};

/* As ph__tls_new(). PH_E_LIMIT: more than limits.h allows. */
int ph__tls_new_peer(struct ph__tls **out, struct ph__tls_context *ctx,
                     const struct ph__tls_peer *peer);

#endif
