/* tls/tls.h - TLS as a transformer of buffers: OpenSSL over memory BIOs.
 * No sockets. The only layer that sees libssl. Whatever a call appends to
 * `cipher` must be sent, also when the call failed (alerts). */
#ifndef TLS_TLS_H
#define TLS_TLS_H

#include "base/buf.h"
#include "tls/reason.h"

enum ph__tls_floor {
    PH__TLS_1_2, /* RFC 9325 3.1.1: nothing older, ever */
    PH__TLS_1_3,
};

/* All borrowed for the duration of ph__tls_context_new(), but the callback. */
struct ph__tls_options {
    bool server;
    enum ph__tls_floor min;
    /* What we show: both or none; a server shows something. A client's are
     * sent to servers that ask. */
    const char *cert_file; /* PEM, the chain */
    const char *key_file;  /* PEM, no password on it */

    /* The rest is a client's. */
    const char *ca_file; /* PEM; NULL = the system's store */
    /* "sha256//BASE64" of the SubjectPublicKeyInfo (RFC 7469 2.4). With pins
     * the server's key must be one of them; who issued its certificate does
     * not count, names and dates do. */
    const char *const *pins;
    size_t pin_count;
    bool insecure; /* go on whoever it is; the truth is told all the same */

    /* A line for each secret, without its line end, as SSLKEYLOGFILE has it:
     * whoever reads them reads the session. */
    void (*key_log)(void *user, const char *line);
    void *key_log_user;
};

/* Shared by the sessions of a client, or of a server; used by one thread. A
 * session keeps what it needs of it: the context may be freed first. A
 * client's context keeps sessions to be resumed: who verifies in another way
 * takes another context. */
struct ph__tls_context;
/* `why` is "what happened: what to do about it". PH_E_TLS (a file),
 * PH_E_INVALID (options that do not go together, a malformed pin),
 * PH_E_LIMIT (pins), PH_E_NOMEM. */
int ph__tls_context_new(struct ph__tls_context **out,
                        const struct ph__tls_options *opts,
                        struct ph__buf *why);
void ph__tls_context_free(struct ph__tls_context *ctx);

struct ph__tls;
/* `name` is what the certificate must be for, and SNI unless it is an IP
 * address; NULL with a server's context. PH_E_NOMEM, PH_E_TLS (not a name),
 * PH_E_INVALID (the context is for the other side). tls/peer.h says more
 * about a peer. */
int ph__tls_new(struct ph__tls **out, struct ph__tls_context *ctx,
                const char *name);
void ph__tls_free(struct ph__tls *t);

/* Begins the handshake: a client's first flight goes to `cipher`. */
int ph__tls_start(struct ph__tls *t, struct ph__buf *cipher);
/* Octets from the peer. Appends what they decrypt to, and what must be
 * answered. PH_OK; PH_E_TLS: see ph__tls_problem(); PH_E_NOMEM; PH_E_LIMIT.
 * `plain` should have room for `len` and two records (32 KiB) more. */
int ph__tls_receive(struct ph__tls *t, const char *data, size_t len,
                    struct ph__buf *plain, struct ph__buf *cipher);
/* Encrypts all of `data`; only when up. PH_OK, PH_E_TLS, PH_E_NOMEM. */
int ph__tls_send(struct ph__tls *t, const char *data, size_t len,
                 struct ph__buf *cipher);
/* Says close_notify (RFC 8446 6.1). Errors do not matter any more. */
void ph__tls_close(struct ph__tls *t, struct ph__buf *cipher);
/* The transport has come to its end. PH_OK: after a close_notify, all is
 * there. PH_E_CLOSED: somebody cut it (RFC 8446 6.1), see the problem. */
int ph__tls_end(struct ph__tls *t);

/* The handshake is done, the peer verified unless `insecure`. */
bool ph__tls_up(const struct ph__tls *t);
/* The peer said close_notify. */
bool ph__tls_closed(const struct ph__tls *t);
/* It is who was expected: the truth, also when `insecure` or resumed. */
bool ph__tls_verified(const struct ph__tls *t);
/* An earlier session goes on: no certificate was sent this time. */
bool ph__tls_resumed(const struct ph__tls *t);
/* Why it failed, or why the peer is not verified. */
enum ph__tls_reason ph__tls_reason(const struct ph__tls *t);
/* The same in words: "what happened: what to do about it"; "" when there is
 * nothing to say. Borrowed until the next call on t. */
const char *ph__tls_problem(const struct ph__tls *t);
const char *ph__tls_version(const struct ph__tls *t); /* "TLSv1.3" */
const char *ph__tls_cipher(const struct ph__tls *t);

#endif
