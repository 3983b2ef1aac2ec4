#include "tls/binding.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "tls/parts.h"

static const char *const names[] = {[PH__TLS_BIND_BEST] = NULL,
#define X(name, text) [PH__TLS_BIND_##name] = text,
                                    PH__TLS_BINDING_MAP(X)
#undef X
};

static bool is_1_3(const struct ph__tls *t)
{
    return SSL_version(t->ssl) >= TLS1_3_VERSION;
}

/* RFC 7627: without it the secret of a session is not its own. */
static bool has_extended_secret(const struct ph__tls *t)
{
    return SSL_get_extms_support(t->ssl) == 1;
}

static int bind_exporter(struct ph__tls_binding *out, struct ph__tls *t)
{
    static const char label[] = "EXPORTER-Channel-Binding";
    enum { OCTETS = 32 };
    if (!is_1_3(t) && !has_extended_secret(t))
        return PH_E_INVALID; /* RFC 9266 4.1 */
    /* A context of no octets is there all the same (RFC 9266 2). */
    if (SSL_export_keying_material(t->ssl, out->data, OCTETS, label,
                                   strlen(label), NULL, 0, 1) != 1)
        return PH_E_NOMEM;
    out->len = OCTETS;
    return PH_OK;
}

/* RFC 5929 4.1: the digest of its signature, but SHA-256 for MD5 and SHA-1;
 * nothing for signatures without a digest of their own (Ed25519). */
static const EVP_MD *digest_of(X509 *cert)
{
    int digest = NID_undef;
    if (X509_get_signature_info(cert, &digest, NULL, NULL, NULL) != 1)
        return NULL;
    if (digest == NID_md5 || digest == NID_sha1)
        digest = NID_sha256;
    return digest == NID_undef ? NULL : EVP_get_digestbynid(digest);
}

static int bind_end_point(struct ph__tls_binding *out, struct ph__tls *t)
{
    X509 *cert = t->ctx->server ? SSL_get_certificate(t->ssl)
                                : SSL_get0_peer_certificate(t->ssl);
    const EVP_MD *digest = cert ? digest_of(cert) : NULL;
    if (!digest || (size_t)EVP_MD_get_size(digest) > sizeof(out->data))
        return PH_E_INVALID;
    unsigned len;
    if (X509_digest(cert, digest, out->data, &len) != 1)
        return PH_E_NOMEM;
    out->len = len;
    return PH_OK;
}

/* RFC 5929 3.1: the first Finished of the latest handshake, which is the
 * client's in a full one and the server's when a session is resumed. */
static int bind_unique(struct ph__tls_binding *out, struct ph__tls *t)
{
    if (is_1_3(t) || (t->resumed && !has_extended_secret(t)))
        return PH_E_INVALID; /* RFC 9266 3, RFC 7627 1 */
    bool first_is_ours = t->ctx->server == t->resumed;
    out->len =
        first_is_ours
            ? SSL_get_finished(t->ssl, out->data, sizeof(out->data))
            : SSL_get_peer_finished(t->ssl, out->data, sizeof(out->data));
    return out->len && out->len <= sizeof(out->data) ? PH_OK : PH_E_INVALID;
}

static int bind_as(struct ph__tls_binding *out, struct ph__tls *t,
                   enum ph__tls_binding_type type)
{
    out->type = names[type];
    switch (type) {
    case PH__TLS_BIND_BEST:
        break;
    case PH__TLS_BIND_EXPORTER:
        return bind_exporter(out, t);
    case PH__TLS_BIND_END_POINT:
        return bind_end_point(out, t);
    case PH__TLS_BIND_UNIQUE:
        return bind_unique(out, t);
    }
    return PH_E_INVALID;
}

/* With 1.2 servers that know any binding know the end point. */
static int bind_best(struct ph__tls_binding *out, struct ph__tls *t)
{
    if (!is_1_3(t)) {
        int rc = bind_as(out, t, PH__TLS_BIND_END_POINT);
        if (rc != PH_E_INVALID)
            return rc;
    }
    return bind_as(out, t, PH__TLS_BIND_EXPORTER);
}

int ph__tls_bind(struct ph__tls_binding *out, struct ph__tls *t,
                 enum ph__tls_binding_type type)
{
    if (!t->up || t->broken)
        return PH_E_INVALID;
    struct ph__tls_binding binding = {0};
    ERR_clear_error();
    int rc = type == PH__TLS_BIND_BEST ? bind_best(&binding, t)
                                       : bind_as(&binding, t, type);
    ERR_clear_error();
    if (!rc)
        *out = binding;
    return rc;
}
