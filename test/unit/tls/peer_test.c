/* Further names, and TLSA records in place of authorities. */
#include <stdio.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "raw.h"

enum { DATA = 4096 };

struct record {
    unsigned char data[DATA];
    struct ph__tlsa tlsa;
};

static X509 *load(const char *name)
{
    char path[500];
    snprintf(path, sizeof(path), CERTS "%s.pem", name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    X509 *cert = PEM_read_X509(f, NULL, NULL, NULL);
    fclose(f);
    assert_non_null(cert);
    return cert;
}

/* RFC 6698 2.1, from the certificate itself. */
static void make_record(struct record *r, const char *cert, int usage,
                        int selector, int matching)
{
    X509 *x = load(cert);
    unsigned char *der = NULL;
    int len = selector ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der)
                       : i2d_X509(x, &der);
    assert_true(len > 0 && len < DATA);
    unsigned hash_len = (unsigned)len;
    const EVP_MD *md = matching == 1 ? EVP_sha256() : EVP_sha512();
    if (matching)
        EVP_Digest(der, (size_t)len, r->data, &hash_len, md, NULL);
    else
        memcpy(r->data, der, (size_t)len);
    r->tlsa = (struct ph__tlsa){(uint8_t)usage, (uint8_t)selector,
                                (uint8_t)matching, r->data, hash_len};
    OPENSSL_free(der);
    X509_free(x);
}

struct dane {
    const char *label;
    const char *shown; /* by the server */
    const char *name;  /* that is expected */
    const char *also;
    const char *of; /* the record is made of this certificate */
    int usage, selector, matching;
    enum ph__tls_reason reason; /* NO_REASON: verified */
};

/* DN-03, DN-04 (RFC 7672 3.1.1, 3.1.2, 3.2.2). The client's CA file holds
 * ca.pem all the time: what it would say does not count. */
static const struct dane danes[] = {
    {"3 1 1", "server", MAIL, NULL, "server", 3, 1, 1, 0},
    {"3 0 1", "server", MAIL, NULL, "server", 3, 0, 1, 0},
    {"3 1 2", "server", MAIL, NULL, "server", 3, 1, 2, 0},
    {"3 0 0", "server", MAIL, NULL, "server", 3, 0, 0, 0},
    {"usage 3: no date counts", "expired", MAIL, NULL, "expired", 3, 1, 1, 0},
    {"usage 3: no name counts", "server", "x.test", NULL, "server", 3, 1, 1, 0},
    {"usage 3: no issuer counts", "self-signed", MAIL, NULL, "self-signed", 3,
     1, 1, 0},
    {"usage 3: another key", "server", MAIL, NULL, "expired", 3, 1, 1,
     PH__TLS_NOT_IN_DNS},
    {"usage 2: the root, sent", "unknown-root", MAIL, NULL, "other-ca", 2, 0, 1,
     0},
    {"usage 2: its key", "unknown-root", MAIL, NULL, "other-ca", 2, 1, 1, 0},
    {"usage 2: one between", "chain", MAIL, NULL, "middle", 2, 0, 1, 0},
    {"usage 2: the root, in DNS", "server", MAIL, NULL, "ca", 2, 0, 0, 0},
    {"usage 2: the root, not sent", "server", MAIL, NULL, "ca", 2, 0, 1,
     PH__TLS_NOT_IN_DNS},
    {"usage 2: another root", "unknown-root", MAIL, NULL, "ca", 2, 0, 1,
     PH__TLS_NOT_IN_DNS},
    {"usage 2: the date counts", "expired", MAIL, NULL, "ca", 2, 0, 0,
     PH__TLS_EXPIRED},
    {"usage 2: the name counts", "server", "x.test", NULL, "ca", 2, 0, 0,
     PH__TLS_WRONG_NAME},
    {"usage 2: so does the next hop", "server", "x.test", MAIL, "ca", 2, 0, 0,
     0},
};

static void connect_with(struct raw *r, const char *name, const char *also,
                         const struct ph__tlsa *tlsa, size_t count)
{
    raw_connect(r, &(struct ph__tls_peer){.name = name,
                                          .port = 25,
                                          .also = &also,
                                          .also_count = also != NULL,
                                          .tlsa = tlsa,
                                          .tlsa_count = count});
}

