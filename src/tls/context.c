#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "tls/parts.h"

/* Without this OpenSSL would ask for the password at the terminal. */
static int no_password(char *buf, int size, int writing, void *user)
{
    return -1;
}

static bool set_common(SSL_CTX *ssl)
{
    SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(ssl, no_password);
    /* RFC 9325 3.1.1 and 4.1: TLS 1.2 at least, 112 bits at least. */
    SSL_CTX_set_security_level(ssl, 2);
    return SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1;
}

static int fail(struct ph__buf *why, const char *what, const char *file)
{
    (void)ph__buf_add_text(why, what);
    if (file)
        (void)ph__buf_format(why, " %.400s", file);
    (void)ph__buf_add_text(why, ": ");
    ph__tls_explain(why);
    return PH_E_TLS;
}

static int set_client(SSL_CTX *ssl, const char *ca_file, struct ph__buf *why)
{
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, ph__tls_judge_peer);
    if (!ca_file)
        return SSL_CTX_set_default_verify_paths(ssl) == 1
                   ? PH_OK
                   : fail(why, "cannot use the system's certificates", NULL);
    if (SSL_CTX_load_verify_file(ssl, ca_file) != 1)
        return fail(why, "cannot use CA file", ca_file);
    /* What the file holds is trusted, be it a root or not. */
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl),
                                X509_V_FLAG_PARTIAL_CHAIN);
    return PH_OK;
}

static int set_server(SSL_CTX *ssl, const struct ph__tls_options *opts,
                      struct ph__buf *why)
{
    SSL_CTX_set_num_tickets(ssl, 0);
    if (SSL_CTX_use_certificate_chain_file(ssl, opts->cert_file) != 1)
        return fail(why, "cannot use certificate file", opts->cert_file);
    if (SSL_CTX_use_PrivateKey_file(ssl, opts->key_file, SSL_FILETYPE_PEM) != 1)
        return fail(why, "cannot use key file", opts->key_file);
    return PH_OK;
}

static int set_up(struct ph__tls_context *ctx,
                  const struct ph__tls_options *opts, struct ph__buf *why)
{
    ctx->bio = ph__tls_bio_method();
    ctx->ssl =
        SSL_CTX_new(ctx->server ? TLS_server_method() : TLS_client_method());
    if (!ctx->bio || !ctx->ssl || !set_common(ctx->ssl))
        return PH_E_NOMEM;
    return ctx->server ? set_server(ctx->ssl, opts, why)
                       : set_client(ctx->ssl, opts->ca_file, why);
}

int ph__tls_context_new(struct ph__tls_context **out,
                        const struct ph__tls_options *opts, struct ph__buf *why)
{
    if (!opts->cert_file != !opts->key_file)
        return PH_E_INVALID;
    struct ph__tls_context *ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return PH_E_NOMEM;
    ctx->refs = 1;
    ctx->server = opts->cert_file;
    ctx->insecure = opts->insecure;
    ERR_clear_error();
    int rc = set_up(ctx, opts, why);
    ERR_clear_error();
    if (rc) {
        ph__tls_context_free(ctx);
        return rc;
    }
    *out = ctx;
    return PH_OK;
}

void ph__tls_context_free(struct ph__tls_context *ctx)
{
    if (!ctx || --ctx->refs)
        return;
    SSL_CTX_free(ctx->ssl);
    BIO_meth_free(ctx->bio);
    free(ctx);
}
