#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "unit/sasl/talk.h"

#define TOKEN "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

static const struct ph_credentials tim = {
    .size = sizeof(tim), .user = "tim", .password = "tanstaaftanstaaf"};
static const struct ph_credentials kurt = {.size = sizeof(kurt),
                                           .user = "Kurt",
                                           .password = "xipj3plmq",
                                           .authzid = "Ursel"};
static const struct ph_credentials chris = {.size = sizeof(chris),
                                            .user = "chris",
                                            .password = "secret",
                                            .host = "elwood.innosoft.com"};
/* Fits ISO 8859-1, and is hashed so (RFC 2831 2.1.2.1). */
static const struct ph_credentials jurg = {.size = sizeof(jurg),
                                           .user = "J",
                                           .password = "J\xc3\xbcrg",
                                           .authzid = "K",
                                           .host = "elwood.innosoft.com"};
static const struct ph_credentials user = {.size = sizeof(user),
                                           .user = "user@example.com",
                                           .token = TOKEN,
                                           .host = "server.example.com",
                                           .port = 587};
static const struct ph_credentials odd = {
    .size = sizeof(odd), .user = "a=b,c", .token = "t"};
static const struct ph_credentials shared = {.size = sizeof(shared),
                                             .user = "ann@x.test",
                                             .token = "t",
                                             .authzid = "sales@x.test"};
static const struct ph_credentials card = {
    .size = sizeof(card), .certificate = true, .authzid = "user@example.com"};
static const struct ph_credentials blank = {.size = sizeof(blank),
                                            .certificate = true};

enum { TURNS = 3 };

/* AU-04: RFC 2195 2, RFC 2831 4 (with another cnonce and digest-uri), RFC 4616
 * 4, RFC 4954 4.1, RFC 7628 4.1, the drafts of LOGIN and XOAUTH2. */
static const struct {
    const char *label;
    const char *mechanism;
    const struct ph_credentials *credentials;
    const char *turns[TURNS][2]; /* challenge, answer */
} vectors[] = {
    {"plain", "PLAIN", &tim, {{NULL, "|tim|tanstaaftanstaaf"}}},
    {"authzid", "PLAIN", &kurt, {{"", "Ursel|Kurt|xipj3plmq"}}},
    {"login",
     "LOGIN",
     &tim,
     {{"Username:", "tim"}, {"Password:", "tanstaaftanstaaf"}}},
    {"login does not read",
     "LOGIN",
     &tim,
     {{"", "tim"}, {"Username:", "tanstaaftanstaaf"}}},
    {"cram",
     "CRAM-MD5",
     &tim,
     {{"<1896.697170952@postoffice.reston.mci.net>",
       "tim b913a602c7eda7a495b4e6e7334d3890"}}},
    {"digest",
     "DIGEST-MD5",
     &chris,
     {{"realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\","
       "algorithm=md5-sess,charset=utf-8",
       "username=\"chris\", realm=\"elwood.innosoft.com\", "
       "nonce=\"OA6MG9tEQGm2hh\", cnonce=\"" CNONCE "\", nc=00000001, "
       "qop=auth, digest-uri=\"smtp/elwood.innosoft.com\", "
       "response=a1044a2b708e9663b79842e5f3322dfe, charset=utf-8"},
      {"rspauth=6021293adfe8695e886913f99c4d6161", ""}}},
    {"password in ISO 8859-1, no realm",
     "DIGEST-MD5",
     &jurg,
     {{"nonce=\"OA6MG9tEQGm2hh\",algorithm=md5-sess",
       "username=\"J\", nonce=\"OA6MG9tEQGm2hh\", "
       "cnonce=\"" CNONCE "\", nc=00000001, "
       "qop=auth, digest-uri=\"smtp/elwood.innosoft.com\", "
       "response=a0ee1a1f5df786fc3269f915ff542c27, charset=utf-8, "
       "authzid=\"K\""},
      {"rspauth=5084a3714b9714a400e77dc7a79337b3", ""}}},
    {"oauthbearer",
     "OAUTHBEARER",
     &user,
     {{"", "n,a=user@example.com,\1host=server.example.com\1port=587\1"
           "auth=Bearer " TOKEN "\1\1"}}},
    {"a saslname",
     "OAUTHBEARER",
     &odd,
     {{NULL, "n,a=a=3Db=2Cc,\1auth=Bearer t\1\1"}}},
    {"xoauth2",
     "XOAUTH2",
     &user,
     {{NULL, "user=user@example.com\1auth=Bearer " TOKEN "\1\1"}}},
    {"somebody else's mailbox",
     "XOAUTH2",
     &shared,
     {{NULL, "user=sales@x.test\1auth=Bearer t\1\1"}}},
    {"external", "EXTERNAL", &card, {{NULL, "user@example.com"}}},
    {"whom the certificate names", "EXTERNAL", &blank, {{NULL, ""}}},
};

