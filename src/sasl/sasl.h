/* sasl/sasl.h - SASL mechanisms (RFC 4422) behind three calls, over GNU SASL.
 * Raw octets in and out: base64 and lines are SMTP's business. */
#ifndef SASL_SASL_H
#define SASL_SASL_H

#include <posthaste/machine.h>

#include "base/buf.h"

/* The first mechanism of `wanted` (NULL = all, strongest first) that we have,
 * that stands in `offered`, and whose bit is not in `dropped`; or NULL.
 * Static. Lists are separated by blanks or commas. */
const char *ph__sasl_choose(const char *wanted, const char *offered,
                            unsigned dropped);
/* The bit of a mechanism for `dropped`; 0 if we do not have it. */
unsigned ph__sasl_bit(const char *mechanism);
/* May the client speak first (an initial response)? */
bool ph__sasl_client_first(const char *mechanism);

struct ph__sasl;
/* PH_E_NOMEM; PH_E_AUTH: GNU SASL refuses these credentials. */
int ph__sasl_new(struct ph__sasl **out, const char *mechanism,
                 const struct ph_credentials *credentials);
/* Answers a challenge (NULL before the first) into `out`. PH_E_AUTH: there is
 * no answer, cancel. PH_E_NOMEM, PH_E_LIMIT. */
int ph__sasl_step(struct ph__sasl *s, const char *challenge, size_t len,
                  struct ph__buf *out);
/* Has it said, and heard, all that success needs? */
bool ph__sasl_done(const struct ph__sasl *s);
void ph__sasl_free(struct ph__sasl *s); /* NULL is fine */

#endif
