/* Against OpenSSL used directly: what we offer, and what we do not take. */
#include <openssl/ssl.h>

#include "pair.h"

struct raw {
    SSL_CTX *ctx;
    SSL *ssl;
    struct ph__tls *client;
    struct ph__buf cipher, plain;
    int client_rc;
};

static void raw_init(struct raw *r, const char *name)
{
    r->ctx = SSL_CTX_new(TLS_server_method());
    assert_non_null(r->ctx);
    SSL_CTX_use_certificate_chain_file(r->ctx, CERTS "server.pem");
    SSL_CTX_use_PrivateKey_file(r->ctx, CERTS "server.key", SSL_FILETYPE_PEM);
    r->cipher = r->plain = PH__BUF(WIRE);
    r->client_rc = PH_OK;
    struct ph__tls_context *ctx;
    struct ph__buf why = PH__BUF(1000);
    struct ph__tls_options opts = {.ca_file = CERTS "ca.pem"};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_OK);
    assert_int_equal(ph__tls_new(&r->client, ctx, name), PH_OK);
    ph__tls_context_free(ctx);
}

static void raw_start(struct raw *r)
{
    r->ssl = SSL_new(r->ctx);
    assert_non_null(r->ssl);
    SSL_set_accept_state(r->ssl);
    SSL_set_bio(r->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    assert_int_equal(ph__tls_start(r->client, &r->cipher), PH_OK);
}

/* Both wires once; true while something moved. */
static bool raw_step(struct raw *r)
{
    bool moved = r->cipher.len;
    if (moved)
        BIO_write(SSL_get_rbio(r->ssl), r->cipher.data, (int)r->cipher.len);
    ph__buf_clear(&r->cipher);
    char data[4096];
    (void)SSL_read(r->ssl, data, sizeof(data));
    int len;
    while ((len = BIO_read(SSL_get_wbio(r->ssl), data, sizeof(data))) > 0) {
        int rc = ph__tls_receive(r->client, data, (size_t)len, &r->plain,
                                 &r->cipher);
        r->client_rc = r->client_rc ? r->client_rc : rc;
        moved = true;
    }
    return moved;
}

static void raw_run(struct raw *r)
{
    while (raw_step(r))
        ;
}

static void raw_done(struct raw *r)
{
    ph__tls_free(r->client);
    SSL_free(r->ssl);
    SSL_CTX_free(r->ctx);
    ph__buf_done(&r->cipher);
    ph__buf_done(&r->plain);
}

static void tls_1_2_is_enough(void **state)
{
    struct raw r;
    raw_init(&r, "localhost");
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    raw_start(&r);
    raw_run(&r);
    assert_true(ph__tls_up(r.client));
    assert_string_equal(ph__tls_version(r.client), "TLSv1.2");
    raw_done(&r);
}

/* S10, TL-10 */
static void tls_1_1_is_not(void **state)
{
    struct raw r;
    raw_init(&r, "localhost");
    SSL_CTX_set_security_level(r.ctx, 0);
    SSL_CTX_set_min_proto_version(r.ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_1_VERSION);
    raw_start(&r);
    raw_run(&r);
    assert_int_equal(r.client_rc, PH_E_TLS);
    assert_string_equal(ph__tls_problem(r.client),
                        "the peer's alert: protocol version");
    raw_done(&r);
}

/* S10 */
static void ciphers_without_a_certificate_are_not(void **state)
{
    struct raw r;
    raw_init(&r, "localhost");
    SSL_CTX_set_security_level(r.ctx, 0);
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    assert_int_equal(SSL_CTX_set_cipher_list(r.ctx, "aNULL:eNULL"), 1);
    raw_start(&r);
    raw_run(&r);
    assert_int_equal(r.client_rc, PH_E_TLS);
    assert_string_equal(ph__tls_problem(r.client),
                        "the peer's alert: handshake failure");
    raw_done(&r);
}

static void renegotiation_is_refused(void **state)
{
    struct raw r;
    raw_init(&r, "localhost");
    SSL_CTX_set_max_proto_version(r.ctx, TLS1_2_VERSION);
    raw_start(&r);
    raw_run(&r);
    assert_true(ph__tls_up(r.client));
    assert_int_equal(SSL_renegotiate(r.ssl), 1);
    assert_int_equal(SSL_do_handshake(r.ssl), 1);
    raw_step(&r);
    /* All it gets is an alert (RFC 5246 7.2.2); the session stands. */
    enum { ALERT = 21 };
    assert_int_equal(r.client_rc, PH_OK);
    assert_int_equal(r.cipher.data[0], ALERT);
    assert_int_equal(r.cipher.len, 5 + (size_t)r.cipher.data[4]);
    ph__buf_clear(&r.cipher);
    assert_int_equal(ph__tls_send(r.client, "QUIT", 4, &r.cipher), PH_OK);
    raw_done(&r);
}

static void key_updates_are_answered(void **state)
{
    struct raw r;
    raw_init(&r, "localhost");
    raw_start(&r);
    raw_run(&r);
    assert_int_equal(SSL_key_update(r.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    assert_int_equal(SSL_write(r.ssl, "250", 3), 3);
    raw_step(&r);
    assert_string_equal(ph__buf_text(&r.plain), "250");
    assert_int_equal(r.client_rc, PH_OK);
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
    raw_init(&r, name);
    raw_start(&r);
    raw_run(&r);
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
        cmocka_unit_test(ciphers_without_a_certificate_are_not),
        cmocka_unit_test(renegotiation_is_refused),
        cmocka_unit_test(key_updates_are_answered),
        cmocka_unit_test(sni_is_the_verified_name_and_never_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
