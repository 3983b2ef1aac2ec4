/* Whom we talk to: the expected name, and what is wrong with a certificate. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "base/text.h"
#include "tls/parts.h"

enum { SUBJECT_MAX = 200, NAMES_MAX = 400 };

static bool is_address(const char *name)
{
    unsigned char scratch[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, name, scratch) == 1 ||
           inet_pton(AF_INET6, name, scratch) == 1;
}

int ph__tls_expect_peer(struct ph__tls *t)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
    /* RFC 9525 6.3: no "f*.example"; 2: no name out of the subject. */
    X509_VERIFY_PARAM_set_hostflags(param,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    /* A zone ("%eth0") is ours alone; no certificate names one. */
    if (strchr(t->name, ':'))
        t->name[strcspn(t->name, "%")] = '\0';
    if (is_address(t->name))
        return X509_VERIFY_PARAM_set1_ip_asc(param, t->name) == 1;

    /* RFC 6066 3: a name without its trailing dot, and never an address. */
    size_t len = strlen(t->name);
    if (len > 1 && t->name[len - 1] == '.')
        t->name[len - 1] = '\0';
    return *t->name && SSL_set1_host(t->ssl, t->name) == 1 &&
           SSL_set_tlsext_host_name(t->ssl, t->name) == 1;
}

static void add_subject(struct ph__buf *out, const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio)
        return;
    X509_NAME_print_ex(bio, name, 0,
                       XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB &
                           ~XN_FLAG_SPC_EQ);
    char *text;
    long len = BIO_get_mem_data(bio, &text);
    if (len > 0)
        (void)ph__buf_add(out, text,
                          len < SUBJECT_MAX ? (size_t)len : SUBJECT_MAX);
    else
        (void)ph__buf_add_text(out, "no subject");
    BIO_free(bio);
}

static void add_alt_name(struct ph__buf *out, const GENERAL_NAME *name)
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
    if (type != GEN_DNS && type != GEN_IPADD)
        return;
    char address[INET6_ADDRSTRLEN] = "?";
    const char *text = (const char *)ASN1_STRING_get0_data(value);
    size_t len = (size_t)ASN1_STRING_length(value);
    if (type == GEN_IPADD) {
        inet_ntop(len == 4 ? AF_INET : AF_INET6, text, address,
                  len == 4 || len == 16 ? sizeof(address) : 0);
        text = address;
        len = strlen(address);
    }
    if (out->len + len > NAMES_MAX)
        return;
    if (out->len)
        (void)ph__buf_add_text(out, ", ");
    (void)ph__buf_add(out, text, len);
}

/* "a.example, *.b.example, 192.0.2.1" */
static void list_names(struct ph__buf *out, X509 *cert)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        add_alt_name(out, sk_GENERAL_NAME_value(names, i));
    GENERAL_NAMES_free(names);
}

static void add_mismatch(struct ph__tls *t, X509 *cert)
{
    struct ph__buf names = PH__BUF(NAMES_MAX + 2);
    list_names(&names, cert);
    (void)ph__buf_format(
        &t->problem, ": expected %.253s, but the certificate is for %s",
        t->name, names.len ? names.data : "no host name or address at all");
    ph__buf_done(&names);
}

static void add_issuer(struct ph__tls *t, const X509 *cert)
{
    (void)ph__buf_add_text(&t->problem, ": ");
    add_subject(&t->problem, X509_get_issuer_name(cert));
}

/* "certificate has expired (depth 0, CN=mail.example.test)" */
static void describe(struct ph__tls *t, X509_STORE_CTX *store)
{
    int error = X509_STORE_CTX_get_error(store);
    X509 *cert = X509_STORE_CTX_get_current_cert(store);
    (void)ph__buf_add_text(&t->problem, X509_verify_cert_error_string(error));
    if (!cert)
        return;
    if (error == X509_V_ERR_HOSTNAME_MISMATCH ||
        error == X509_V_ERR_IP_ADDRESS_MISMATCH)
        add_mismatch(t, cert);
    else if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
        add_issuer(t, cert);
    (void)ph__buf_format(&t->problem, " (depth %d, ",
                         X509_STORE_CTX_get_error_depth(store));
    add_subject(&t->problem, X509_get_subject_name(cert));
    (void)ph__buf_add_text(&t->problem, ")");
    ph__text_make_printable(t->problem.data, t->problem.len, false);
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
    return t->ctx->insecure;
}
