/* Against OpenSSL used directly: what we offer, and what we do not take. */
#include "raw.h"

static void tls_1_2_is_enough(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    raw_connect_to(&r, "localhost");
    assert_true(ph__tls_up(r.client));
    assert_string_equal(ph__tls_version(r.client), "TLSv1.2");
    raw_done(&r);
}

/* S10, TL-10 */
static void tls_1_1_is_not(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_min_proto_version(r.ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_1_VERSION);
    raw_connect_to(&r, "localhost");
    assert_int_equal(r.rc, PH_E_TLS);
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_VERSION);
    assert_string_equal(ph__tls_problem(r.client),
                        "no version of TLS in common (1.2 is the oldest "
                        "accepted here; the peer's alert: protocol version): "
                        "the older side has to be updated");
    raw_done(&r);
}

/* S10 */
static void tls_1_2_is_not_when_1_3_is_the_floor(void **state)
{
    struct raw r;
    raw_init(&r, "server",
             &(struct ph__tls_options){.ca_file = CERTS "ca.pem",
                                       .min = PH__TLS_1_3});
    raw_connect_to(&r, "localhost");
    assert_string_equal(ph__tls_version(r.client), "TLSv1.3");
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    raw_connect_to(&r, "localhost");
    assert_int_equal(r.rc, PH_E_TLS);
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_VERSION);
    assert_non_null(strstr(ph__tls_problem(r.client), "1.3 is the oldest"));
    raw_done(&r);
}

/* S10 */
static void ciphers_without_a_certificate_are_not(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    assert_int_equal(SSL_CTX_set_cipher_list(r.ctx, "aNULL:eNULL"), 1);
    raw_connect_to(&r, "localhost");
    assert_int_equal(r.rc, PH_E_TLS);
    assert_int_equal(ph__tls_reason(r.client), PH__TLS_CIPHER);
    assert_non_null(strstr(ph__tls_problem(r.client), "no cipher"));
    raw_done(&r);
}

static void renegotiation_is_refused(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    raw_connect_to(&r, "localhost");
    assert_true(ph__tls_up(r.client));
    assert_int_equal(SSL_renegotiate(r.ssl), 1);
    assert_int_equal(SSL_do_handshake(r.ssl), 1);
    raw_step(&r);
    /* All it gets is an alert (RFC 5246 7.2.2); the session stands. */
    enum { ALERT = 21 };
    assert_int_equal(r.rc, PH_OK);
    assert_int_equal(r.cipher.data[0], ALERT);
    assert_int_equal(r.cipher.len, 5 + (size_t)r.cipher.data[4]);
    ph__buf_clear(&r.cipher);
    assert_int_equal(ph__tls_send(r.client, "QUIT", 4, &r.cipher), PH_OK);
    raw_done(&r);
}

static void key_updates_are_answered(void **state)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    raw_connect_to(&r, "localhost");
    assert_int_equal(SSL_key_update(r.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    assert_int_equal(SSL_write(r.ssl, "250", 3), 3);
    raw_step(&r);
    assert_string_equal(ph__buf_text(&r.plain), "250");
    assert_int_equal(r.rc, PH_OK);
    /* The answer goes ahead of what is sent next. */
    assert_int_equal(ph__tls_send(r.client, "QUIT", 4, &r.cipher), PH_OK);
    BIO_write(SSL_get_rbio(r.ssl), r.cipher.data, (int)r.cipher.len);
    char data[5] = "";
    assert_int_equal(SSL_read(r.ssl, data, sizeof(data)), 4);
    assert_string_equal(data, "QUIT");
    assert_true(r.cipher.len > 2 * (5 + 16 + 1));
    raw_done(&r);
}

static void check_sni(const char *name, const char *expected)
{
    struct raw r;
    raw_init(&r, "server", NULL);
    raw_connect_to(&r, name);
    assert_true(ph__tls_up(r.client));
    const char *sni = SSL_get_servername(r.ssl, TLSEXT_NAMETYPE_host_name);
    if (expected)
        assert_string_equal(sni, expected);
    else
        assert_null(sni);
    raw_done(&r);
}

/* S06, TL-10, RFC 6066 3 */
static void sni_is_the_verified_name_and_never_an_address(void **state)
{
    check_sni("mail.example.test", "mail.example.test");
    check_sni("mail.example.test.", "mail.example.test");
    check_sni("127.0.0.1", NULL);
    check_sni("::1", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_1_2_is_enough),
        cmocka_unit_test(tls_1_1_is_not),
        cmocka_unit_test(tls_1_2_is_not_when_1_3_is_the_floor),
        cmocka_unit_test(ciphers_without_a_certificate_are_not),
        cmocka_unit_test(renegotiation_is_refused),
        cmocka_unit_test(key_updates_are_answered),
        cmocka_unit_test(sni_is_the_verified_name_and_never_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
