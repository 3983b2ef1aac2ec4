/* sasl/sasl.h - SASL mechanisms (RFC 4422) behind three calls, most of them
 * over GNU SASL. Raw octets in and out: base64 and lines are SMTP's business.
 *
 * What GNU SASL 2.2 does not do: the flag "y" of SCRAM (RFC 5802 6), so where
 * the server lists no -PLUS it is told "n", and a stripped list goes unnoticed;
 * and the binding tls-server-end-point. Nor does it wipe: its copies of what it
 * is given are wiped here, but not what CRAM-MD5 and DIGEST-MD5 make of a
 * password while they hash it. With SCRAM it never sees the password. */
#ifndef SASL_SASL_H
#define SASL_SASL_H

#include <posthaste/machine.h>

#include "base/buf.h"
#include "sasl/limits.h"

/* Channel binding data of the TLS session; type NONE = there is none. */
struct ph__sasl_binding {
    enum ph_binding type;
    size_t len;
    unsigned char data[PH__SASL_BINDING_MAX];
};

/* What a recording tells of an exchange whose secrets it hides: `posthaste
 * replay`. Who replays keeps it up to date. */
struct ph__sasl_record {
    bool first;    /* AUTH had an initial response */
    bool answered; /* the challenge that comes next got an answer, not "*" */
};

/* What a choice and an exchange depend on. All is borrowed: `credentials` and
 * `record` until ph__sasl_free(), the rest for the call. Lists are separated by
 * blanks or commas. */
struct ph__sasl_terms {
    const struct ph_credentials *credentials;
    const struct ph__sasl_binding *binding; /* NULL = none */
    const char *wanted;  /* in this order; NULL = strongest first: with a token
                          * OAUTHBEARER, XOAUTH2; else what a password can do */
    const char *offered; /* by the server */
    unsigned dropped;    /* bits of mechanisms given up */
    bool secure;         /* TLS protects the session */
    /* NULL but in a replay. With it nothing is proved: what is said is the same
     * for any credentials, and logs nobody in. */
    const struct ph__sasl_record *record;
};

/* PH_E_INVALID: nothing to prove with, a control character, an empty string,
 * or a string over its limit. */
int ph__sasl_check(const struct ph_credentials *credentials);

/* The first mechanism wanted that we have, that is offered and not dropped, and
 * that these credentials and this session allow; or NULL. Static. */
const char *ph__sasl_choose(const struct ph__sasl_terms *terms);
/* The bit of a mechanism for `dropped`; 0 if we do not have it. */
unsigned ph__sasl_bit(const char *mechanism);
/* May the client speak first (an initial response)? */
bool ph__sasl_client_first(const char *mechanism);

struct ph__sasl;
/* For a mechanism that was chosen on these terms. PH_E_INVALID: it was not;
 * PH_E_NOMEM; PH_E_AUTH: GNU SASL refuses these credentials. */
int ph__sasl_new(struct ph__sasl **out, const char *mechanism,
                 const struct ph__sasl_terms *terms);
/* Answers a challenge (NULL before the first) into `out`. PH_E_AUTH: there is
 * no answer, cancel; then it has none to any further challenge. PH_E_NOMEM,
 * PH_E_LIMIT. */
int ph__sasl_step(struct ph__sasl *s, const char *challenge, size_t len,
                  struct ph__buf *out);
/* Has it said, and heard, all that success needs? */
bool ph__sasl_done(const struct ph__sasl *s);
/* The bits to drop when this exchange has failed: its own; all of them when the
 * server could not prove that it knows the password, because what comes next
 * might show it to an impostor. */
unsigned ph__sasl_drops(const struct ph__sasl *s);
/* What the server said on a failure: the JSON of OAUTHBEARER and XOAUTH2 (RFC
 * 7628 3.2.2), the "e=" of SCRAM. Printable; "" when there is nothing.
 * Borrowed until the next call. */
const char *ph__sasl_detail(const struct ph__sasl *s);
void ph__sasl_free(struct ph__sasl *s); /* NULL is fine */

#endif
