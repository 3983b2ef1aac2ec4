/* tls/cert.h - facts about the certificates that a server has shown. */
#ifndef TLS_CERT_H
#define TLS_CERT_H

#include "tls/tls.h"

/* Text is UTF-8 without control characters, cut where it is too long. */
struct ph__tls_cert {
    char subject[256]; /* "CN=mail.example.test, O=Example" */
    char issuer[256];
    char names[1024];   /* "a.example, *.b.example, 192.0.2.1" */
    int64_t not_before; /* seconds since 1970 */
    int64_t not_after;
    char key[64];             /* "RSA, 2048 bits"; "EC prime256v1, 256 bits" */
    char signature[64];       /* "ecdsa-with-SHA256" */
    char pin[64];             /* "sha256//BASE64": a pin of its key */
    unsigned char sha256[32]; /* of all of it */
};

/* Depth 0 is the server itself, then what it sent to prove it, in its order;
 * also of a resumed session. PH_E_INVALID: not up, or no certificate there;
 * PH_E_NOMEM. */
int ph__tls_cert(struct ph__tls_cert *out, struct ph__tls *t, size_t depth);

#endif