static void published_vectors_come_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const char *label = vectors[i].label;
        struct ph__sasl *s =
            talk_begin(vectors[i].mechanism, vectors[i].credentials);
        for (size_t t = 0; t < TURNS && vectors[i].turns[t][1]; t++) {
            assert_false(ph__sasl_done(s));
            talk_hear(s, label, vectors[i].turns[t][0], vectors[i].turns[t][1]);
        }
        assert_true(ph__sasl_done(s));
        assert_string_equal(ph__sasl_detail(s), "");
        assert_int_equal(ph__sasl_drops(s), ph__sasl_bit(vectors[i].mechanism));
        ph__sasl_free(s);
    }
}

#define HUNDRED                                                                \
    "0123456789012345678901234567890123456789012345678901234567890123456789"   \
    "012345678901234567890123456789"
#define NONCES(n) "nonce=\"" n "\",algorithm=md5-sess"

/* S16, AU-10. What has no answer gets none; nor does anything after it. */
static const struct {
    const char *label;
    const char *mechanism;
    const struct ph_credentials *credentials;
    const char *turns[TURNS][2]; /* the last answer is the refusal */
    bool impostor;
} hostile[] = {
    {"words before plain", "PLAIN", &tim, {{"hello"}}, false},
    {"a challenge behind plain",
     "PLAIN",
     &tim,
     {{"", "|tim|tanstaaftanstaaf"}, {""}},
     false},
    {"a third prompt",
     "LOGIN",
     &tim,
     {{"", "tim"}, {"", "tanstaaftanstaaf"}, {""}},
     false},
    {"an empty challenge", "CRAM-MD5", &tim, {{""}}, false},
    {"cram goes on",
     "CRAM-MD5",
     &tim,
     {{"<1896.697170952@postoffice.reston.mci.net>",
       "tim b913a602c7eda7a495b4e6e7334d3890"},
      {"x"}},
     false},
    {"nothing to digest", "DIGEST-MD5", &chris, {{""}}, false},
    {"no nonce", "DIGEST-MD5", &chris, {{"algorithm=md5-sess"}}, false},
    {"no algorithm", "DIGEST-MD5", &chris, {{"nonce=\"a\""}}, false},
    {"two nonces", "DIGEST-MD5", &chris, {{"nonce=\"a\"," NONCES("b")}}, false},
    {"no qop that we have",
     "DIGEST-MD5",
     &chris,
     {{NONCES("a") ",qop=\"auth-conf\",cipher=\"rc4\""}},
     false},
    {"not closed", "DIGEST-MD5", &chris, {{"nonce=\"abc"}}, false},
    {"rspauth of somebody else",
     "DIGEST-MD5",
     &jurg,
     {{"nonce=\"OA6MG9tEQGm2hh\",algorithm=md5-sess",
       "username=\"J\", nonce=\"OA6MG9tEQGm2hh\", "
       "cnonce=\"" CNONCE "\", nc=00000001, "
       "qop=auth, digest-uri=\"smtp/elwood.innosoft.com\", "
       "response=a0ee1a1f5df786fc3269f915ff542c27, charset=utf-8, "
       "authzid=\"K\""},
      {"rspauth=5084a3714b9714a400e77dc7a79337b0"}},
     true},
    {"an error without words",
     "OAUTHBEARER",
     &odd,
     {{NULL, "n,a=a=3Db=2Cc,\1auth=Bearer t\1\1"}, {""}},
     false},
    {"a challenge behind the error",
     "OAUTHBEARER",
     &odd,
     {{NULL, "n,a=a=3Db=2Cc,\1auth=Bearer t\1\1"}, {"{}", "\1"}, {"{}"}},
     false},
    {"external goes on",
     "EXTERNAL",
     &card,
     {{NULL, "user@example.com"}, {"x"}},
     false},
};

static void hostile_challenges_have_no_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const char *label = hostile[i].label;
        struct ph__sasl *s =
            talk_begin(hostile[i].mechanism, hostile[i].credentials);
        size_t t = 0;
        do
            talk_hear(s, label, hostile[i].turns[t][0], hostile[i].turns[t][1]);
        while (hostile[i].turns[t++][1]);
        assert_false(ph__sasl_done(s));
        if ((ph__sasl_drops(s) == ~0u) != hostile[i].impostor)
            fail_msg("%s: whom may it be shown to?", label);
        talk_hear(s, label, "", NULL);
        talk_hear(s, label, "x", NULL);
        ph__sasl_free(s);
    }
}

