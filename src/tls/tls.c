#include "tls/tls.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "tls/parts.h"

static int set_up(struct ph__tls *t, const struct ph__tls_peer *peer)
{
    t->ssl = SSL_new(t->ctx->ssl);
    BIO *bio = t->ssl ? ph__tls_bio_new(t) : NULL;
    if (!bio)
        return PH_E_NOMEM;
    SSL_set_bio(t->ssl, bio, bio);
    SSL_set_app_data(t->ssl, t);
    if (!peer->name) {
        SSL_set_accept_state(t->ssl);
        return PH_OK;
    }
    SSL_set_connect_state(t->ssl);
    return ph__tls_expect(t, peer);
}

int ph__tls_new(struct ph__tls **out, struct ph__tls_context *ctx,
                const char *name)
{
    return ph__tls_new_peer(out, ctx, &(struct ph__tls_peer){.name = name});
}

int ph__tls_new_peer(struct ph__tls **out, struct ph__tls_context *ctx,
                     const struct ph__tls_peer *peer)
{
    if (ctx->server == (peer->name != NULL))
        return PH_E_INVALID;
    struct ph__tls *t = calloc(1, sizeof(*t));
    if (!t)
        return PH_E_NOMEM;
    t->ctx = ctx;
    ctx->refs++;
    ph__buf_init(&t->problem, PH__TLS_PROBLEM_MAX);
    ERR_clear_error();
    int rc = set_up(t, peer);
    ERR_clear_error();
    if (rc) {
        ph__tls_free(t);
        return rc;
    }
    *out = t;
    return PH_OK;
}

void ph__tls_free(struct ph__tls *t)
{
    if (!t)
        return;
    SSL_free(t->ssl);
    ph__kept_free(t->offered);
    ph__tls_context_free(t->ctx);
    ph__buf_done(&t->problem);
    free(t->name);
    free(t);
}

/* Every use of OpenSSL stands between enter() and leave(): the buffers are
 * lent for that long, and no error of one session reaches another. */
static void enter(struct ph__tls *t, const char *data, size_t len,
                  struct ph__buf *cipher)
{
    t->in = data;
    t->in_len = len;
    t->cipher = cipher;
    ERR_clear_error();
}

static int leave(struct ph__tls *t, int rc)
{
    t->in = NULL;
    t->in_len = 0;
    t->cipher = NULL;
    ERR_clear_error();
    if (!rc)
        rc = t->cipher_rc;
    t->broken = t->broken || rc;
    return rc;
}

/* What a call that did not succeed means. */
static int judge(struct ph__tls *t, int ret)
{
    int error = SSL_get_error(t->ssl, ret);
    if (error == SSL_ERROR_WANT_READ)
        return PH_OK;
    if (error == SSL_ERROR_ZERO_RETURN) {
        t->closed = true;
        return PH_OK;
    }
    if (t->cipher_rc)
        return t->cipher_rc;
    /* What is wrong with the certificate says more than "verify failed",
     * unless it was let pass and this is something else. */
    if (t->up || !t->doubted || t->lenient)
        ph__tls_explain(t);
    return PH_E_TLS;
}

static int shake_hands(struct ph__tls *t)
{
    int ret = SSL_do_handshake(t->ssl);
    if (ret != 1)
        return judge(t, ret);
    ph__tls_settle_session(t);
    t->up = true;
    return PH_OK;
}

static int decrypt(struct ph__tls *t, struct ph__buf *plain)
{
    for (;;) {
        int rc = ph__buf_reserve(plain, PH__TLS_RECORD);
        if (rc)
            return rc;
        size_t got = 0;
        ERR_clear_error();
        int ret =
            SSL_read_ex(t->ssl, plain->data + plain->len, PH__TLS_RECORD, &got);
        if (ret != 1)
            return judge(t, ret);
        plain->len += got;
        plain->data[plain->len] = '\0';
    }
}

int ph__tls_start(struct ph__tls *t, struct ph__buf *cipher)
{
    if (t->broken || t->up)
        return PH_E_INVALID;
    enter(t, NULL, 0, cipher);
    return leave(t, shake_hands(t));
}

/* Clear text can be quoted only while it is there. */
static void remember_first(struct ph__tls *t, const char *data, size_t len)
{
    size_t room = sizeof(t->first) - t->first_len;
    size_t n = len < room ? len : room;
    if (n)
        memcpy(t->first + t->first_len, data, n);
    t->first_len += n;
}

int ph__tls_receive(struct ph__tls *t, const char *data, size_t len,
                    struct ph__buf *plain, struct ph__buf *cipher)
{
    if (t->broken)
        return PH_E_TLS;
    if (t->closed)
        return PH_OK; /* RFC 8446 6.1: what follows is ignored */
    if (!t->up)
        remember_first(t, data, len);
    enter(t, data, len, cipher);
    int rc = t->up ? PH_OK : shake_hands(t);
    if (!rc && t->up)
        rc = decrypt(t, plain);
    return leave(t, rc);
}

int ph__tls_send(struct ph__tls *t, const char *data, size_t len,
                 struct ph__buf *cipher)
{
    if (t->broken || !t->up)
        return PH_E_TLS;
    if (!len)
        return PH_OK;
    enter(t, NULL, 0, cipher);
    size_t written;
    int ret = SSL_write_ex(t->ssl, data, len, &written);
    if (ret == 1)
        return leave(t, PH_OK);
    int rc = judge(t, ret);
    return leave(t, rc ? rc : PH_E_TLS);
}

void ph__tls_close(struct ph__tls *t, struct ph__buf *cipher)
{
    if (t->broken || !t->up || t->closing)
        return;
    t->closing = true;
    enter(t, NULL, 0, cipher);
    (void)SSL_shutdown(t->ssl);
    (void)leave(t, PH_OK);
}

int ph__tls_end(struct ph__tls *t)
{
    if (t->closed)
        return PH_OK;
    if (t->broken)
        return PH_E_CLOSED; /* what broke it says more */
    t->broken = true;
    t->reason = PH__TLS_CUT;
    ph__buf_clear(&t->problem);
    (void)ph__buf_format(
        &t->problem, "%s%s: %s", ph__tls_reason_what(t->reason),
        t->up ? "" : ", in the handshake", ph__tls_reason_advice(t->reason));
    return PH_E_CLOSED;
}

bool ph__tls_up(const struct ph__tls *t)
{
    return t->up;
}

bool ph__tls_closed(const struct ph__tls *t)
{
    return t->closed;
}

bool ph__tls_verified(const struct ph__tls *t)
{
    return t->up && t->name && !t->doubted;
}

bool ph__tls_resumed(const struct ph__tls *t)
{
    return t->resumed;
}

enum ph__tls_reason ph__tls_reason(const struct ph__tls *t)
{
    return t->reason;
}

const char *ph__tls_problem(const struct ph__tls *t)
{
    /* The reason survives when memory for words is short. */
    return t->problem.len ? t->problem.data : ph__tls_reason_what(t->reason);
}

const char *ph__tls_version(const struct ph__tls *t)
{
    return t->up ? SSL_get_version(t->ssl) : "";
}

const char *ph__tls_cipher(const struct ph__tls *t)
{
    return t->up ? SSL_get_cipher_name(t->ssl) : "";
}
