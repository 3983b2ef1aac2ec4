/* message/signer.h - who signs a message, and its body's hash. */
#ifndef MESSAGE_SIGNER_H
#define MESSAGE_SIGNER_H

#include <posthaste/dkim.h>

#include "dkim/dkim.h"
#include "message/limits.h"

struct ph_dkim {
    unsigned owners; /* messages, and whoever has not freed it */
    int code;
    struct ph__buf problem;
    struct ph__dkim_signer signer; /* of the texts and the key below */
    struct ph__buf domain;
    struct ph__buf selector;
    struct ph__buf identity;
    struct ph__dkim_key *key;
};

/* Of a message, in the order of the calls. */
struct ph__signers {
    struct ph_dkim *at[PH__SIGNERS_MAX];
    size_t count;
};

void ph__signers_done(struct ph__signers *list);
/* The list becomes one more owner. PH_OK, PH_E_LIMIT. */
int ph__signers_add(struct ph__signers *list, struct ph_dkim *dkim);

/* The hashes of a body, each made once, when it is needed. */
enum { PH__DKIM_FORMS = PH__DKIM_SIMPLE + 1 };
struct ph__digests {
    bool made[PH__DKIM_FORMS];
    struct ph__dkim_hash of[PH__DKIM_FORMS];
};

/* What is to be signed; borrowed. */
struct ph__to_sign {
    const struct ph_slice *header; /* whole fields, as they will be sent */
    size_t header_count;
    const struct ph_slice *body; /* what follows the empty line is behind ... */
    size_t body_count;
    size_t skip;                 /* ... so many octets of the first of these */
    struct ph__digests *digests; /* of it */
    uint64_t now;                /* seconds since 1970 */
};

/* Appends a field for each signer. PH_OK, PH_E_NOMEM, or as ph__dkim_sign() and
 * ph__dkim_body_update(). */
int ph__signers_write(struct ph__buf *out, const struct ph__signers *list,
                      const struct ph__to_sign *what);

#endif
