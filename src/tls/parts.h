/* tls/parts.h - what the files of this layer share; nobody else includes it. */
#ifndef TLS_PARTS_H
#define TLS_PARTS_H

#include <openssl/ssl.h>

#include "base/list.h"
#include "tls/limits.h"
#include "tls/peer.h"

enum { PH__TLS_HASH = 32 }; /* SHA-256 */

struct ph__tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *bio;
    size_t refs; /* sessions, and whoever made it */
    bool server;
    bool insecure;
    enum ph__tls_floor min;
    void (*key_log)(void *user, const char *line);
    void *key_log_user;
    unsigned char (*pins)[PH__TLS_HASH];
    size_t pin_count;
    struct ph__link kept; /* kept.c: sessions, the oldest first */
    size_t kept_count;
};

struct ph__tls {
    struct ph__tls_context *ctx;
    SSL *ssl;
    char *name; /* whom the certificate must name; NULL in a server */
    unsigned char peer[PH__TLS_HASH]; /* all that is expected, to resume by */

    /* Lent by the caller for the duration of one call: bio.c reads the one
     * and appends to the other. */
    const char *in;
    size_t in_len;
    struct ph__buf *cipher;
    int cipher_rc; /* why something could not be appended */

    char first[PH__TLS_FIRST_MAX]; /* what the peer began with */
    size_t first_len;

    struct ph__kept *offered; /* the session we wish to resume; owned */
    enum ph__tls_reason reason;
    struct ph__buf problem;
    bool lenient; /* a doubt does not end the handshake */
    bool doubted; /* verification said no */
    bool asked;   /* for a certificate that we do not have */
    bool resumed;
    int64_t judged; /* when its certificate was shown: time() */
    bool up;
    bool closed;  /* the peer said close_notify */
    bool closing; /* we did */
    bool broken;  /* an error ended it: OpenSSL must not be called again */
};

/* bio.c: NULL when out of memory. */
BIO_METHOD *ph__tls_bio_method(void);
BIO *ph__tls_bio_new(struct ph__tls *t);

/* peer.c: what the certificate must be for. */
int ph__tls_expect(struct ph__tls *t, const struct ph__tls_peer *peer);

/* verify.c: OpenSSL's callback, which judges one certificate at a time. */
int ph__tls_judge_peer(int ok, X509_STORE_CTX *store);

/* pins.c: `why` is NULL or says what is wrong with a pin. */
int ph__tls_pin(struct ph__tls_context *ctx, const struct ph__tls_options *opts,
                struct ph__buf *why);

/* kept.c: sessions of earlier connections. */
struct ph__kept {
    struct ph__link link;
    unsigned char peer[PH__TLS_HASH];
    SSL_SESSION *session;
    /* What verification found, which resuming does not repeat, and when. */
    int64_t judged;
    bool doubted;
    enum ph__tls_reason reason;
    char *problem; /* NULL: none */
};
void ph__tls_keep_sessions(struct ph__tls_context *ctx);
void ph__tls_forget_sessions(struct ph__tls_context *ctx);
/* Offers one to the server, if there is one for this peer. */
int ph__tls_offer_session(struct ph__tls *t);
/* After the handshake: if it was taken, what was found then is true now. */
void ph__tls_settle_session(struct ph__tls *t);
void ph__kept_free(struct ph__kept *k);

/* reason.c */
const char *ph__tls_reason_what(enum ph__tls_reason reason);
const char *ph__tls_reason_advice(enum ph__tls_reason reason);
enum ph__tls_reason ph__tls_reason_of_verify(int error);
enum ph__tls_reason ph__tls_reason_of_alert(int alert);
enum ph__tls_reason ph__tls_reason_of_error(int error);

/* problem.c: the thread's OpenSSL error queue in words; both empty it. */
void ph__tls_explain(struct ph__tls *t);
void ph__tls_explain_file(struct ph__buf *out);

/* words.c: parts of certificates, appended. PH_OK, PH_E_NOMEM, PH_E_LIMIT;
 * the peer chose the octets: make the result printable. */
int ph__tls_add_name(struct ph__buf *out, const X509_NAME *name, size_t max);
int ph__tls_add_alt_names(struct ph__buf *out, X509 *cert, size_t max);
int ph__tls_add_key(struct ph__buf *out, X509 *cert);
int ph__tls_add_pin(struct ph__buf *out, X509 *cert);
bool ph__tls_hash_key(unsigned char hash[PH__TLS_HASH], X509 *cert);
bool ph__tls_time(int64_t *out, const ASN1_TIME *time);
int ph__tls_add_time(struct ph__buf *out, const ASN1_TIME *time);

#endif
