/* S06, U31: whom a certificate convinces, and what is said when it does not. */
#include <stdlib.h>

#include "pair.h"

#define CA   CERTS "ca.pem"
#define MAIL "mail.example.test"

struct check {
    const char *label, *cert, *name, *ca;
    const char *problem; /* "" = convinced */
};

/* TL-08, TL-09 */
static const struct check checks[] = {
    {"host name", "server", MAIL, CA, ""},
    {"case does not matter", "server", "MAIL.Example.Test", CA, ""},
    {"a trailing dot is not part of it", "server", MAIL ".", CA, ""},
    {"IPv4 address", "server", "127.0.0.1", CA, ""},
    {"IPv6 address", "server", "::1", CA, ""},
    {"the zone is not part of it", "server", "::1%lo", CA, ""},
    {"wildcard, one label", "wildcard", "any.example.test", CA, ""},
    {"intermediate sent", "chain", MAIL, CA, ""},
    {"pinned self-signed", "self-signed", MAIL, CERTS "self-signed.pem", ""},
    {"pinned leaf", "server", MAIL, CERTS "server.pem", ""},
    {"pinned is still checked by name", "self-signed", "x.test",
     CERTS "self-signed.pem", "hostname mismatch: expected x.test, "},
    {"wildcard, two labels", "wildcard", "a.b.example.test", CA,
     "hostname mismatch: expected a.b.example.test, but the certificate is "
     "for *.example.test, m*.partial.test (depth 0, CN=wildcard)"},
    {"partial wildcard", "wildcard", "m1.partial.test", CA,
     "hostname mismatch: expected m1.partial.test, "},
    {"another name", "wrong-name", MAIL, CA,
     "hostname mismatch: expected mail.example.test, but the certificate is "
     "for other.example.test, 192.0.2.1 (depth 0, CN=mail.example.test)"},
    {"another address", "wrong-name", "127.0.0.1", CA,
     "IP address mismatch: expected 127.0.0.1, but the certificate is for "
     "other.example.test, 192.0.2.1 (depth 0, CN=mail.example.test)"},
    {"name in the CN only", "name-in-cn", MAIL, CA,
     "hostname mismatch: expected mail.example.test, but the certificate is "
     "for no host name or address at all (depth 0, CN=mail.example.test)"},
    {"expired", "expired", MAIL, CA,
     "certificate has expired (depth 0, CN=mail.example.test)"},
    {"not yet valid", "not-yet", MAIL, CA,
     "certificate is not yet valid (depth 0, CN=mail.example.test)"},
    {"for clients", "for-clients", MAIL, CA,
     "unsuitable certificate purpose (depth 0, CN=mail.example.test)"},
    {"self-signed", "self-signed", MAIL, CA,
     "self-signed certificate (depth 0, CN=mail.example.test)"},
    {"unknown CA", "unknown-ca", MAIL, CA,
     "unable to get local issuer certificate: CN=Some Other CA (depth 0, "
     "CN=mail.example.test)"},
    {"intermediate missing", "no-chain", MAIL, CA,
     "unable to get local issuer certificate: CN=Posthaste Middle CA (depth "
     "0, CN=mail.example.test)"},
    {"own CA file replaces the system's", "server", MAIL, CERTS "other-ca.pem",
     "unable to get local issuer certificate: CN=Posthaste Test CA (depth 0, "
     "CN=mail.example.test)"},
    {"the system's store does not know us", "server", MAIL, NULL,
     "unable to get local issuer certificate: CN=Posthaste Test CA (depth 0, "
     "CN=mail.example.test)"},
};

static void says(const char *label, const char *got, const char *expected)
{
    if (*expected ? strncmp(got, expected, strlen(expected)) : *got)
        fail_msg("%s: '%s' instead of '%s'", label, got, expected);
}

static void run_check(const struct check *check, bool insecure)
{
    struct pair p;
    pair_init(
        &p, check->cert, check->name,
        &(struct ph__tls_options){.ca_file = check->ca, .insecure = insecure});
    pair_run(&p, WIRE);
    bool convinced = !*check->problem;
    bool up = convinced || insecure;
    says(check->label, ph__tls_problem(p.client), check->problem);
    assert_int_equal(p.client_rc, up ? PH_OK : PH_E_TLS);
    assert_int_equal(ph__tls_up(p.client), up);
    assert_int_equal(ph__tls_verified(p.client), convinced);
    /* The peer is told, too: an alert came, and nothing else. */
    assert_int_equal(p.server_rc, up ? PH_OK : PH_E_TLS);
    if (!up)
        says(check->label, ph__tls_problem(p.server), "the peer's alert: ");
    pair_done(&p);
}

static void wrong_certificates_end_the_handshake_and_say_why(void **state)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
        run_check(&checks[i], false);
}

static void insecure_goes_on_and_still_says_the_truth(void **state)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
        run_check(&checks[i], true);
}

static void what_is_no_name_is_refused(void **state)
{
    struct ph__tls_context *ctx;
    struct ph__buf why = PH__BUF(1000);
    struct ph__tls_options opts = {.ca_file = CA};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_OK);
    char name[400];
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    struct ph__tls *t = NULL;
    assert_int_equal(ph__tls_new(&t, ctx, name), PH_E_TLS);
    assert_int_equal(ph__tls_new(&t, ctx, ""), PH_E_TLS);
    assert_int_equal(ph__tls_new(&t, ctx, NULL), PH_E_INVALID);
    assert_null(t);
    ph__tls_context_free(ctx);
}

int main(void)
{
    /* A developer's own store must not decide a test. */
    setenv("SSL_CERT_FILE", "/dev/null", 1);
    setenv("SSL_CERT_DIR", "/dev/null", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_certificates_end_the_handshake_and_say_why),
        cmocka_unit_test(insecure_goes_on_and_still_says_the_truth),
        cmocka_unit_test(what_is_no_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
