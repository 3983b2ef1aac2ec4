/* What is said about files that cannot be used. */
#include <openssl/err.h>

#include "pair.h"

struct wrong {
    struct ph__tls_options opts;
    const char *why;
};

static const struct wrong wrongs[] = {
    {{.ca_file = CERTS "absent.pem"},
     "cannot use CA file " CERTS "absent.pem: No such file or directory"},
    {{.ca_file = CERTS "certs.h"},
     "cannot use CA file " CERTS "certs.h: no certificate or crl found"},
    {{.cert_file = CERTS "absent.pem", .key_file = CERTS "server.key"},
     "cannot use certificate file " CERTS
     "absent.pem: No such file or directory"},
    {{.cert_file = CERTS "server.key", .key_file = CERTS "server.key"},
     "cannot use certificate file " CERTS "server.key: no start line"},
    {{.cert_file = CERTS "server.pem", .key_file = CERTS "absent.key"},
     "cannot use key file " CERTS "absent.key: No such file or directory"},
    {{.cert_file = CERTS "server.pem", .key_file = CERTS "expired.key"},
     "cannot use key file " CERTS "expired.key: key values mismatch"},
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

static void an_encrypted_key_asks_nobody_for_its_password(void **state)
{
    struct ph__tls_context *ctx = NULL;
    struct ph__buf why = PH__BUF(1000);
    struct ph__tls_options opts = {.cert_file = CERTS "server.pem",
                                   .key_file = CERTS "encrypted.key"};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_E_TLS);
    assert_non_null(strstr(why.data, "encrypted.key: "));
    ph__buf_done(&why);
}

static void half_a_server_is_refused(void **state)
{
    struct ph__tls_context *ctx = NULL;
    struct ph__buf why = PH__BUF(1000);
    struct ph__tls_options opts = {.cert_file = CERTS "server.pem"};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_E_INVALID);
    opts = (struct ph__tls_options){.key_file = CERTS "server.key"};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_E_INVALID);
    ph__tls_context_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unusable_files_are_named_with_the_reason),
        cmocka_unit_test(an_encrypted_key_asks_nobody_for_its_password),
        cmocka_unit_test(half_a_server_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
