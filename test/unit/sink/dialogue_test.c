#include "stage.h"

#include <string.h>

static void conclude(void *user, const char *dialogue)
{
    struct stage *stage = user;
    ph__buf_format(&stage->notes, "[%s]", dialogue);
}

/* What is remembered of a session that says this. */
static void remember(struct ph__buf *out, const struct ph__sink_options *opts,
                     const char *input, size_t cut)
{
    struct stage stage;
    struct ph__sink_session s;
    stage_set_up(&stage, "PIPELINING,SIZE,8BITMIME,DSN,SMTPUTF8,BINARYMIME",
                 NULL);
    stage.opts = *opts;
    stage.host.concluded = conclude;
    stage_begin(&s, &stage);
    ph__sink_session_feed(&s, input, cut);
    ph__sink_session_feed(&s, input + cut, strlen(input) - cut);
    ph__buf_add_text(out, ph__buf_text(&stage.notes));
    ph__buf_add_text(out, ph__sink_dialogue_text(&s.dialogue));
    ph__sink_session_done(&s);
    stage_tear_down(&stage);
}

#define HELLO                                                                  \
    "S: 220 posthaste.sink ESMTP\n"                                            \
    "C: EHLO x\nS: 250-posthaste.sink\nS: 250-ENHANCEDSTATUSCODES\n"           \
    "S: 250-CHUNKING\nS: 250 HELP\n"

static void a_message_has_what_was_said_since_the_one_before(void **state)
{
    static const char input[] =
        "EHLO x\r\nNOOP\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@c>\r\nDATA\r\nhi\r\n"
        "..\r\n.\r\nMAIL FROM:<d@e>\r\nRCPT TO:<e@f>\r\nBDAT 2\r\nxx"
        "BDAT 0 LAST\r\nQUIT\r\n";
    static const char expected[] =
        "a@b:b@c,7;[" HELLO "C: NOOP\nS: 250 2.0.0 nothing done\n"
        "C: MAIL FROM:<a@b>\nS: 250 2.1.0 sender ok\n"
        "C: RCPT TO:<b@c>\nS: 250 2.1.5 recipient ok\n"
        "C: DATA\nS: 354 end with a dot on a line\n"
        "C: <7 octets>\nC: .\nS: 250 2.0.0 accepted\n]"
        "d@e:e@f,2;[C: MAIL FROM:<d@e>\nS: 250 2.1.0 sender ok\n"
        "C: RCPT TO:<e@f>\nS: 250 2.1.5 recipient ok\n"
        "C: BDAT 2\nC: <2 octets>\nS: 250 2.0.0 chunk taken\n"
        "C: BDAT 0 LAST\nS: 250 2.0.0 accepted\n]"
        "C: QUIT\nS: 221 2.0.0 goodbye\n";
    for (size_t cut = 0; cut < sizeof(input); cut++) {
        struct ph__buf all = PH__BUF(10000);
        remember(&all, &(struct ph__sink_options){0}, input, cut);
        assert_string_equal(ph__buf_text(&all), expected);
        ph__buf_done(&all);
    }
}

