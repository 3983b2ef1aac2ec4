/* Whom a client expects: names, and records of the DNS. */
#include "tls/peer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/x509v3.h>

#include "base/text.h"
#include "tls/parts.h"

static bool is_address(const char *name)
{
    unsigned char scratch[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, name, scratch) == 1 ||
           inet_pton(AF_INET6, name, scratch) == 1;
}

/* RFC 6066 3: without the trailing dot. A zone ("%eth0") is ours alone; no
 * certificate names one. */
static void trim(char *name)
{
    if (strchr(name, ':'))
        name[strcspn(name, "%")] = '\0';
    size_t len = strlen(name);
    if (len > 1 && name[len - 1] == '.')
        name[len - 1] = '\0';
}

static int add_further_name(SSL *ssl, const char *text)
{
    char *name = NULL;
    int rc = ph__text_copy(&name, text);
    if (rc)
        return rc;
    trim(name);
    if (is_address(name))
        rc = PH_E_INVALID;
    else if (!*name || SSL_add1_host(ssl, name) != 1)
        rc = PH_E_TLS;
    free(name);
    return rc;
}

static int expect_names(struct ph__tls *t, const struct ph__tls_peer *peer)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
    /* RFC 9525 6.3: no "f*.example"; 2: no name out of the subject. */
    X509_VERIFY_PARAM_set_hostflags(param,
                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (is_address(t->name)) {
        if (peer->also_count || peer->tlsa_count)
            return PH_E_INVALID;
        int ok = X509_VERIFY_PARAM_set1_ip_asc(param, t->name);
        return ok == 1 ? PH_OK : PH_E_TLS;
    }
    if (!*t->name || SSL_set1_host(t->ssl, t->name) != 1 ||
        SSL_set_tlsext_host_name(t->ssl, t->name) != 1)
        return PH_E_TLS;
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < peer->also_count; i++)
        rc = add_further_name(t->ssl, peer->also[i]);
    return rc;
}

/* RFC 7672 3.1.3: usages 0 and 1 need a list of authorities that two servers
 * could agree on; mail has none. */
static int add_record(struct ph__tls *t, const struct ph__tlsa *r, bool *usable)
{
    enum { TRUST_ANCHOR = 2, END_ENTITY = 3 };
    if ((r->usage != TRUST_ANCHOR && r->usage != END_ENTITY) ||
        r->len > PH__TLS_RECORD_DATA_MAX)
        return PH_OK;
    int ret = SSL_dane_tlsa_add(t->ssl, r->usage, r->selector, r->matching,
                                r->data, r->len);
    if (ret < 0)
        return PH_E_NOMEM;
    *usable = *usable || ret;
    return PH_OK;
}

/* RFC 7672 2.2: then it is TLS with anybody. */
static void do_without_records(struct ph__tls *t)
{
    t->lenient = true;
    t->doubted = true;
    t->reason = PH__TLS_UNUSABLE_DNS;
    (void)ph__buf_format(&t->problem, "%s: %s", ph__tls_reason_what(t->reason),
                         ph__tls_reason_advice(t->reason));
}

/* Before the names: SSL_dane_enable() would drop them. */
static int expect_records(struct ph__tls *t, const struct ph__tls_peer *peer)
{
    if (!peer->tlsa_count)
        return PH_OK;
    if (t->ctx->pin_count || is_address(t->name))
        return PH_E_INVALID;
    if (SSL_dane_enable(t->ssl, t->name) != 1)
        return PH_E_TLS;
    bool usable = false;
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < peer->tlsa_count; i++)
        rc = add_record(t, &peer->tlsa[i], &usable);
    if (!rc && !usable)
        do_without_records(t);
    return rc;
}

static bool hash_text(EVP_MD_CTX *md, const char *text)
{
    return EVP_DigestUpdate(md, text, strlen(text) + 1) == 1;
}

static bool hash_record(EVP_MD_CTX *md, const struct ph__tlsa *r)
{
    unsigned char head[] = {r->usage, r->selector, r->matching};
    return EVP_DigestUpdate(md, head, sizeof(head)) == 1 &&
           EVP_DigestUpdate(md, &r->len, sizeof(r->len)) == 1 &&
           EVP_DigestUpdate(md, r->data, r->len) == 1;
}

/* Whoever is expected in another way does not resume this session. */
static bool hash_peer(struct ph__tls *t, const struct ph__tls_peer *peer)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
              hash_text(md, t->name) &&
              EVP_DigestUpdate(md, &peer->port, sizeof(peer->port)) == 1;
    for (size_t i = 0; ok && i < peer->also_count; i++)
        ok = hash_text(md, peer->also[i]);
    /* No name is empty: here the names end. */
    ok = ok && hash_text(md, "");
    for (size_t i = 0; ok && i < peer->tlsa_count; i++)
        ok = hash_record(md, &peer->tlsa[i]);
    ok = ok && EVP_DigestFinal_ex(md, t->peer, NULL) == 1;
    EVP_MD_CTX_free(md);
    return ok;
}

int ph__tls_expect(struct ph__tls *t, const struct ph__tls_peer *peer)
{
    if (peer->also_count > PH__TLS_ALSO_MAX ||
        peer->tlsa_count > PH__TLS_RECORDS_MAX)
        return PH_E_LIMIT;
    int rc = ph__text_copy(&t->name, peer->name);
    if (rc)
        return rc;
    trim(t->name);
    t->lenient = t->ctx->insecure;
    t->judged = time(NULL);
    rc = expect_records(t, peer);
    if (!rc)
        rc = expect_names(t, peer);
    if (!rc && !hash_peer(t, peer))
        rc = PH_E_NOMEM;
    return rc ? rc : ph__tls_offer_session(t);
}
