/* tls/tls.h - TLS as a transformer of buffers: OpenSSL over memory BIOs.
 * No sockets. The only layer that sees libssl. Whatever a call appends to
 * `cipher` must be sent, also when the call failed (alerts). */
#ifndef TLS_TLS_H
#define TLS_TLS_H

#include "base/buf.h"

struct ph__tls_options {
    /* Client: */
    const char *ca_file; /* PEM; NULL = the system's store */
    bool insecure;       /* do not verify the peer */
    /* Server (both set): */
    const char *cert_file; /* PEM, chain */
    const char *key_file;  /* PEM */
};

/* Shared by the sessions of a client, or of a server. A session keeps what it
 * needs of it: the context may be freed first. */
struct ph__tls_context;
/* PH_E_TLS (why: which file, what is wrong with it), PH_E_NOMEM, PH_E_INVALID
 * (one of cert_file and key_file). */
int ph__tls_context_new(struct ph__tls_context **out,
                        const struct ph__tls_options *opts,
                        struct ph__buf *why);
void ph__tls_context_free(struct ph__tls_context *ctx);

struct ph__tls;
/* `name` is what the certificate must be for, and SNI unless it is an IP
 * address; NULL with a server's context. PH_E_NOMEM, PH_E_TLS (not a name),
 * PH_E_INVALID (the context is for the other side). */
int ph__tls_new(struct ph__tls **out, struct ph__tls_context *ctx,
                const char *name);
void ph__tls_free(struct ph__tls *t);

/* Begins the handshake: a client's first flight goes to `cipher`. */
int ph__tls_start(struct ph__tls *t, struct ph__buf *cipher);
/* Bytes from the peer. Appends what they decrypt to, and what must be
 * answered. PH_OK; PH_E_TLS: see ph__tls_problem(); PH_E_NOMEM; PH_E_LIMIT.
 * `plain` should have room for `len` and two records (32 KiB) more. */
int ph__tls_receive(struct ph__tls *t, const char *data, size_t len,
                    struct ph__buf *plain, struct ph__buf *cipher);
/* Encrypts all of `data`; only when up. PH_OK, PH_E_TLS, PH_E_NOMEM. */
int ph__tls_send(struct ph__tls *t, const char *data, size_t len,
                 struct ph__buf *cipher);
/* Says close_notify (RFC 8446 6.1). Errors do not matter any more. */
void ph__tls_close(struct ph__tls *t, struct ph__buf *cipher);

/* The handshake is done, the peer verified unless `insecure`. */
bool ph__tls_up(const struct ph__tls *t);
/* The peer said close_notify. */
bool ph__tls_closed(const struct ph__tls *t);
/* Chain and name were right: the truth, also when `insecure`. */
bool ph__tls_verified(const struct ph__tls *t);
/* Borrowed until the next call on t; "" when there is nothing to say. */
const char *ph__tls_problem(const struct ph__tls *t); /* "certificate has
    expired (depth 0, CN=mail.example.test)" */
const char *ph__tls_version(const struct ph__tls *t); /* "TLSv1.3" */
const char *ph__tls_cipher(const struct ph__tls *t);

#endif
