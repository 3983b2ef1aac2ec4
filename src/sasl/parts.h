/* sasl/parts.h - what a mechanism is, and an exchange is made of. */
#ifndef SASL_PARTS_H
#define SASL_PARTS_H

#include <gsasl.h>

#include "sasl/sasl.h"

/* What a mechanism needs; what a session has. */
enum {
    PH__NEEDS_PASSWORD = 1, /* and a user */
    PH__NEEDS_TOKEN = 2,    /* likewise */
    PH__NEEDS_CERTIFICATE = 4,
    PH__NEEDS_SECRECY =
        8, /* it shows the secret: TLS, or leave to do without */
    PH__NEEDS_BINDING = 16,
    PH__NEEDS_TEXT = 32,   /* user and password pass SASLprep (RFC 4013) */
    PH__NEEDS_DIGEST = 64, /* a host, and names that are nothing special */
    PH__NEEDS_ASKING = 128 /* only if the caller's list names it */
};

/* Which challenges may be empty; others must not be. */
enum ph__opening {
    PH__SERVER_FIRST = 0,
    PH__CLIENT_FIRST, /* the first must be: RFC 4954 4 */
    PH__ANY_PROMPT    /* any: it does not read them */
};

struct ph__mechanism {
    const char *name;
    unsigned needs;
    enum ph__opening opening;
    unsigned rounds; /* how often we speak at most */
    size_t challenge_max;
    int (*start)(struct ph__sasl *s, const struct ph__sasl_terms *terms);
    int (*step)(struct ph__sasl *s, const char *challenge, size_t len,
                struct ph__buf *out);
};

struct ph__sasl {
    const struct ph__mechanism *mechanism;
    const struct ph_credentials *credentials; /* borrowed */
    const struct ph__sasl_record *record;     /* likewise; NULL = none */
    Gsasl *context;
    Gsasl_session *session;
    struct ph__buf message; /* bearer.c: what is to be said */
    struct ph__buf nonce;   /* scram.c: ours */
    struct ph__buf detail;
    unsigned round; /* 1 = the first */
    bool done;
    bool failed;
    bool impostor; /* the server is not whom it should be */
};

/* choose.c: by the name's first `len` octets; NULL = we do not have it. */
const struct ph__mechanism *ph__mechanism_named(const char *name, size_t len);
bool ph__mechanism_allowed(const struct ph__mechanism *m,
                           const struct ph__sasl_terms *terms);

/* gnu.c. ph__gnu_step() sets `done` when GNU SASL says so. */
int ph__gnu_start(struct ph__sasl *s, const struct ph__sasl_terms *terms);
int ph__gnu_step(struct ph__sasl *s, const char *challenge, size_t len,
                 struct ph__buf *out);
int ph__digest_step(struct ph__sasl *s, const char *challenge, size_t len,
                    struct ph__buf *out);
void ph__gnu_done(struct ph__sasl *s);
/* PH_OK, PH_E_NOMEM, PH_E_AUTH. */
int ph__gnu_code(int rc);

/* scram.c, bearer.c */
int ph__scram_step(struct ph__sasl *s, const char *challenge, size_t len,
                   struct ph__buf *out);
int ph__xoauth2_start(struct ph__sasl *s, const struct ph__sasl_terms *terms);
int ph__oauthbearer_start(struct ph__sasl *s,
                          const struct ph__sasl_terms *terms);
int ph__bearer_step(struct ph__sasl *s, const char *challenge, size_t len,
                    struct ph__buf *out);

/* sasl.c: keeps what the server says, cut and made printable. */
void ph__sasl_keep(struct ph__sasl *s, const char *words, size_t len);

#endif
