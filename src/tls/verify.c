/* What is wrong with a certificate, and whether that ends the handshake. */
#include <openssl/x509v3.h>

#include "base/text.h"
#include "tls/parts.h"

/* The names that it has, for people: a zero octet in one ends nothing. False
 * when it has none at all. */
static bool list_names(struct ph__buf *out, X509 *cert)
{
    if (ph__tls_add_alt_names(out, cert, PH__TLS_LIST_MAX)) {
        ph__buf_clear(out); /* out of memory: nobody knows */
        return true;
    }
    if (out->len)
        ph__text_make_printable(out->data, out->len, false);
    return out->len;
}

static void add_what(struct ph__tls *t, const struct ph__buf *names)
{
    const char *what = ph__tls_reason_what(t->reason);
    if (t->reason == PH__TLS_WRONG_NAME && names->len)
        (void)ph__buf_format(&t->problem, "certificate is for %s, not for %s",
                             names->data, t->name);
    else if (t->reason == PH__TLS_NO_NAME)
        (void)ph__buf_format(&t->problem, "%s, where %s is expected", what,
                             t->name);
    else
        (void)ph__buf_add_text(&t->problem, what);
}

static void add_more(struct ph__buf *out, enum ph__tls_reason reason, int error,
                     X509 *cert)
{
    (void)ph__buf_add_text(out, ", ");
    if (reason == PH__TLS_EXPIRED) {
        (void)ph__buf_add_text(out, "valid until ");
        (void)ph__tls_add_time(out, X509_get0_notAfter(cert));
    } else if (reason == PH__TLS_NOT_YET) {
        (void)ph__buf_add_text(out, "valid from ");
        (void)ph__tls_add_time(out, X509_get0_notBefore(cert));
    } else if (reason == PH__TLS_WEAK_KEY) {
        (void)ph__tls_add_key(out, cert);
    } else if (reason == PH__TLS_WEAK_DIGEST) {
        (void)ph__buf_add_text(out, OBJ_nid2ln(X509_get_signature_nid(cert)));
    } else if (reason == PH__TLS_NOT_PINNED) {
        (void)ph__tls_add_pin(out, cert);
    } else if (reason == PH__TLS_OTHER) {
        (void)ph__buf_add_text(out, X509_verify_cert_error_string(error));
    } else {
        (void)ph__buf_add_text(out, "issued by ");
        (void)ph__tls_add_name(out, X509_get_issuer_name(cert),
                               PH__TLS_SUBJECT_MAX);
    }
}

static void add_certificate(struct ph__tls *t, X509_STORE_CTX *store,
                            X509 *cert)
{
    (void)ph__buf_format(&t->problem, " (depth %d, ",
                         X509_STORE_CTX_get_error_depth(store));
    (void)ph__tls_add_name(&t->problem, X509_get_subject_name(cert),
                           PH__TLS_SUBJECT_MAX);
    add_more(&t->problem, t->reason, X509_STORE_CTX_get_error(store), cert);
    (void)ph__buf_add_text(&t->problem, ")");
}

/* "certificate has expired (depth 0, CN=mail.example.test, valid until
 * 2021-01-01 00:00 UTC): its owner has to renew it ..." */
static void describe(struct ph__tls *t, X509_STORE_CTX *store)
{
    X509 *cert = X509_STORE_CTX_get_current_cert(store);
    struct ph__buf names = PH__BUF(PH__TLS_LIST_MAX);
    t->reason = ph__tls_reason_of_verify(X509_STORE_CTX_get_error(store));
    if (cert && !list_names(&names, cert) && t->reason == PH__TLS_WRONG_NAME)
        t->reason = PH__TLS_NO_NAME;
    /* All of it or none: the reason has words of its own. */
    if (!ph__buf_reserve(&t->problem, PH__TLS_PROBLEM_MAX)) {
        add_what(t, &names);
        if (cert)
            add_certificate(t, store, cert);
        (void)ph__buf_format(&t->problem, ": %s",
                             ph__tls_reason_advice(t->reason));
        ph__text_make_printable(t->problem.data, t->problem.len, false);
    }
    ph__buf_done(&names);
}

int ph__tls_judge_peer(int ok, X509_STORE_CTX *store)
{
    if (ok)
        return 1;
    SSL *ssl =
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct ph__tls *t = SSL_get_app_data(ssl);
    if (!t->doubted)
        describe(t, store);
    t->doubted = true;
    return t->lenient;
}
