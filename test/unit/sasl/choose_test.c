#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sasl/talk.h"

#define ALL                                                                    \
    "LOGIN PLAIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 EXTERNAL "      \
    "SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS XOAUTH2 OAUTHBEARER GSSAPI NTLM"

static const struct ph_credentials password = {
    .size = sizeof(password), .user = "u", .password = "p", .host = "h"};
static const struct ph_credentials nameless = {
    .size = sizeof(nameless), .user = "u", .password = "p"};
static const struct ph_credentials quoting = {
    .size = sizeof(quoting), .user = "u\"", .password = "p", .host = "h"};
static const struct ph_credentials umlaut = {
    .size = sizeof(umlaut), .user = "\xc3\xbc", .password = "p", .host = "h"};
static const struct ph_credentials shown = {
    .size = sizeof(shown), .user = "u", .password = "p", .plaintext = true};
static const struct ph_credentials latin1 = {
    .size = sizeof(latin1), .user = "u", .password = "\xfc", .host = "h"};
static const struct ph_credentials token = {
    .size = sizeof(token), .user = "u", .token = "t", .host = "h"};
static const struct ph_credentials both = {
    .size = sizeof(both), .user = "u", .password = "p", .token = "t"};
static const struct ph_credentials card = {.size = sizeof(card),
                                           .certificate = true};

/* What is left when each choice is dropped in turn: AU-06, AU-07, U28, U30. */
static const struct {
    const char *label;
    const struct ph_credentials *credentials;
    const struct ph__sasl_binding *binding;
    bool secure;
    const char *wanted;
    const char *offered;
    const char *chosen;
} cases[] = {
    {"all that a password can do", &password, &exporter, true, NULL, ALL,
     "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 "
     "DIGEST-MD5 CRAM-MD5 PLAIN LOGIN"},
    {"nothing to bind to", &password, NULL, true, NULL, ALL,
     "SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 PLAIN LOGIN"},
    {"in clear", &password, &exporter, false, NULL, ALL,
     "SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5"},
    {"shown in clear", &shown, NULL, false, NULL, ALL,
     "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN"},
    {"the server's name is not known", &nameless, NULL, true, NULL,
     "DIGEST-MD5 LOGIN", "LOGIN"},
    {"what DIGEST-MD5 would have to quote", &quoting, NULL, true, NULL,
     "DIGEST-MD5 CRAM-MD5", "CRAM-MD5"},
    {"a name that DIGEST-MD5 would have to recode", &umlaut, NULL, true, NULL,
     "DIGEST-MD5 CRAM-MD5", "CRAM-MD5"},
    {"no text in UTF-8", &latin1, &exporter, true, NULL, ALL, "PLAIN LOGIN"},
    {"a token", &token, &exporter, true, NULL, ALL, "OAUTHBEARER XOAUTH2"},
    {"a token in clear", &token, NULL, false, NULL, ALL, ""},
    {"a token before a password", &both, &exporter, true, NULL, ALL,
     "OAUTHBEARER XOAUTH2"},
    {"unless asked", &both, NULL, true, "PLAIN,XOAUTH2", ALL, "PLAIN XOAUTH2"},
    {"a certificate", &card, NULL, true, NULL, ALL, ""},
    {"a certificate, asked for", &card, NULL, true, "EXTERNAL", ALL,
     "EXTERNAL"},
    {"a certificate without TLS", &card, NULL, false, "EXTERNAL", ALL, ""},
    {"no certificate", &password, NULL, true, "EXTERNAL,LOGIN", ALL, "LOGIN"},
    {"the caller's order", &password, NULL, true, " login, plain CRAM-MD5", ALL,
     "LOGIN PLAIN CRAM-MD5"},
    {"asked for and not offered", &password, NULL, true, "PLAIN", "LOGIN", ""},
    {"asked for and not known", &password, NULL, true, "GSSAPI", ALL, ""},
    {"nothing is offered", &password, &exporter, true, NULL, "", ""},
    {"other names", &password, NULL, true, NULL,
     "PLAINER XPLAIN SCRAM-SHA-256-PLUSS SCRAM-SHA-512", ""},
    {"what Exchange offers", &password, NULL, true, NULL, "GSSAPI NTLM LOGIN",
     "LOGIN"},
};

static void the_choice_is_what_both_have_and_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__sasl_terms terms = {.credentials = cases[i].credentials,
                                       .binding = cases[i].binding,
                                       .wanted = cases[i].wanted,
                                       .offered = cases[i].offered,
                                       .secure = cases[i].secure};
        struct ph__buf chosen = PH__BUF(1000);
        const char *name;
        while ((name = ph__sasl_choose(&terms)) && chosen.len < 900) {
            ph__buf_format(&chosen, chosen.len ? " %s" : "%s", name);
            terms.dropped |= ph__sasl_bit(name);
        }
        if (strcmp(ph__buf_text(&chosen), cases[i].chosen))
            fail_msg("%s: %s", cases[i].label, ph__buf_text(&chosen));
        ph__buf_done(&chosen);
    }
}

static void what_was_not_chosen_does_not_start(void **state)
{
    (void)state;
    static const struct {
        const char *mechanism;
        const struct ph_credentials *credentials;
    } starts[] = {{"GSSAPI", &password},
                  {"XOAUTH2", &password},
                  {"PLAIN", &token},
                  {"DIGEST-MD5", &nameless},
                  {"EXTERNAL", &password}};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        struct ph__sasl *s = NULL;
        const struct ph__sasl_terms terms =
            talk_terms(starts[i].mechanism, starts[i].credentials);
        assert_int_equal(ph__sasl_new(&s, starts[i].mechanism, &terms),
                         PH_E_INVALID);
        assert_null(s);
    }
}

static void every_mechanism_has_a_bit(void **state)
{
    (void)state;
    assert_int_equal(ph__sasl_bit("GSSAPI"), 0);
    assert_int_not_equal(ph__sasl_bit("plain"), 0);
    assert_int_not_equal(ph__sasl_bit("PLAIN"), ph__sasl_bit("LOGIN"));
    assert_true(ph__sasl_client_first("PLAIN"));
    assert_true(ph__sasl_client_first("SCRAM-SHA-1"));
    assert_false(ph__sasl_client_first("LOGIN"));
    assert_false(ph__sasl_client_first("CRAM-MD5"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_choice_is_what_both_have_and_may),
        cmocka_unit_test(what_was_not_chosen_does_not_start),
        cmocka_unit_test(every_mechanism_has_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
