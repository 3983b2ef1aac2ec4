#include "scene.h"

#include "cli/report.h"
#include "cli/tally.h"

static const struct {
    struct cli_fate fate;
    const char *json;
    const char *text;
} cases[] = {
    {{.message = "1@x",
      .recipient = "a@x",
      .outcome = "accepted",
      .stage = "content",
      .reply = {250, {2, 0, 0}, "queued"},
      .detail = "",
      .attempts = 1,
      .server = "mx:25"},
     "{\"message\":\"1@x\",\"recipient\":\"a@x\",\"outcome\":\"accepted\","
     "\"code\":250,\"enhanced\":\"2.0.0\",\"reply\":\"queued\",\"stage\":"
     "\"content\",\"attempts\":1,\"server\":\"mx:25\"}\n",
     "accepted   a@x  250 2.0.0 queued"},
    {{.message = "1@x",
      .recipient = "b@x",
      .outcome = "refused",
      .stage = "rcpt",
      .reply = {550, {0, 0, 0}, "no\n\"such\" user"},
      .detail = "refused for good (5yz)",
      .attempts = 2,
      .server = "mx:25",
      .row = 7},
     "{\"message\":\"1@x\",\"recipient\":\"b@x\",\"outcome\":\"refused\","
     "\"code\":550,\"enhanced\":null,\"reply\":\"no\\n\\\"such\\\" user\","
     "\"stage\":\"rcpt\",\"attempts\":2,\"server\":\"mx:25\",\"row\":7}\n",
     "refused    b@x  rcpt: 550 no \"such\" user"},
    {{.message = "",
      .recipient = "\x1b[2J\xFF",
      .outcome = "unsent",
      .stage = "input",
      .detail = "has no @",
      .server = ""},
     "{\"message\":\"\",\"recipient\":\"?[2J?\",\"outcome\":\"unsent\","
     "\"code\":null,\"enhanced\":null,\"reply\":null,\"stage\":\"input\","
     "\"attempts\":0,\"server\":null}\n",
     "unsent     ?[2J?  input: has no @"},
};

static void fates_are_written_for_programs_and_people(void **state)
{
    (void)state; /* S34 */
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(10000);
        assert_int_equal(cli_report_json(&out, &cases[i].fate), PH_OK);
        assert_string_equal(out.data, cases[i].json);
        ph__buf_clear(&out);
        assert_int_equal(cli_report_text(&out, &cases[i].fate), PH_OK);
        assert_string_equal(out.data, cases[i].text);
        ph__buf_done(&out);
    }
}

static void a_line_that_does_not_fit_leaves_nothing_behind(void **state)
{
    (void)state;
    struct ph__buf out = PH__BUF(250);
    assert_int_equal(cli_report_json(&out, &cases[0].fate), PH_OK);
    size_t len = out.len;
    assert_int_not_equal(cli_report_json(&out, &cases[1].fate), PH_OK);
    assert_int_equal(out.len, len);
    assert_string_equal(out.data, cases[0].json);
    ph__buf_done(&out);
}

static const struct {
    enum ph_outcome outcome;
    enum ph_stage stage;
    enum ph_code code;
    const char *said; /* a part, or NULL for silence */
} problems[] = {
    {PH_ACCEPTED, PH_STAGE_CONTENT, PH_OK, NULL},
    {PH_REFUSED, PH_STAGE_RCPT, PH_E_PERMANENT, NULL},
    {PH_DEFERRED, PH_STAGE_RCPT, PH_E_TEMPORARY, NULL},
    {PH_UNSENT, PH_STAGE_INPUT, PH_E_ADDRESS, NULL},
    {PH_UNSENT, PH_STAGE_CONNECT, PH_E_CANCELED, NULL},
    {PH_UNSENT, PH_STAGE_RESOLVE, PH_E_RESOLVE,
     "mx:25: host name does not exist (resolve: more): check the name"},
    {PH_UNSENT, PH_STAGE_CONNECT, PH_E_CONNECT, "check host and port"},
    {PH_UNSENT, PH_STAGE_TLS, PH_E_TLS, "--tls-ca"},
    {PH_UNSENT, PH_STAGE_STARTTLS, PH_E_NO_TLS, "--tls opportunistic"},
    {PH_UNSENT, PH_STAGE_AUTH, PH_E_AUTH, "check --user"},
    {PH_UNSENT, PH_STAGE_AUTH, PH_E_TEMPORARY, "try again later"},
    {PH_UNSENT, PH_STAGE_GREETING, PH_E_PROTOCOL, "-v shows"},
    {PH_UNCERTAIN, PH_STAGE_CONTENT, PH_E_DOUBT, "before sending it again"},
};

