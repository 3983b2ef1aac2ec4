/* tls/binding.h - what ties SASL to this very session (RFC 5056). */
#ifndef TLS_BINDING_H
#define TLS_BINDING_H

#include "tls/tls.h"

/* Name, and the name in GS2 headers (RFC 5802 4). */
#define PH__TLS_BINDING_MAP(X)                                                 \
    X(EXPORTER, "tls-exporter")          /* RFC 9266 */                        \
    X(END_POINT, "tls-server-end-point") /* RFC 5929 4 */                      \
    X(UNIQUE, "tls-unique")              /* RFC 5929 3; not with TLS 1.3 */

enum ph__tls_binding_type {
    PH__TLS_BIND_BEST, /* 1.3: EXPORTER. 1.2: END_POINT, else EXPORTER */
#define X(name, text) PH__TLS_BIND_##name,
    PH__TLS_BINDING_MAP(X)
#undef X
};

struct ph__tls_binding {
    const char *type; /* static */
    unsigned char data[64];
    size_t len;
};

/* Either side gets the same octets. PH_E_INVALID: not up, or this session has
 * no binding of that type; PH_E_NOMEM. */
int ph__tls_bind(struct ph__tls_binding *out, struct ph__tls *t,
                 enum ph__tls_binding_type type);

#endif
