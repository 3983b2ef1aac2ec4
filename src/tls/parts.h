/* tls/parts.h - what the files of this layer share; nobody else includes it. */
#ifndef TLS_PARTS_H
#define TLS_PARTS_H

#include <openssl/ssl.h>

#include "tls/tls.h"

enum { PH__TLS_PROBLEM_MAX = 1024 };

struct ph__tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *bio;
    size_t refs; /* sessions, and whoever made it */
    bool server;
    bool insecure;
};

struct ph__tls {
    struct ph__tls_context *ctx;
    SSL *ssl;
    char *name; /* whom the certificate must name; NULL in a server */

    /* Lent by the caller for the duration of one call: bio.c reads the one
     * and appends to the other. */
    const char *in;
    size_t in_len;
    struct ph__buf *cipher;
    int cipher_rc; /* why something could not be appended */

    struct ph__buf problem;
    bool doubted; /* verification said no, though `insecure` may go on */
    bool up;
    bool closed;  /* the peer said close_notify */
    bool closing; /* we did */
    bool broken;  /* an error ended it: OpenSSL must not be called again */
};

/* bio.c: NULL when out of memory. */
BIO_METHOD *ph__tls_bio_method(void);
BIO *ph__tls_bio_new(struct ph__tls *t);

/* verify.c: what the certificate must be for, and the callback that judges. */
int ph__tls_expect_peer(struct ph__tls *t);
int ph__tls_judge_peer(int ok, X509_STORE_CTX *store);

/* problem.c: the thread's OpenSSL error queue in words; empties it. */
void ph__tls_explain(struct ph__buf *out);

#endif
