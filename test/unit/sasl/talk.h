/* talk.h - a mechanism spoken with, in one process. */
#ifndef UNIT_SASL_TALK_H
#define UNIT_SASL_TALK_H

#include "sasl/sasl.h"

/* The client nonce of RFC 5802 5: gsasl_nonce() is overridden to give it. */
#define NONCE "fyko+d2lbbFgONRv9qkxdawL"
/* Its first 16 octets, which is what DIGEST-MD5 takes. */
#define CNONCE "fyko+d2lbbFgONRv9qkxdQ=="

extern const struct ph__sasl_binding exporter; /* octets 0, 1 ... 31 */
extern const struct ph__sasl_binding unique;   /* the same */

/* Over TLS, with that mechanism offered, and asked for. */
struct ph__sasl_terms talk_terms(const char *mechanism,
                                 const struct ph_credentials *credentials);
/* Must succeed. */
struct ph__sasl *talk_begin(const char *mechanism,
                            const struct ph_credentials *credentials);
/* The challenge is given in a block of its own length. Compares the answer, in
 * which NUL is shown as '|'; an expected NULL means PH_E_AUTH and no answer. */
void talk_hear(struct ph__sasl *s, const char *label, const char *challenge,
               const char *expected);

#endif