static void what_a_login_says_is_hidden(void **state)
{
    static const struct ph__sink_options opts = {.user = "ann",
                                                 .password = "secret"};
    static const struct {
        const char *input;
        const char *shown; /* the client's lines behind the hello */
    } cases[] = {
        {"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n", "C: AUTH PLAIN <hidden>\n"},
        {"auth plain AGFubgBzZWNyZXQ=\r\n", "C: auth plain <hidden>\n"},
        {"AUTH PLAIN\r\nAGFubgBzZWNyZXQ=\r\n", "C: AUTH PLAIN\nC: <hidden>\n"},
        {"AUTH LOGIN\r\nYW5u\r\nc2VjcmV0\r\n",
         "C: AUTH LOGIN\nC: <hidden>\nC: <hidden>\n"},
        {"AUTH LOGIN YW5u\r\nc2VjcmV0\r\nNOOP\r\n",
         "C: AUTH LOGIN <hidden>\nC: <hidden>\nC: NOOP\n"},
        /* Said wrongly, or to a server that wants none of it. */
        {"AUTH c2VjcmV0\r\n", "C: AUTH <hidden>\n"},
        {"AUTH  PLAIN c2VjcmV0\r\n", "C: AUTH  PLAIN <hidden>\n"},
        {"  AUTH PLAIN c2VjcmV0\r\n", "C: AUTH PLAIN <hidden>\n"},
        {"AUTH\tPLAIN c2VjcmV0\r\n", "C: AUTH <hidden>\n"},
        {"AUTH:c2VjcmV0\r\n", "C: AUTH <hidden>\n"},
        {"AUTH PLAIN c2VjcmV0\n", "C: AUTH PLAIN <hidden>\n"},
        {"AUTH CRAM-MD5\r\nYW5u\r\nc2VjcmV0\r\nNOOP\r\n",
         "C: AUTH <hidden>\nC: <hidden>\nC: <hidden>\nC: NOOP\n"},
        {"AUTH PLAIN \x01\r\n", "C: AUTH PLAIN <hidden>\n"},
        {"AUTH\r\n", "C: AUTH\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf all = PH__BUF(10000), client = PH__BUF(10000);
        char input[200] = "EHLO x\r\n";
        strncat(input, cases[i].input, sizeof(input) - 20);
        remember(&all, &opts, input, 0);
        const char *at = strstr(all.data, "HELP\n") + 5;
        for (const char *end; (end = strchr(at, '\n')); at = end + 1)
            if (*at == 'C')
                ph__buf_add(&client, at, (size_t)(end + 1 - at));
        assert_string_equal(ph__buf_text(&client), cases[i].shown);
        ph__buf_done(&all);
        ph__buf_done(&client);
    }
}

static void a_dialogue_without_end_is_cut_but_has_its_end(void **state)
{
    struct ph__sink_dialogue d;
    ph__sink_dialogue_init(&d, true);
    for (int i = 0; i < 10000; i++)
        ph__sink_dialogue_command(&d, "NOOP\r\n", 6, false);
    assert_true(d.lines.len <= PH__SINK_DIALOGUE_MAX);
    d.delivered = true;
    ph__sink_dialogue_replies(&d, "250 ok\r\n", 8);
    const char *text = ph__sink_dialogue_text(&d);
    assert_non_null(strstr(text, "C: NOOP\nS: 250 ok\n# "));
    assert_non_null(strstr(text, " lines were left out\n"));
    ph__sink_dialogue_clear(&d);
    assert_string_equal(ph__sink_dialogue_text(&d), "");
    ph__sink_dialogue_done(&d);
}

static void nothing_is_kept_unless_asked_for(void **state)
{
    struct ph__sink_dialogue d;
    ph__sink_dialogue_init(&d, false);
    ph__sink_dialogue_command(&d, "NOOP\r\n", 6, false);
    ph__sink_dialogue_replies(&d, "250 ok\r\n", 8);
    ph__sink_dialogue_octets(&d, 1, true);
    ph__sink_dialogue_remark(&d, "TLSv1.3");
    assert_null(d.lines.data);
    ph__sink_dialogue_done(&d);
}

static void what_is_not_fit_to_be_seen_is_made_so(void **state)
{
    struct ph__sink_dialogue d;
    ph__sink_dialogue_init(&d, true);
    ph__sink_dialogue_command(&d, "NO\x1B[2J\nOP\xFF\r\n", 11, false);
    assert_string_equal(ph__sink_dialogue_text(&d), "C: NO?[2J?OP?\n");
    ph__sink_dialogue_done(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_what_was_said_since_the_one_before),
        cmocka_unit_test(what_a_login_says_is_hidden),
        cmocka_unit_test(a_dialogue_without_end_is_cut_but_has_its_end),
        cmocka_unit_test(nothing_is_kept_unless_asked_for),
        cmocka_unit_test(what_is_not_fit_to_be_seen_is_made_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
