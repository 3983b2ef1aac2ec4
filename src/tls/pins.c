/* Pinned keys: the server's key is known, so nobody has to vouch for it. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "tls/parts.h"

#define PREFIX "sha256//"

static int read_pin(unsigned char out[PH__TLS_HASH], const char *text,
                    struct ph__buf *why)
{
    struct ph__buf hash = PH__BUF(PH__TLS_HASH + 2); /* base64 goes by threes */
    size_t prefix = strlen(PREFIX);
    int rc = PH_E_INVALID;
    if (!strncmp(text, PREFIX, prefix))
        rc = ph__base64_decode(&hash, text + prefix, strlen(text + prefix));
    if (rc == PH_OK && hash.len == PH__TLS_HASH)
        memcpy(out, hash.data, PH__TLS_HASH);
    else if (rc != PH_E_NOMEM)
        rc = PH_E_INVALID;
    if (rc == PH_E_INVALID)
        (void)ph__buf_format(why,
                             "%.100s is no pin: write " PREFIX
                             " and the base64 of a SHA-256 (44 characters)",
                             text);
    ph__buf_done(&hash);
    return rc;
}

static bool is_pinned(const struct ph__tls_context *ctx, X509 *cert)
{
    unsigned char hash[PH__TLS_HASH];
    if (!ph__tls_hash_key(hash, cert))
        return false;
    for (size_t i = 0; i < ctx->pin_count; i++)
        if (!memcmp(hash, ctx->pins[i], sizeof(hash)))
            return true;
    return false;
}

/* OpenSSL verifies as ever, with the certificate itself as the only one
 * trusted, and none between: so that names, dates and purpose are checked. */
static int verify_alone(X509_STORE_CTX *store, X509 *cert)
{
    STACK_OF(X509) *trusted = sk_X509_new_null();
    if (!trusted || !sk_X509_push(trusted, cert)) {
        sk_X509_free(trusted);
        X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM);
        return 0;
    }
    X509_STORE_CTX_set0_untrusted(store, NULL);
    X509_STORE_CTX_set0_trusted_stack(store, trusted);
    X509_STORE_CTX_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    int ret = X509_verify_cert(store);
    X509_STORE_CTX_set0_trusted_stack(store, NULL);
    sk_X509_free(trusted);
    return ret;
}

static int verify_pinned(X509_STORE_CTX *store, void *user)
{
    X509 *cert = X509_STORE_CTX_get0_cert(store);
    if (is_pinned(user, cert))
        return verify_alone(store, cert);
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    X509_STORE_CTX_set_error_depth(store, 0);
    X509_STORE_CTX_set_current_cert(store, cert);
    return ph__tls_judge_peer(0, store);
}

int ph__tls_pin(struct ph__tls_context *ctx, const struct ph__tls_options *opts,
                struct ph__buf *why)
{
    if (!opts->pin_count)
        return PH_OK;
    if (opts->pin_count > PH__TLS_PINS_MAX)
        return PH_E_LIMIT;
    ctx->pins = calloc(opts->pin_count, sizeof(*ctx->pins));
    if (!ctx->pins)
        return PH_E_NOMEM;
    for (; ctx->pin_count < opts->pin_count; ctx->pin_count++) {
        const char *text = opts->pins[ctx->pin_count];
        int rc = read_pin(ctx->pins[ctx->pin_count], text, why);
        if (rc)
            return rc;
    }
    SSL_CTX_set_cert_verify_callback(ctx->ssl, verify_pinned, ctx);
    return PH_OK;
}