static void challenges_over_the_limit_are_not_read(void **state) /* S16 */
{
    (void)state;
    static const struct {
        const char *mechanism;
        size_t max;
    } cases[] = {{"DIGEST-MD5", PH__SASL_DIGEST_MAX},
                 {"CRAM-MD5", PH__SASL_CHALLENGE_MAX}};
    static char challenge[PH__SASL_CHALLENGE_MAX + 1];
    for (size_t i = 0; i < 2; i++) {
        struct ph__buf out = PH__BUF(10000);
        struct ph__sasl *s = talk_begin(cases[i].mechanism, &chris);
        memset(challenge, 'x', sizeof(challenge));
        memcpy(challenge, "algorithm=md5-sess,nonce=",
               strlen("algorithm=md5-sess,nonce="));
        assert_int_equal(ph__sasl_step(s, challenge, cases[i].max + 1, &out),
                         PH_E_AUTH);
        ph__sasl_free(s);
        s = talk_begin(cases[i].mechanism, &chris);
        assert_int_equal(ph__sasl_step(s, challenge, cases[i].max, &out),
                         PH_OK);
        ph__sasl_free(s);
        ph__buf_done(&out);
    }
}

/* U29, AU-09: it is answered, and what it says is kept, fit to be shown. */
static void the_error_of_a_token_is_told(void **state)
{
    (void)state;
    static const char json[] = "{\"status\":\"401\",\x1b\"scope\":\"mail\"}";
    static const char shown[] = "{\"status\":\"401\",?\"scope\":\"mail\"}";
    static const char *const answers[][2] = {{"XOAUTH2", ""},
                                             {"OAUTHBEARER", "\1"}};
    for (size_t i = 0; i < 2; i++) {
        struct ph__sasl *s = talk_begin(answers[i][0], &odd);
        struct ph__buf out = PH__BUF(100);
        assert_int_equal(ph__sasl_step(s, NULL, 0, &out), PH_OK);
        assert_true(ph__sasl_done(s));
        talk_hear(s, answers[i][0], json, answers[i][1]);
        assert_false(ph__sasl_done(s));
        assert_string_equal(ph__sasl_detail(s), shown);
        ph__sasl_free(s);
        ph__buf_done(&out);
    }
}

static void a_long_error_is_cut(void **state)
{
    (void)state;
    struct ph__sasl *s = talk_begin("XOAUTH2", &odd);
    struct ph__buf out = PH__BUF(100);
    assert_int_equal(ph__sasl_step(s, NULL, 0, &out), PH_OK);
    talk_hear(s, "long", HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "cut", "");
    assert_string_equal(ph__sasl_detail(s),
                        HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED);
    ph__sasl_free(s);
    ph__buf_done(&out);
}

static char long_name[PH__SASL_NAME_MAX + 2];
static char long_password[PH__SASL_PASSWORD_MAX + 2];
static char long_token[PH__SASL_TOKEN_MAX + 2];

static void credentials_have_limits(void **state)
{
    (void)state;
    memset(long_name, 'u', sizeof(long_name) - 1);
    memset(long_password, 'p', sizeof(long_password) - 1);
    memset(long_token, 't', sizeof(long_token) - 1);
    static const struct {
        const char *label;
        struct ph_credentials c;
        int expected;
    } cases[] = {
        {"password", {.user = "u", .password = "p"}, PH_OK},
        {"token", {.user = "u", .token = "t"}, PH_OK},
        {"certificate", {.certificate = true}, PH_OK},
        {"nothing to prove with", {.user = "u"}, PH_E_INVALID},
        {"nobody", {.password = "p", .token = "t"}, PH_E_INVALID},
        {"no name", {.user = "", .password = "p"}, PH_E_INVALID},
        {"no password", {.user = "u", .password = ""}, PH_E_INVALID},
        {"empty token", {.user = "u", .token = ""}, PH_E_INVALID},
        {"^A in a token", {.user = "u", .token = "t\1x"}, PH_E_INVALID},
        {"^A in a user", {.user = "u\1", .token = "t"}, PH_E_INVALID},
        {"line in a host",
         {.user = "u", .token = "t", .host = "h\n"},
         PH_E_INVALID},
        {"password of two lines",
         {.user = "u", .password = "p\nq"},
         PH_E_INVALID},
        {"long authzid",
         {.user = "u", .password = "p", .authzid = long_name},
         PH_E_INVALID},
        {"longest",
         {.user = long_name + 1, .password = long_password + 1},
         PH_OK},
        {"long user", {.user = long_name, .password = "p"}, PH_E_INVALID},
        {"long password",
         {.user = "u", .password = long_password},
         PH_E_INVALID},
        {"longest token", {.user = "u", .token = long_token + 1}, PH_OK},
        {"long token", {.user = "u", .token = long_token}, PH_E_INVALID},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph_credentials c = cases[i].c;
        assert_int_equal(ph__sasl_check(&c), PH_E_INVALID); /* no size */
        c.size = sizeof(c);
        if (ph__sasl_check(&c) != cases[i].expected)
            fail_msg("%s", cases[i].label);
    }
}

