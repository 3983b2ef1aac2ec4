/* S06, U31: whom a certificate convinces, and what is said when it does not. */
#include <stdlib.h>

#include "raw.h"

#define CA CERTS "ca.pem"

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
     CERTS "self-signed.pem", "certificate is for localhost, "},
    {"wildcard, two labels", "wildcard", "a.b.example.test", CA,
     "certificate is for *.example.test, m*.partial.test, not for "
     "a.b.example.test (depth 0, CN=wildcard"},
    {"partial wildcard", "wildcard", "m1.partial.test", CA,
     "certificate is for *.example.test, m*.partial.test, not for "
     "m1.partial.test (depth 0"},
    {"another name", "wrong-name", MAIL, CA,
     "certificate is for other.example.test, 192.0.2.1, not for "
     "mail.example.test (depth 0, CN=mail.example.test, issued by "
     "CN=Posthaste Test CA): connect to a name that it has, or say which name "
     "to expect"},
    {"another address", "wrong-name", "127.0.0.1", CA,
     "certificate is for other.example.test, 192.0.2.1, not for 127.0.0.1 "
     "(depth 0, "},
    {"name in the CN only", "name-in-cn", MAIL, CA,
     "certificate names nobody, where mail.example.test is expected (depth 0, "
     "CN=mail.example.test"},
    {"name with a zero octet", "nul", MAIL, CA,
     "certificate is for mail.example.test?.evil.test, not for "
     "mail.example.test (depth 0"},
    {"expired", "expired", MAIL, CA,
     "certificate has expired (depth 0, CN=mail.example.test, valid until "
     "2021-01-01 00:00 UTC): its owner has to renew it, unless the clock is "
     "wrong here"},
    {"not yet valid", "not-yet", MAIL, CA,
     "certificate is not yet valid (depth 0, CN=mail.example.test, valid from "
     "2049-01-01 00:00 UTC): check the clock here"},
    {"for clients", "for-clients", MAIL, CA,
     "certificate is not meant for servers (depth 0, CN=mail.example.test"},
    {"self-signed", "self-signed", MAIL, CA,
     "self-signed certificate (depth 0, CN=mail.example.test"},
    {"unknown CA", "unknown-ca", MAIL, CA,
     "issuer of the certificate is not known here (depth 0, "
     "CN=mail.example.test, issued by CN=Some Other CA)"},
    {"intermediate missing", "no-chain", MAIL, CA,
     "issuer of the certificate is not known here (depth 0, "
     "CN=mail.example.test, issued by CN=Posthaste Middle CA): the server has "
     "to send its intermediate certificates; if it does, use the issuer's as "
     "the CA file"},
    {"own CA file replaces the system's", "server", MAIL, CERTS "other-ca.pem",
     "issuer of the certificate is not known here (depth 0, "
     "CN=mail.example.test, issued by CN=Posthaste Test CA)"},
    {"the system's store does not know us", "server", MAIL, NULL,
     "issuer of the certificate is not known here (depth 0, "
     "CN=mail.example.test, issued by CN=Posthaste Test CA)"},
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
        assert_int_equal(ph__tls_reason(p.server), PH__TLS_CERT_REFUSED);
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

struct flaw {
    const char *cert, *ca;
    enum ph__tls_reason reason;
    const char *detail;
};

/* S06, U31: from a server that would show anything. */
static const struct flaw flaws[] = {
    {"self-signed", CA, PH__TLS_SELF_SIGNED, "pin its key"},
    {"unknown-root", CA, PH__TLS_UNKNOWN_ROOT, "(depth 1, CN=Some Other CA"},
    {"no-chain", CA, PH__TLS_UNKNOWN_ISSUER, "issued by CN=Posthaste Middle"},
    {"expired", CA, PH__TLS_EXPIRED, "valid until 2021-01-01 00:00 UTC)"},
    {"not-yet", CA, PH__TLS_NOT_YET, "valid from 2049-01-01 00:00 UTC)"},
    {"wrong-name", CA, PH__TLS_WRONG_NAME, "not for " MAIL},
    {"name-in-cn", CA, PH__TLS_NO_NAME, "where " MAIL " is expected"},
    {"for-clients", CA, PH__TLS_PURPOSE, "serverAuth"},
    {"rsa-1024", CA, PH__TLS_WEAK_KEY, "RSA, 1024 bits)"},
    {"sha1", CA, PH__TLS_WEAK_DIGEST, "ecdsa-with-SHA1)"},
    {"forged", CA, PH__TLS_BAD_SIGNATURE, "do not go on"},
    {"by-server", CA, PH__TLS_NOT_A_CA, "(depth 1, CN=mail.example.test"},
    {"too-deep", CA, PH__TLS_TOO_LONG, "(depth 2, CN=Posthaste Middle CA"},
};

static void every_flaw_has_a_reason_of_its_own(void **state)
{
    enum { COUNT = sizeof(flaws) / sizeof(*flaws) };
    for (size_t i = 0; i < COUNT; i++) {
        struct raw r;
        raw_init(&r, flaws[i].cert,
                 &(struct ph__tls_options){.ca_file = flaws[i].ca});
        raw_connect_to(&r, MAIL);
        assert_int_equal(r.rc, PH_E_TLS);
        assert_string_equal(ph__tls_reason_name(ph__tls_reason(r.client)),
                            ph__tls_reason_name(flaws[i].reason));
        if (!strstr(ph__tls_problem(r.client), flaws[i].detail))
            fail_msg("%s: %s", flaws[i].cert, ph__tls_problem(r.client));
        raw_done(&r);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(flaws[i].reason, flaws[j].reason);
    }
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
        cmocka_unit_test(every_flaw_has_a_reason_of_its_own),
        cmocka_unit_test(what_is_no_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
