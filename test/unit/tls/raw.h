/* A client of tls/ and a server made of OpenSSL alone, which may be as weak,
 * old or rude as it likes; the same client's context over many connections. */
#ifndef TEST_TLS_RAW_H
#define TEST_TLS_RAW_H

#include <openssl/ssl.h>

#include "pair.h"
#include "tls/peer.h"

#define MAIL "mail.example.test"

struct raw {
    SSL_CTX *ctx; /* the server's: change it before raw_connect() */
    SSL *ssl;
    struct ph__tls_context *ours;
    struct ph__tls *client;
    struct ph__buf cipher; /* from the client, under way */
    struct ph__buf plain;  /* what the client has read */
    int rc;                /* the client's first failure */
};

/* `cert` is a name of certs.py. `opts` NULL: trust ca.pem. */
void raw_init(struct raw *r, const char *cert,
              const struct ph__tls_options *opts);
void raw_done(struct raw *r);

/* A new connection, as far as it goes. */
void raw_connect(struct raw *r, const struct ph__tls_peer *peer);
void raw_connect_to(struct raw *r, const char *name);
/* In two steps: what the client says first; then what follows from it. */
void raw_begin(struct raw *r, const struct ph__tls_peer *peer);
bool raw_step(struct raw *r); /* true while something moved */
void raw_run(struct raw *r);
/* Both sides say close_notify; the contexts stay. */
void raw_disconnect(struct raw *r);

#endif