static void the_longest_token_is_said(void **state) /* U29 */
{
    (void)state;
    struct ph_credentials c = {.size = sizeof(c),
                               .user = long_name + 1,
                               .token = long_token + 1,
                               .host = long_name + 1,
                               .port = 65535};
    memset(long_name, ',', sizeof(long_name) - 1);
    memset(long_token, 't', sizeof(long_token) - 1);
    struct ph__sasl *s = talk_begin("OAUTHBEARER", &c);
    struct ph__buf out = PH__BUF(PH__SASL_MESSAGE_MAX);
    assert_int_equal(ph__sasl_step(s, NULL, 0, &out), PH_OK);
    assert_true(out.len > PH__SASL_TOKEN_MAX + 4 * PH__SASL_NAME_MAX);
    ph__sasl_free(s);
    ph__buf_done(&out);
}

/* What replay plays: it takes the rounds that the mechanism takes, says "*"
 * where that is recorded, and has nothing of the credentials. */
static void a_recorded_exchange_shows_no_secret(void **state)
{
    (void)state;
    static const struct {
        const char *mechanism;
        const struct ph_credentials *credentials;
        const char *challenges[3];
        size_t rounds; /* until it is done */
    } cases[] = {
        {"PLAIN", &tim, {NULL}, 1},
        {"PLAIN", &tim, {""}, 1},
        {"LOGIN", &tim, {"User", "Password"}, 2},
        {"CRAM-MD5", &tim, {"<1@x>"}, 1},
        {"DIGEST-MD5", &chris, {"nonce=\"other\"", "rspauth=x"}, 2},
        {"SCRAM-SHA-256", &tim, {NULL, "r=other,s=eA==,i=4096", "v=eA=="}, 3},
        {"XOAUTH2", &user, {NULL}, 1},
    };
    struct ph__sasl_record record = {.answered = true};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__sasl_terms terms =
            talk_terms(cases[i].mechanism, cases[i].credentials);
        struct ph__sasl *s = NULL;
        terms.record = &record;
        assert_int_equal(ph__sasl_new(&s, cases[i].mechanism, &terms), PH_OK);
        for (size_t n = 0; n < cases[i].rounds; n++) {
            assert_false(ph__sasl_done(s));
            talk_hear(s, cases[i].mechanism, cases[i].challenges[n],
                      "recorded");
        }
        assert_true(ph__sasl_done(s));
        if (cases[i].credentials != &user)
            talk_hear(s, cases[i].mechanism, "one more", NULL);
        ph__sasl_free(s);
    }
}

static void a_recorded_cancellation_is_one(void **state)
{
    (void)state;
    const struct ph__sasl_record record = {.answered = false};
    struct ph__sasl_terms terms = talk_terms("SCRAM-SHA-1", &tim);
    struct ph__sasl *s = NULL;
    terms.record = &record;
    assert_int_equal(ph__sasl_new(&s, "SCRAM-SHA-1", &terms), PH_OK);
    talk_hear(s, "first", NULL, "recorded");
    talk_hear(s, "then", "r=x,s=eA==,i=1", NULL);
    assert_false(ph__sasl_done(s));
    assert_int_equal(ph__sasl_drops(s), ph__sasl_bit("SCRAM-SHA-1"));
    ph__sasl_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors_come_out),
        cmocka_unit_test(hostile_challenges_have_no_answer),
        cmocka_unit_test(challenges_over_the_limit_are_not_read),
        cmocka_unit_test(the_error_of_a_token_is_told),
        cmocka_unit_test(a_long_error_is_cut),
        cmocka_unit_test(credentials_have_limits),
        cmocka_unit_test(the_longest_token_is_said),
        cmocka_unit_test(a_recorded_exchange_shows_no_secret),
        cmocka_unit_test(a_recorded_cancellation_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