static void session_problems_are_explained(void **state)
{
    (void)state; /* U37 */
    for (size_t i = 0; i < COUNT(problems); i++) {
        struct ph_recipient_result r = {.outcome = problems[i].outcome,
                                        .stage = problems[i].stage,
                                        .code = problems[i].code,
                                        .reply.text = "",
                                        .detail = "more"};
        scene_listen();
        cli_report_explain(&r, "mx:25", &(struct cli_hints){0});
        const char *said = scene_said();
        if (problems[i].said)
            assert_non_null(strstr(said, problems[i].said));
        else
            assert_string_equal(said, "");
    }
}

#define TLS(text, said_of_it)                                                  \
    {                                                                          \
        .stage = PH_STAGE_TLS, .code = PH_E_TLS, .detail = "mx:25: " text,     \
        .said = said_of_it                                                     \
    }
#define SILENT(at, how, said_of_it)                                            \
    {                                                                          \
        .stage = PH_STAGE_##at, .code = PH_E_##how, .detail = "",              \
        .said = said_of_it                                                     \
    }
#define AUTH(reply_said, by, takes, said_of_it)                                \
    {                                                                          \
        .stage = PH_STAGE_AUTH, .code = PH_E_AUTH, .detail = "",               \
        .reply = reply_said, .hints.mechanism = by, .hints.secret = takes,     \
        .said = said_of_it                                                     \
    }
#define NO_LOGIN(text, said_of_it)                                             \
    {                                                                          \
        .stage = PH_STAGE_AUTH, .code = PH_E_AUTH, .detail = text,             \
        .said = said_of_it                                                     \
    }
#define SAID(code, x, y, z, text)                                              \
    {                                                                          \
        code, {x, y, z}, text                                                  \
    }

static const struct {
    enum ph_stage stage;
    enum ph_code code;
    const char *detail;
    struct ph_reply reply;
    struct cli_hints hints;
    const char *said; /* a part */
} advices[] = {
    /* U31: what the library advises, in words of the program. */
    TLS("certificate is for somebody else: connect to a name that it has, or "
        "say which name to expect",
        "(tls: mx:25: certificate is for somebody else): connect to a name "
        "that it has, or give --tls-name\n"),
    TLS("certificate has expired: its owner has to renew it, unless the clock "
        "is wrong here",
        "(tls: mx:25: certificate has expired): its owner has to renew it, "
        "unless the clock is wrong here\n"),
    TLS("something new", "(tls: mx:25: something new): check --tls-ca"),
    /* U11 */
    TLS("the server speaks in clear text here: use STARTTLS, or the port where "
        "TLS comes first (465)",
        "clear text here): use smtp://"),
    SILENT(GREETING, TIMEOUT, "use smtps://"),
    SILENT(GREETING, CLOSED, "use smtps://"),
    SILENT(GREETING, PROTOCOL, "use smtps://"),
    SILENT(HELLO, TIMEOUT, "--timeout"),
    /* U12, U30: the mechanism, the server's words, what to try. */
    AUTH(SAID(535, 5, 7, 8, "no"), "PLAIN", NULL,
         "(auth PLAIN: 535 5.7.8 no): check --user"),
    AUTH(SAID(535, 5, 7, 8, "no"), "PLAIN", "use an app password",
         "no): use an app password\n"),
    AUTH(SAID(535, 5, 7, 8, "no"), "XOAUTH2", "use an app password",
         "no): the token may have expired"),
    AUTH(SAID(535, 5, 7, 139, "off"), "LOGIN", NULL,
         "off): use --oauth-token-command"),
    AUTH(SAID(534, 5, 7, 9, "Application-specific password required"), "PLAIN",
         NULL, "): use an app password"),
    AUTH(SAID(530, 5, 7, 0, "Must issue a STARTTLS command first"), "LOGIN",
         NULL, "): give --tls required"),
    NO_LOGIN("no mechanism is left that both sides have", "posthaste probe"),
    NO_LOGIN("the command pass ended with exit status 1", "run it by hand"),
};

static void the_advice_is_to_the_point(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(advices); i++) {
        struct ph_recipient_result r = {.outcome = PH_UNSENT,
                                        .stage = advices[i].stage,
                                        .code = advices[i].code,
                                        .reply = advices[i].reply,
                                        .detail = advices[i].detail};
        scene_listen();
        cli_report_explain(&r, "mx:25", &advices[i].hints);
        const char *said = scene_said();
        if (!strstr(said, advices[i].said))
            fail_msg("%zu: %s", i, said);
    }
}

