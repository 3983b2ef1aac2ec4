/* What is said about files that cannot be used. */
#include <openssl/err.h>

#include "pair.h"

struct wrong {
    struct ph__tls_options opts;
    const char *why;
};

#define SERVER(cert, key)                                                      \
    {                                                                          \
        .server = true, .cert_file = CERTS cert, .key_file = CERTS key         \
    }
#define CLIENT(cert, key)                                                      \
    {                                                                          \
        .ca_file = CERTS "ca.pem", .cert_file = CERTS cert,                    \
        .key_file = CERTS key                                                  \
    }

static const struct wrong wrongs[] = {
    {{.ca_file = CERTS "absent.pem"},
     "cannot use CA file " CERTS "absent.pem (No such file or directory): give "
     "certificates in PEM"},
    {{.ca_file = CERTS "certs.h"},
     "cannot use CA file " CERTS "certs.h (no certificate or crl found): give "
     "certificates in PEM"},
    {SERVER("absent.pem", "server.key"),
     "cannot use certificate file " CERTS
     "absent.pem (No such file or directory): give a certificate in PEM, and "
     "after it those that prove it"},
    {SERVER("server.key", "server.key"),
     "cannot use certificate file " CERTS
     "server.key (no start line): give a certificate in PEM, and after it "
     "those that prove it"},
    {SERVER("server.pem", "absent.key"),
     "cannot use key file " CERTS "absent.key (No such file or directory): "
     "give a private key in PEM"},
    {CLIENT("client.pem", "expired.key"),
     "cannot use key file " CERTS "expired.key (key values mismatch): it "
     "belongs to another certificate: give the key of this one"},
    {CLIENT("rsa-1024.pem", "rsa-1024.key"),
     "cannot use certificate file " CERTS
     "rsa-1024.pem (ee key too small): give a certificate in PEM, and after "
     "it those that prove it"},
};

static void unusable_files_are_named_with_the_reason(void **state)
{
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
        struct ph__tls_context *ctx = NULL;
        struct ph__buf why = PH__BUF(1000);
        int rc = ph__tls_context_new(&ctx, &wrongs[i].opts, &why);
        assert_int_equal(rc, PH_E_TLS);
        assert_string_equal(ph__buf_text(&why), wrongs[i].why);
        assert_null(ctx);
        assert_int_equal(ERR_peek_error(), 0);
        ph__buf_done(&why);
    }
}

/* U31: on either side; OpenSSL itself would ask at the terminal. */
static void a_locked_key_asks_nobody_and_says_what_to_do(void **state)
{
    static const struct ph__tls_options both[] = {
        SERVER("server.pem", "encrypted.key"),
        CLIENT("server.pem", "encrypted.key")};
    for (size_t i = 0; i < 2; i++) {
        struct ph__tls_context *ctx = NULL;
        struct ph__buf why = PH__BUF(1000);
        assert_int_equal(ph__tls_context_new(&ctx, &both[i], &why), PH_E_TLS);
        assert_string_equal(
            ph__buf_text(&why),
            "cannot use key file " CERTS "encrypted.key (a password is on "
            "it): write it anew without: openssl pkey -in OLD -out NEW");
        assert_int_equal(ERR_peek_error(), 0);
        ph__buf_done(&why);
    }
}

static const struct ph__tls_options halves[] = {
    {.cert_file = CERTS "client.pem"},
    {.key_file = CERTS "client.key"},
    {.server = true, .cert_file = CERTS "server.pem"},
    {.server = true},
};

static void half_of_a_certificate_and_key_is_refused(void **state)
{
    for (size_t i = 0; i < sizeof(halves) / sizeof(*halves); i++) {
        struct ph__tls_context *ctx = NULL;
        struct ph__buf why = PH__BUF(1000);
        int rc = ph__tls_context_new(&ctx, &halves[i], &why);
        assert_int_equal(rc, PH_E_INVALID);
        assert_non_null(strstr(why.data, "give both"));
        ph__buf_done(&why);
    }
    ph__tls_context_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unusable_files_are_named_with_the_reason),
        cmocka_unit_test(a_locked_key_asks_nobody_and_says_what_to_do),
        cmocka_unit_test(half_of_a_certificate_and_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
