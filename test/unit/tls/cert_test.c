/* Facts about certificates, as a report on a server shows them. */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "raw.h"
#include "tls/cert.h"

static void connect_to(struct raw *r, const char *cert)
{
    raw_init(r, cert, &(struct ph__tls_options){.insecure = true});
    raw_connect_to(r, MAIL);
    assert_true(ph__tls_up(r->client));
}

static void each_depth_of_the_chain_is_described(void **state)
{
    struct raw r;
    struct ph__tls_cert c;
    connect_to(&r, "chain");
    assert_int_equal(ph__tls_cert(&c, r.client, 0), PH_OK);
    assert_string_equal(c.subject, "CN=mail.example.test");
    assert_string_equal(c.issuer, "CN=Posthaste Middle CA");
    assert_string_equal(c.names,
                        "localhost, mail.example.test, 127.0.0.1, ::1");
    assert_int_equal(c.not_before, 1577836800); /* 2020-01-01 */
    assert_int_equal(c.not_after, 2524607999);  /* 2049-12-31 23:59:59 */
    assert_string_equal(c.key, "EC prime256v1, 256 bits");
    assert_string_equal(c.signature, "ecdsa-with-SHA256");
    unsigned char hash[32];
    X509_digest(SSL_get_certificate(r.ssl), EVP_sha256(), hash, NULL);
    assert_memory_equal(c.sha256, hash, sizeof(hash));

    assert_int_equal(ph__tls_cert(&c, r.client, 1), PH_OK);
    assert_string_equal(c.subject, "CN=Posthaste Middle CA");
    assert_string_equal(c.issuer, "CN=Posthaste Test CA");
    assert_string_equal(c.names, "");
    assert_int_equal(ph__tls_cert(&c, r.client, 2), PH_E_INVALID);
    assert_int_equal(ph__tls_cert(&c, r.client, SIZE_MAX), PH_E_INVALID);
    assert_string_equal(c.subject, "CN=Posthaste Middle CA"); /* untouched */
    assert_int_equal(ERR_peek_error(), 0);
    raw_done(&r);
}

struct kind {
    const char *cert, *key, *signature;
};

static const struct kind kinds[] = {
    {"rsa", "RSA, 2048 bits", "ecdsa-with-SHA256"},
    {"ed25519", "EC prime256v1, 256 bits", "ED25519"},
    {"sha384", "EC prime256v1, 256 bits", "ecdsa-with-SHA384"},
};

static void keys_and_signatures_have_names(void **state)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct raw r;
        struct ph__tls_cert c;
        connect_to(&r, kinds[i].cert);
        assert_int_equal(ph__tls_cert(&c, r.client, 0), PH_OK);
        assert_string_equal(c.key, kinds[i].key);
        assert_string_equal(c.signature, kinds[i].signature);
        raw_done(&r);
    }
}

/* openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl sha256 */
static void the_pin_is_of_the_key_alone(void **state)
{
    struct raw r;
    struct ph__tls_cert a, b;
    connect_to(&r, "server");
    assert_int_equal(ph__tls_cert(&a, r.client, 0), PH_OK);
    raw_done(&r);
    connect_to(&r, "forged"); /* the same key, another certificate */
    assert_int_equal(ph__tls_cert(&b, r.client, 0), PH_OK);
    raw_done(&r);
    assert_string_equal(a.pin, b.pin);
    assert_memory_not_equal(a.sha256, b.sha256, 32);
    assert_int_equal(strlen(a.pin), strlen("sha256//") + 44);
}

/* S06: text that the peer chose is fit for a terminal. */
static void names_cannot_cheat(void **state)
{
    struct raw r;
    struct ph__tls_cert c;
    connect_to(&r, "nul");
    assert_int_equal(ph__tls_cert(&c, r.client, 0), PH_OK);
    assert_string_equal(c.names, "mail.example.test?.evil.test");
    raw_done(&r);
}

static void before_the_handshake_there_is_nothing(void **state)
{
    struct raw r;
    struct ph__tls_cert c;
    raw_init(&r, "server", NULL);
    raw_begin(&r, &(struct ph__tls_peer){.name = MAIL});
    assert_int_equal(ph__tls_cert(&c, r.client, 0), PH_E_INVALID);
    raw_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_depth_of_the_chain_is_described),
        cmocka_unit_test(keys_and_signatures_have_names),
        cmocka_unit_test(the_pin_is_of_the_key_alone),
        cmocka_unit_test(names_cannot_cheat),
        cmocka_unit_test(before_the_handshake_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
