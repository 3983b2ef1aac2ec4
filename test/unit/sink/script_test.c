#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/script.h"

/* Kinds as letters: say, hear, content, bdat's octets, TLS. */
static const struct {
    const char *label;
    const char *text;
    const char *kinds;
} good[] = {
    {"a trace",
     "# connected to 127.0.0.1:2525\nS: 220 x\nC: EHLO y\nS: 250-x\nS: 250 z\n"
     "C: <12 octets>\nC: .\nS: 250 ok\n\nC: QUIT\nS: 221",
     "shsscshs"},
    {"no blank, CRLF, an empty line said", "S:220 x\r\nC:QUIT\r\nS:\r\n",
     "shs"},
    {"chunks with and without their octets",
     "C: BDAT 3\nS: 250 ok\nC: BDAT 4\nC: <4 octets>\nC: BDAT 0 LAST\n"
     "S: 250 ok\n",
     "hbshbhs"},
    {"a chunk of nothing", "C: BDAT 0 LAST\nC: <0 octets>\nS: 250 ok\n", "hs"},
    {"STARTTLS", "C: STARTTLS\nS: 220-go\nS: 220 on\nC: EHLO x\nS: 220 x\n",
     "hssths"},
    {"one handshake", "C: STARTTLS\nS: 220\nS: 220 x\n", "hsts"},
    {"STARTTLS refused", "C: STARTTLS\nS: 454 no\nC: RSET\nS: 220 x\n", "hshs"},
    {"no octets but words", "C: <x octets>\nC: <1 octets\n", "hh"},
    {"a dot alone", "C: .\n", "h"},
    {"remarks", "posthaste: x\nS: 220 x\naccepted  a@x.org\n", "s"},
    {"octets beyond counting", "C: <99999999999999999999 octets>\n", "h"},
    {"content written out",
     "C: DATA\nS: 354 go\nC: one\nC: .two\nC: .\nC: QUIT\nS: 250 ok\n",
     "hschs"},
    {"a chunk written out", "C: BDAT 6\nC: one\nC: 2\nS: 250 ok\n", "hbs"},
};

static void transcripts_become_steps(void **state)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct ph__buf why = PH__BUF(200);
        struct ph__sink_script s;
        assert_int_equal(ph__sink_script_read(&s, good[i].text, &why), PH_OK);
        assert_int_equal(s.count, strlen(good[i].kinds));
        for (size_t k = 0; k < s.count; k++)
            assert_int_equal("shcbt"[s.steps[k].kind], good[i].kinds[k]);
        ph__sink_script_done(&s);
    }
}

static void steps_know_their_line_and_size(void **state)
{
    struct ph__buf why = PH__BUF(200);
    struct ph__sink_script s;
    assert_int_equal(ph__sink_script_read(
                         &s, "#\n\nC: <77 octets>\nC: .\nC: BDAT 5\n", &why),
                     PH_OK);
    assert_int_equal(s.steps[0].octets, 77);
    assert_int_equal(s.steps[0].line, 4);
    assert_int_equal(s.steps[2].octets, 5);
    assert_int_equal(s.steps[2].line, 5);
    ph__sink_script_done(&s);
}

static void transcripts_that_make_no_sense_are_explained(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } bad[] = {
        {"", "no line"},
        {"# nothing\n\n", "no line"},
        {" S: 220\n", "no line"},
        {"S: 220\n# session 2\nS: 220\n", "line 3 "},
        {"C: <3 octets>\nC: QUIT\n", "line 2"},
        {"C: <3 octets>\nS: 250\n", "line 2"},
        {"S: 354\nC: <3 octets>\n", "line 2"},
        {"C: BDAT 3\nC: <4 octets>\n", "line 2"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ph__buf why = PH__BUF(200);
        struct ph__sink_script s;
        assert_int_equal(ph__sink_script_read(&s, bad[i].text, &why),
                         PH_E_INVALID);
        assert_memory_equal(ph__buf_text(&why), bad[i].why, strlen(bad[i].why));
        ph__buf_done(&why);
    }
}

static void more_steps_than_may_be_are_refused(void **state)
{
    struct ph__buf why = PH__BUF(200);
    struct ph__sink_script s;
    size_t len = 3 * (PH__SINK_STEPS_MAX + 1);
    char *text = malloc(len + 1);
    for (size_t i = 0; i < len; i += 3)
        memcpy(text + i, "S:\n", 3);
    text[len] = '\0';
    assert_int_equal(ph__sink_script_read(&s, text, &why), PH_E_INVALID);
    text[len - 3] = '\0';
    assert_int_equal(ph__sink_script_read(&s, text, &why), PH_OK);
    ph__sink_script_done(&s);
    ph__buf_done(&why);
    free(text);
}

static void hidden_stands_for_anything(void **state)
{
    static const struct {
        const char *pattern;
        const char *line;
        bool fits;
    } cases[] = {
        {"AUTH PLAIN <hidden>", "AUTH PLAIN AGE=", true},
        {"AUTH PLAIN <hidden>", "AUTH PLAIN ", true},
        {"AUTH PLAIN <hidden>", "AUTH LOGIN AGE=", false},
        {"<hidden>", "", true},
        {"a<hidden>b<hidden>c", "a-b-b-c", true},
        {"a<hidden>b<hidden>c", "a-c-b", false},
        {"a<hidden>ab", "aaab", true},
        {"<hidden>x", "xxxy", false},
        {"x", "x ", false},
        {"x ", "x", false},
        {"", "", true},
        {"", "x", false},
        {"<hidden", "<hidden", true},
        {"quit", "QUIT", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__sink_step step = {
            .text = {cases[i].pattern, strlen(cases[i].pattern)}};
        assert_int_equal(
            ph__sink_step_fits(&step, cases[i].line, strlen(cases[i].line)),
            cases[i].fits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transcripts_become_steps),
        cmocka_unit_test(steps_know_their_line_and_size),
        cmocka_unit_test(transcripts_that_make_no_sense_are_explained),
        cmocka_unit_test(more_steps_than_may_be_are_refused),
        cmocka_unit_test(hidden_stands_for_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
