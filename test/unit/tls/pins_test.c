/* U31: a pinned key needs no authority, and nothing else is let off. */
#include <openssl/err.h>

#include "raw.h"
#include "tls/cert.h"

/* As ph__tls_cert() gives it; binding_test and others hash by themselves. */
static void pin_of(char out[64], const char *cert)
{
    struct raw r;
    struct ph__tls_cert c;
    raw_init(&r, cert, &(struct ph__tls_options){.insecure = true});
    raw_connect_to(&r, MAIL);
    assert_int_equal(ph__tls_cert(&c, r.client, 0), PH_OK);
    memcpy(out, c.pin, sizeof(c.pin));
    raw_done(&r);
}

struct pinning {
    const char *label, *cert, *name;
    bool other; /* pin another key */
    enum ph__tls_reason reason;
};

static const struct pinning pinnings[] = {
    {"known authority", "server", MAIL, false, 0},
    {"self-signed", "self-signed", MAIL, false, 0},
    {"unknown issuer", "unknown-ca", MAIL, false, 0},
    {"with an issuer that may not issue", "by-server", MAIL, false, 0},
    {"wrong signature", "forged", MAIL, false, 0},
    {"another key", "self-signed", MAIL, true, PH__TLS_NOT_PINNED},
    {"another key, known authority", "server", MAIL, true, PH__TLS_NOT_PINNED},
    {"expired", "expired", MAIL, false, PH__TLS_EXPIRED},
    {"not yet valid", "not-yet", MAIL, false, PH__TLS_NOT_YET},
    {"wrong name", "self-signed", "x.test", false, PH__TLS_WRONG_NAME},
    {"wrong address", "self-signed", "192.0.2.9", false, PH__TLS_WRONG_NAME},
    {"for clients", "for-clients", MAIL, false, PH__TLS_PURPOSE},
    {"too weak", "rsa-1024", MAIL, false, PH__TLS_WEAK_KEY},
};

static void run_pinning(const struct pinning *p, bool insecure)
{
    char pin[64], decoy[64];
    pin_of(pin, p->cert);
    pin_of(decoy, "wildcard");
    const char *pins[] = {decoy, p->other ? decoy : pin};
    struct ph__tls_options opts = {.ca_file = CERTS "ca.pem",
                                   .pins = pins,
                                   .pin_count = 2,
                                   .insecure = insecure};
    struct raw r;
    raw_init(&r, p->cert, &opts);
    raw_connect_to(&r, p->name);
    if (ph__tls_reason(r.client) != p->reason)
        fail_msg("%s: %s", p->label, ph__tls_problem(r.client));
    bool good = p->reason == PH__TLS_NO_REASON;
    assert_int_equal(ph__tls_up(r.client), good || insecure);
    assert_int_equal(ph__tls_verified(r.client), good);
    if (p->other) /* what to pin instead is told */
        assert_non_null(strstr(ph__tls_problem(r.client), pin));
    raw_done(&r);
}

static void a_pin_replaces_the_chain_and_nothing_else(void **state)
{
    for (size_t i = 0; i < sizeof(pinnings) / sizeof(*pinnings); i++) {
        run_pinning(&pinnings[i], false);
        run_pinning(&pinnings[i], true);
    }
}

#define GOOD "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
static const char *const malformed[] = {
    "",
    "sha256//",
    "sha1//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "SHA256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
    "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    (GOOD "AAAA"),
    (GOOD ";" GOOD),
    (" " GOOD),
};

static void a_malformed_pin_is_refused_with_an_example(void **state)
{
    for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++) {
        const char *pins[] = {GOOD, malformed[i]};
        struct ph__tls_context *ctx = NULL;
        struct ph__buf why = PH__BUF(1000);
        struct ph__tls_options opts = {.pins = pins, .pin_count = 2};
        int rc = ph__tls_context_new(&ctx, &opts, &why);
        if (rc != PH_E_INVALID)
            fail_msg("'%s' is a pin: %d", malformed[i], rc);
        assert_non_null(strstr(why.data, "44 characters"));
        assert_int_equal(ERR_peek_error(), 0);
        ph__buf_done(&why);
    }
}

static void pins_have_a_limit_and_no_tlsa_beside_them(void **state)
{
    const char *pins[100];
    for (size_t i = 0; i < 100; i++)
        pins[i] = GOOD;
    struct ph__tls_context *ctx = NULL;
    struct ph__buf why = PH__BUF(1000);
    struct ph__tls_options opts = {.pins = pins, .pin_count = 100};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_E_LIMIT);
    opts.pin_count = 32;
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_OK);
    unsigned char hash[32] = {0};
    struct ph__tlsa record = {3, 1, 1, hash, sizeof(hash)};
    struct ph__tls_peer peer = {.name = MAIL, .tlsa = &record, .tlsa_count = 1};
    struct ph__tls *t = NULL;
    assert_int_equal(ph__tls_new_peer(&t, ctx, &peer), PH_E_INVALID);
    ph__tls_context_free(ctx);
    ph__buf_done(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pin_replaces_the_chain_and_nothing_else),
        cmocka_unit_test(a_malformed_pin_is_refused_with_an_example),
        cmocka_unit_test(pins_have_a_limit_and_no_tlsa_beside_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