static void run_dane(const struct dane *d)
{
    struct record record;
    make_record(&record, d->of, d->usage, d->selector, d->matching);
    struct raw r;
    raw_init(&r, d->shown, NULL);
    connect_with(&r, d->name, d->also, &record.tlsa, 1);
    bool good = d->reason == PH__TLS_NO_REASON;
    if (ph__tls_reason(r.client) != d->reason || ph__tls_up(r.client) != good)
        fail_msg("%s: %s", d->label, ph__tls_problem(r.client));
    assert_int_equal(ph__tls_verified(r.client), good);
    assert_int_equal(r.rc, good ? PH_OK : PH_E_TLS);
    assert_string_equal(
        good ? d->name : "",
        good ? SSL_get_servername(r.ssl, TLSEXT_NAMETYPE_host_name)
             : ""); /* RFC 7672 8.1 */
    raw_done(&r);
}

static void records_decide_alone(void **state)
{
    for (size_t i = 0; i < sizeof(danes) / sizeof(*danes); i++)
        run_dane(&danes[i]);
}

static unsigned char octets[64];
static const struct ph__tlsa unusable[] = {
    {0, 1, 1, octets, 32}, {1, 1, 1, octets, 32}, {3, 7, 1, octets, 32},
    {3, 1, 9, octets, 32}, {3, 1, 1, octets, 31}, {3, 0, 0, octets, 64},
    {3, 1, 1, octets, 0},  {9, 9, 9, octets, 1},
};

/* DN-05 (RFC 7672 2.2): encrypted with anybody, and never called secure. */
static void unusable_records_alone_leave_tls_unauthenticated(void **state)
{
    enum { COUNT = sizeof(unusable) / sizeof(*unusable) };
    struct raw r;
    raw_init(&r, "self-signed", NULL);
    for (size_t i = 0; i <= COUNT; i++) {
        bool all = i == COUNT;
        connect_with(&r, "x.test", NULL, &unusable[all ? 0 : i],
                     all ? (size_t)COUNT : 1);
        assert_true(ph__tls_up(r.client));
        assert_false(ph__tls_verified(r.client));
        assert_int_equal(ph__tls_reason(r.client), PH__TLS_UNUSABLE_DNS);
        assert_string_equal(ph__tls_problem(r.client),
                            "no TLSA record can be used: the server's "
                            "postmaster has to publish 3 1 1 or 2 1 1");
        assert_int_equal(ERR_peek_error(), 0);
    }
    raw_done(&r);
}

static void one_usable_record_among_others_decides(void **state)
{
    struct record good, bad;
    make_record(&good, "server", 3, 1, 1);
    make_record(&bad, "expired", 3, 1, 1);
    struct raw r;
    raw_init(&r, "server", NULL);
    struct ph__tlsa records[] = {unusable[0], bad.tlsa, good.tlsa};
    connect_with(&r, MAIL, NULL, records, 3);
    assert_true(ph__tls_verified(r.client));
    connect_with(&r, MAIL, NULL, records, 2);
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_NOT_IN_DNS);
    assert_false(ph__tls_up(r.client));
    raw_done(&r);
}

static void any_of_the_names_will_do(void **state)
{
    struct raw r;
    raw_init(&r, "wrong-name", NULL);
    connect_with(&r, MAIL, "other.example.test.", NULL, 0);
    assert_true(ph__tls_verified(r.client));
    connect_with(&r, MAIL, "x.test", NULL, 0);
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_WRONG_NAME);
    raw_done(&r);
}

static const char *const names[] = {"a.test", "192.0.2.1", ""};
static const struct ph__tls_peer refused_peers[] = {
    {.name = "192.0.2.1", .also = names, .also_count = 1},
    {.name = "192.0.2.1", .tlsa = unusable, .tlsa_count = 1},
    {.name = "a.test", .also = &names[1], .also_count = 1},
    {.name = NULL},
    {.name = "a.test", .also = &names[2], .also_count = 1},
    {.name = ""},
    {.name = "", .tlsa = unusable, .tlsa_count = 1},
    {.name = "a.test", .also = names, .also_count = 1000},
    {.name = "a.test", .tlsa = unusable, .tlsa_count = 1000},
};
static const int refusals[] = {PH_E_INVALID, PH_E_INVALID, PH_E_INVALID,
                               PH_E_INVALID, PH_E_TLS,     PH_E_TLS,
                               PH_E_TLS,     PH_E_LIMIT,   PH_E_LIMIT};

static void what_nobody_can_be_is_refused(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
        struct ph__tls *t = NULL;
        assert_int_equal(ph__tls_new_peer(&t, r.ours, &refused_peers[i]),
                         refusals[i]);
        assert_null(t);
        assert_int_equal(ERR_peek_error(), 0);
    }
    raw_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_decide_alone),
        cmocka_unit_test(unusable_records_alone_leave_tls_unauthenticated),
        cmocka_unit_test(one_usable_record_among_others_decides),
        cmocka_unit_test(any_of_the_names_will_do),
        cmocka_unit_test(what_nobody_can_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
