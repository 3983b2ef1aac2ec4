/* posthaste/dkim.h - signatures: a domain vouches for a message (RFC 6376). */
#ifndef POSTHASTE_DKIM_H
#define POSTHASTE_DKIM_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who signs. The verifier finds the public key in the TXT record of
 * SELECTOR._domainkey.DOMAIN. The kind of key makes the algorithm: rsa-sha256,
 * of 2048 bits at least if all are to believe it (RFC 8301), or ed25519-sha256
 * (RFC 8463), which few know: give an RSA one beside it. */
struct ph_dkim_options {
    size_t size;          /* set by PH_DKIM */
    const char *domain;   /* d=, in UTF-8 or as A-labels */
    const char *selector; /* s= */
    const char *key;      /* private, PEM without a password: the caller's to
                           * wipe */
    size_t key_len;
    const char *identity; /* i=, the domain or one below; NULL: none */
    bool simple_header;   /* nothing may change on the way; else blanks and */
    bool simple_body;     /* folds may ("relaxed"), as many servers do it */
    uint64_t expire_secs; /* x=, so long after it was signed; 0: never */
};
#define PH_DKIM(...)                                                           \
    (&(struct ph_dkim_options){.size = sizeof(struct ph_dkim_options),         \
                               __VA_ARGS__})

struct ph_dkim;

/* All copied. NULL on out of memory. An error stays in it, and is that of every
 * message that it is to sign. Messages that share one belong to one thread. */
PH_API struct ph_dkim *ph_dkim_new(const struct ph_dkim_options *options);
/* Messages that have it keep it. NULL is fine. */
PH_API void ph_dkim_free(struct ph_dkim *dkim);
/* PH_OK, PH_E_NOMEM, or PH_E_INVALID: no such domain, selector or key. */
PH_API int ph_dkim_check(const struct ph_dkim *dkim);
/* In words: "dkim: cannot use the key: ...". "" when nothing is wrong. */
PH_API const char *ph_dkim_problem(const struct ph_dkim *dkim);

#ifdef __cplusplus
}
#endif
#endif
