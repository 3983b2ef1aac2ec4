/* What the sessions of a client, or of a server, share. */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509err.h>

#include "tls/parts.h"

/* Without this OpenSSL would ask for the password at the terminal. */
static int no_password(char *buf, int size, int writing, void *asked)
{
    *(bool *)asked = true;
    return -1;
}

static bool set_common(struct ph__tls_context *ctx)
{
    SSL_CTX_set_options(ctx->ssl,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    /* An idle session keeps no buffers; a certificate file is sent as it is,
     * without what the CA file could add. */
    SSL_CTX_set_mode(ctx->ssl,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    /* RFC 9325 3.1.1 and 4.1: TLS 1.2 at least, 112 bits at least. */
    SSL_CTX_set_security_level(ctx->ssl, 2);
    int min = ctx->min == PH__TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    return SSL_CTX_set_min_proto_version(ctx->ssl, min) == 1;
}

/* "cannot use WHAT FILE (REASON): ADVICE"; empties the error queue. */
static int fail(struct ph__buf *why, const char *what, const char *file,
                const char *advice)
{
    (void)ph__buf_format(why, "cannot use %s", what);
    if (file)
        (void)ph__buf_format(why, " %.400s", file);
    (void)ph__buf_add_text(why, " (");
    ph__tls_explain_file(why);
    (void)ph__buf_format(why, "): %s", advice);
    return PH_E_TLS;
}

static int fail_key(struct ph__buf *why, const char *file, bool locked)
{
    unsigned long error = ERR_peek_error();
    bool other = ERR_GET_LIB(error) == ERR_LIB_X509 &&
                 ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH;
    if (other)
        return fail(why, "key file", file,
                    "it belongs to another certificate: give the key of "
                    "this one");
    if (!locked)
        return fail(why, "key file", file, "give a private key in PEM");
    (void)ph__buf_format(why,
                         "cannot use key file %.400s (a password is on it): "
                         "write it anew without: openssl pkey -in OLD -out NEW",
                         file);
    return PH_E_TLS;
}

/* Who we are. */
static int show(SSL_CTX *ssl, const struct ph__tls_options *opts,
                struct ph__buf *why)
{
    if (SSL_CTX_use_certificate_chain_file(ssl, opts->cert_file) != 1)
        return fail(why, "certificate file", opts->cert_file,
                    "give a certificate in PEM, and after it those that "
                    "prove it");
    bool locked = false;
    SSL_CTX_set_default_passwd_cb(ssl, no_password);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, &locked);
    int ok = SSL_CTX_use_PrivateKey_file(ssl, opts->key_file, SSL_FILETYPE_PEM);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, NULL);
    return ok == 1 ? PH_OK : fail_key(why, opts->key_file, locked);
}

/* Whom to trust. */
static int trust(SSL_CTX *ssl, const char *ca_file, struct ph__buf *why)
{
    if (!ca_file)
        return SSL_CTX_set_default_verify_paths(ssl) == 1
                   ? PH_OK
                   : fail(why, "the system's certificates", NULL,
                          "install them, or give a CA file");
    if (SSL_CTX_load_verify_file(ssl, ca_file) != 1)
        return fail(why, "CA file", ca_file, "give certificates in PEM");
    /* What the file holds is trusted, be it a root or not. */
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl),
                                X509_V_FLAG_PARTIAL_CHAIN);
    return PH_OK;
}

/* Called when a server asks and we have nothing to show. */
static int be_asked(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
    struct ph__tls *t = SSL_get_app_data(ssl);
    t->asked = true;
    return 0;
}

static void log_key(const SSL *ssl, const char *line)
{
    const struct ph__tls *t = SSL_get_app_data(ssl);
    t->ctx->key_log(t->ctx->key_log_user, line);
}

static int set_client(struct ph__tls_context *ctx,
                      const struct ph__tls_options *opts, struct ph__buf *why)
{
    SSL_CTX_set_verify(ctx->ssl, SSL_VERIFY_PEER, ph__tls_judge_peer);
    SSL_CTX_set_client_cert_cb(ctx->ssl, be_asked);
    ph__tls_keep_sessions(ctx);
    if (SSL_CTX_dane_enable(ctx->ssl) != 1)
        return PH_E_NOMEM;
    SSL_CTX_dane_set_flags(ctx->ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    int rc = ph__tls_pin(ctx, opts, why);
    return rc ? rc : trust(ctx->ssl, opts->ca_file, why);
}

static void set_server(SSL_CTX *ssl)
{
    /* Nobody comes back to a server for trying things out. */
    SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ssl, 0);
}

static int set_up(struct ph__tls_context *ctx,
                  const struct ph__tls_options *opts, struct ph__buf *why)
{
    ctx->bio = ph__tls_bio_method();
    ctx->ssl =
        SSL_CTX_new(ctx->server ? TLS_server_method() : TLS_client_method());
    if (!ctx->bio || !ctx->ssl || !set_common(ctx))
        return PH_E_NOMEM;
    if (opts->key_log)
        SSL_CTX_set_keylog_callback(ctx->ssl, log_key);
    int rc = PH_OK;
    if (ctx->server)
        set_server(ctx->ssl);
    else
        rc = set_client(ctx, opts, why);
    return rc || !opts->cert_file ? rc : show(ctx->ssl, opts, why);
}

static bool is_whole(const struct ph__tls_options *opts)
{
    return !opts->cert_file == !opts->key_file &&
           (!opts->server || opts->cert_file);
}

int ph__tls_context_new(struct ph__tls_context **out,
                        const struct ph__tls_options *opts, struct ph__buf *why)
{
    if (!is_whole(opts)) {
        (void)ph__buf_add_text(
            why, "certificate and key go together: give both files");
        return PH_E_INVALID;
    }
    struct ph__tls_context *ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return PH_E_NOMEM;
    ctx->refs = 1;
    ctx->server = opts->server;
    ctx->insecure = opts->insecure;
    ctx->min = opts->min;
    ctx->key_log = opts->key_log;
    ctx->key_log_user = opts->key_log_user;
    ph__list_init(&ctx->kept);
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
    ph__tls_forget_sessions(ctx);
    SSL_CTX_free(ctx->ssl);
    BIO_meth_free(ctx->bio);
    free(ctx->pins);
    free(ctx);
}