/* Nobody may lower what a stranger's exchanger or policy asks for. */
static const struct {
    enum ph_outcome outcome;
    enum ph_stage stage;
    enum ph_code code;
    const char *detail;
    const char *said;
} of_exchangers[] = {
    {PH_REFUSED, PH_STAGE_RESOLVE, PH_E_RESOLVE, "more",
     "x: host name does not exist (resolve: more): check the address"},
    {PH_REFUSED, PH_STAGE_RESOLVE, PH_E_PERMANENT, "null",
     "(resolve: null): write to another address"},
    {PH_REFUSED, PH_STAGE_RESOLVE, PH_E_PERMANENT, "it would come back",
     ": "
     "give it to what serves the domain here, or, if nothing does, correct "
     "--hello"},
    {PH_DEFERRED, PH_STAGE_RESOLVE, PH_E_CONNECT, "", ": try again later"},
    {PH_UNSENT, PH_STAGE_CONNECT, PH_E_CONNECT, "", ": try again later"},
    {PH_UNSENT, PH_STAGE_GREETING, PH_E_PERMANENT, "", ": its words say why"},
    {PH_UNSENT, PH_STAGE_TLS, PH_E_TLS,
     "mx:25: certificate is for somebody else: connect to a name that it has, "
     "or say which name to expect",
     "(tls: mx:25: certificate is for somebody else): try again later"},
    {PH_UNSENT, PH_STAGE_STARTTLS, PH_E_NO_TLS, "", ": try again later"},
    {PH_UNCERTAIN, PH_STAGE_CONTENT, PH_E_DOUBT, "", "before sending it again"},
};

static void advice_about_exchangers_is_their_own(void **state)
{
    (void)state;
    static const struct cli_hints hints = {.exchangers = true};
    for (size_t i = 0; i < COUNT(of_exchangers); i++) {
        struct ph_recipient_result r = {.outcome = of_exchangers[i].outcome,
                                        .stage = of_exchangers[i].stage,
                                        .code = of_exchangers[i].code,
                                        .reply.text = "",
                                        .detail = of_exchangers[i].detail};
        scene_listen();
        cli_report_explain(&r, "x", &hints);
        const char *said = scene_said();
        if (!strstr(said, of_exchangers[i].said))
            fail_msg("%zu: %s", i, said);
    }
}

static void what_was_told_of_one_is_told_of_another(void **state)
{
    (void)state;
    struct ph_recipient_result good = {.outcome = PH_ACCEPTED};
    struct ph_recipient_result bad = {.code = PH_E_CONNECT,
                                      .stage = PH_STAGE_CONNECT};
    struct cli_told told = {0};
    assert_true(cli_told_anew(&told, "a", &bad));
    assert_false(cli_told_anew(&told, "a", &bad));
    assert_true(cli_told_anew(&told, "b", &bad));
    assert_false(cli_told_anew(&told, "c", &good));
    assert_true(cli_told_anew(&told, "b", &bad));
    bad.stage = PH_STAGE_GREETING;
    assert_true(cli_told_anew(&told, "b", &bad));
}

static void the_summary_has_what_there_is(void **state)
{
    (void)state;
    struct ph__buf out = PH__BUF(100000);
    struct cli_tally t;
    cli_tally_init(&t);
    cli_tally_add(&t, PH_ACCEPTED, 0, &cases[0].fate);
    for (int i = 0; i < 12; i++)
        cli_tally_add(&t, PH_REFUSED, 69, &cases[1].fate);
    t.skipped = 3;
    t.left = 4;
    t.connections = 2;
    t.secs = 2;
    assert_int_equal(t.status, 69);
    assert_int_equal(cli_tally_summary(&t, &out), PH_OK);
    assert_non_null(strstr(out.data, "13 recipients: 1 accepted, 12 refused\n"
                                     "3 skipped: an earlier run did them\n"
                                     "4 not tried\n"
                                     "2 connections, not encrypted; 2.0 s, "));
    assert_non_null(strstr(out.data, "\n  row 7: refused    b@x  rcpt: 550"));
    assert_non_null(strstr(out.data, "\n  and 2 more\n"));
    cli_tally_done(&t);
    ph__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fates_are_written_for_programs_and_people),
        cmocka_unit_test(a_line_that_does_not_fit_leaves_nothing_behind),
        cmocka_unit_test(session_problems_are_explained),
        cmocka_unit_test(the_advice_is_to_the_point),
        cmocka_unit_test(advice_about_exchangers_is_their_own),
        cmocka_unit_test(what_was_told_of_one_is_told_of_another),
        cmocka_unit_test(the_summary_has_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
