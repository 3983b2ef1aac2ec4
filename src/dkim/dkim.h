/* dkim/dkim.h - signs a message as it will be sent (RFC 6376, 8301, 8463): a
 * key, the hash of a body, and the header field that vouches for both. Reads no
 * file and no clock; what it signs is ready for the wire: CRLF, encoded for
 * transfer, not yet dot-stuffed (RFC 6376 3.7, 5.3).
 *
 * Several signatures: as many calls of ph__dkim_sign(), each with a selector
 * of its own. Few verifiers know Ed25519, so one of RSA belongs beside it. */
#ifndef DKIM_DKIM_H
#define DKIM_DKIM_H

#include "base/buf.h"
#include "dkim/limits.h"

/* How much may change on the way (RFC 6376 3.4): blanks and folds, or nothing.
 */
#define PH__DKIM_FORM_MAP(X)                                                   \
    X(RELAXED, "relaxed")                                                      \
    X(SIMPLE, "simple")

enum ph__dkim_form {
#define X(name, word) PH__DKIM_##name,
    PH__DKIM_FORM_MAP(X)
#undef X
};

/* ---- keys ---- */

#define PH__DKIM_ALGORITHM_MAP(X)                                              \
    X(RSA, "rsa-sha256")                                                       \
    X(ED25519, "ed25519-sha256")

enum ph__dkim_algorithm {
#define X(name, word) PH__DKIM_##name,
    PH__DKIM_ALGORITHM_MAP(X)
#undef X
};

struct ph__dkim_key;

/* A private key in PEM, without a password: PKCS#8 or PKCS#1. The text is the
 * caller's to wipe. PH_OK, PH_E_NOMEM, or PH_E_INVALID: `why` then completes
 * "cannot use key FILE", with what to do about it. */
int ph__dkim_key_new(struct ph__dkim_key **out, const char *pem, size_t len,
                     struct ph__buf *why);
void ph__dkim_key_free(struct ph__dkim_key *key);
enum ph__dkim_algorithm ph__dkim_key_algorithm(const struct ph__dkim_key *key);
int ph__dkim_key_bits(const struct ph__dkim_key *key);

/* ---- bodies ---- */

/* A body's hash, for any number of messages that have it. */
struct ph__dkim_hash {
    enum ph__dkim_form form;
    unsigned char octets[PH__DKIM_HASH];
};

struct ph__dkim_body;

/* PH_OK, PH_E_NOMEM. */
int ph__dkim_body_new(struct ph__dkim_body **out, enum ph__dkim_form form);
void ph__dkim_body_free(struct ph__dkim_body *body);
/* What follows the empty line behind the header, in pieces cut anywhere.
 * PH_OK, PH_E_NOMEM, PH_E_CONTENT: CR or LF without the other, which servers
 * change or refuse. An error stays. */
int ph__dkim_body_update(struct ph__dkim_body *body, const char *data,
                         size_t len);
/* Once, after the last piece. PH_OK, or as above. */
int ph__dkim_body_end(struct ph__dkim_hash *out, struct ph__dkim_body *body);

/* ---- signatures ---- */

/* All of it borrowed. */
struct ph__dkim_signer {
    const char *domain;   /* d=, A-labels, two at least */
    const char *selector; /* s=, A-labels */
    const char *identity; /* i=, a domain: `domain` or below; NULL: no i= */
    const struct ph__dkim_key *key;
    enum ph__dkim_form header;
    enum ph__dkim_form body;
    uint64_t expire_secs; /* x= is so much after t=; 0: no x= */
};

/* NULL, or what is wrong, in words that complete "cannot sign". Static. */
const char *ph__dkim_signer_problem(const struct ph__dkim_signer *signer);

/* Appends the field "DKIM-Signature: ...", its last CRLF included; it belongs
 * in front of the header. `header` is slices of whole fields in the order in
 * which they will be sent, without the empty line. Which of them are signed is
 * in header.c. `now` is in seconds since 1970. Takes the time of a private key
 * operation: some milliseconds with RSA of 4096 bits.
 *
 * PH_OK, PH_E_NOMEM, or
 * PH_E_INVALID  the signer has a problem, its key does not work, the body's
 *               hash is of another form, or there are no such times
 * PH_E_HEADER   no field, a lone CR or LF, a field cut short, no From or two
 * PH_E_LIMIT    more of it than limits.h allows, or than `out` takes */
int ph__dkim_sign(struct ph__buf *out, const struct ph__dkim_signer *signer,
                  const struct ph_slice *header, size_t count,
                  const struct ph__dkim_hash *body, uint64_t now);

#endif
