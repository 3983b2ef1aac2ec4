#include "tls/cert.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "tls/parts.h"

enum { TEXT_MAX = 1024 };

static X509 *at(const struct ph__tls *t, size_t depth)
{
    if (depth == 0)
        return SSL_get0_peer_certificate(t->ssl);
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(t->ssl);
    size_t count = chain ? (size_t)sk_X509_num(chain) : 0;
    return depth < count ? sk_X509_value(chain, (int)depth) : NULL;
}

/* What `add` gave goes into a field, cut and printable. */
static int put(char *field, size_t size, struct ph__buf *text, int rc)
{
    if (!rc) {
        size_t len = text->len < size ? text->len : size - 1;
        memcpy(field, ph__buf_text(text), len);
        field[len] = '\0';
        ph__text_make_printable(field, len, false);
    }
    ph__buf_clear(text);
    return rc;
}

static int put_words(struct ph__tls_cert *c, X509 *cert, struct ph__buf *text)
{
    const char *signature = OBJ_nid2ln(X509_get_signature_nid(cert));
    int rc = ph__tls_add_name(text, X509_get_subject_name(cert), TEXT_MAX);
    rc = put(c->subject, sizeof(c->subject), text, rc);
    rc = rc ? rc : ph__tls_add_name(text, X509_get_issuer_name(cert), TEXT_MAX);
    rc = put(c->issuer, sizeof(c->issuer), text, rc);
    rc = rc ? rc : ph__tls_add_alt_names(text, cert, sizeof(c->names));
    rc = put(c->names, sizeof(c->names), text, rc);
    rc = rc ? rc : ph__tls_add_key(text, cert);
    rc = put(c->key, sizeof(c->key), text, rc);
    rc = rc ? rc : ph__buf_add_text(text, signature);
    rc = put(c->signature, sizeof(c->signature), text, rc);
    rc = rc ? rc : ph__tls_add_pin(text, cert);
    return put(c->pin, sizeof(c->pin), text, rc);
}

static int fill(struct ph__tls_cert *c, X509 *cert)
{
    struct ph__buf text = PH__BUF(TEXT_MAX);
    int rc = put_words(c, cert, &text);
    ph__buf_done(&text);
    /* A date that cannot be read is 0: such a certificate is not verified. */
    (void)ph__tls_time(&c->not_before, X509_get0_notBefore(cert));
    (void)ph__tls_time(&c->not_after, X509_get0_notAfter(cert));
    if (!rc && X509_digest(cert, EVP_sha256(), c->sha256, NULL) != 1)
        rc = PH_E_NOMEM;
    return rc;
}

int ph__tls_cert(struct ph__tls_cert *out, struct ph__tls *t, size_t depth)
{
    if (!t->up)
        return PH_E_INVALID;
    X509 *cert = at(t, depth);
    if (!cert)
        return PH_E_INVALID;
    struct ph__tls_cert c = {0};
    ERR_clear_error();
    int rc = fill(&c, cert);
    ERR_clear_error();
    if (!rc)
        *out = c;
    return rc;
}
