#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sink/transcript.h"

enum { ROOM = 1 << 20, PICTURE = 4096 };

static int read_text(struct ph__transcript *out, struct ph__buf *text,
                     const char *data, size_t len)
{
    assert_int_equal(ph__buf_add(text, data, len), PH_OK);
    return ph__transcript_read(out, text);
}

static void draw_line(struct ph__buf *out, const struct ph__transcript_line *l)
{
    int rc = PH_OK;
    switch (l->kind) {
    case PH__TRANSCRIPT_HEARD:
        rc = ph__buf_format(out, "%zu S %s;", l->number, l->text);
        break;
    case PH__TRANSCRIPT_SAID:
        if (l->visible == SIZE_MAX)
            rc = ph__buf_format(out, "%zu C %s;", l->number, l->text);
        else
            rc = ph__buf_format(out, "%zu C %.*s*;", l->number, (int)l->visible,
                                l->text);
        break;
    case PH__TRANSCRIPT_CONTENT:
        rc = ph__buf_format(out, "%zu %llu;", l->number,
                            (unsigned long long)l->octets);
        break;
    case PH__TRANSCRIPT_SECURED:
        rc = ph__buf_format(out, "%zu TLS;", l->number);
        break;
    }
    assert_int_equal(rc, PH_OK);
}

/* Lines as "2 C MAIL;", a bar between sessions. */
static void draw(struct ph__buf *out, const struct ph__transcript *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (i)
            assert_int_equal(ph__buf_add_char(out, '|'), PH_OK);
        for (size_t k = 0; k < t->dialogues[i].count; k++)
            draw_line(out, &t->dialogues[i].lines[k]);
    }
}

static const struct {
    const char *label;
    const char *text;
    const char *expected;
} cases[] = {
    {"nothing", "", ""},
    {"remarks", "# connected\n\nposthaste: x\nS x\n C: y\ns: z\n", ""},
    {"forms of a line", "S: 220 x\r\nC:EHLO y\nS:\nC:  z",
     "1 S 220 x;2 C EHLO "
     "y;3 S ;4 C  z;"},
    {"TLS", "S: 220\n# TLSv1.3, x, y\n# TLS\n", "1 S 220;2 TLS;"},
    {"sessions", "S: a\n# session 3\nS: b\n# session 1\nS: c\n",
     "1 S a;5 S c;||3 S b;"},
    {"no number of a session", "# session x\nS: a\n# session 2 \nS: b\n",
     "2 S a;4 S b;"},
    /* content */
    {"in short", "C: DATA\nS: 354\nC: <9 octets>\nC: .\nS: 250\n",
     "1 C DATA;2 S 354;3 9;4 C .;5 S 250;"},
    {"written out", "C: data\nS: 354\nC: a\nC: \nC: bc\nC: .\nS: 250\n",
     "1 C data;2 S 354;3 9;6 C .;7 S 250;"},
    {"none", "C: DATA\nS: 354\nC: .\nS: 250\n",
     "1 C DATA;2 S 354;3 C .;4 S 250;"},
    {"given up", "C: DATA\nS: 354\nC: a\nC: b\n", "1 C DATA;2 S 354;"},
    {"DATA that was refused", "C: DATA\nS: 554\nC: a\nS: 354\nC: b\n",
     "1 C DATA;2 S 554;3 C a;4 S 354;"},
    {"354 that nobody asked for", "C: NOOP\nS: 354\nC: a\n",
     "1 C NOOP;2 S 354;3 C a;"},
    {"dots, and SIZE tells",
     "C: MAIL FROM:<> SIZE=9\nC: DATA\nS: 354\nC: .\nC: QUIT\nC: .\nC: QUIT\n",
     "1 C MAIL FROM:<> SIZE=9;2 C DATA;3 S 354;4 9;6 C .;7 C QUIT;"},
    {"dots, and what follows tells",
     "C: DATA\nS: 354\nC: .\nC: a\nC: .\nC: RSET\nC: MAIL FROM:<>\nS: 250\n",
     "1 C DATA;2 S 354;3 6;5 C .;6 C RSET;7 C MAIL FROM:<>;8 S 250;"},
    {"dots, and nothing tells", "C: DATA\nS: 354\nC: a\nC: .\nC: b\nS: 250\n",
     "1 C DATA;2 S 354;3 3;4 C .;5 C b;6 S 250;"},
    /* chunks */
    {"chunks", "C: BDAT 4\nC: <4 octets>\nC: BDAT 3 LAST\nC: a\nS: 250\n",
     "1 C BDAT 4;2 4;3 C BDAT 3 LAST;4 3;5 S 250;"},
    {"a chunk whose last line has no end", "C: BDAT 4\nC: a\nC: b\nC: RSET\n",
     "1 C BDAT 4;2 4;4 C RSET;"},
    {"a chunk of nothing", "C: BDAT 0 LAST\nC: QUIT\n",
     "1 C BDAT 0 LAST;2 C QUIT;"},
    {"no chunk", "C: BDAT\nC: BDAT x\nC: BDAT 1 END\nC: BDATX 1\n",
     "1 C BDAT;2 C BDAT x;3 C BDAT 1 END;4 C BDATX 1;"},
    {"numbers beyond counting",
     "C: BDAT 99999999999999999999\nC: <99999999999999999999 octets>\n",
     "1 C BDAT 99999999999999999999;2 C <99999999999999999999 octets>;"},
    /* secrets, U38: known as such, whether hidden or not */
    {"in AUTH", "C: AUTH PLAIN <hidden>\nS: 235\nC: AUTH PLAIN AGE=\n",
     "1 C AUTH PLAIN *;2 S 235;3 C AUTH PLAIN *;"},
    {"behind 334", "C: AUTH LOGIN\nS: 334 a\nC: YQ==\nS: 334 b\nC: x\nS: 235\n",
     "1 C AUTH LOGIN;2 S 334 a;3 C *;4 S 334 b;5 C *;6 S 235;"},
    {"cancelled", "C: AUTH X\nS: 334 a\nC: *\nS: 501\nS: 334\nC: y\n",
     "1 C AUTH X;2 S 334 a;3 C *;4 S 501;5 S 334;6 C y;"},
};

static void lines_become_what_was_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct ph__buf text = PH__BUF(ROOM);
        struct ph__buf picture = PH__BUF(PICTURE);
        struct ph__transcript t;
        assert_int_equal(
            read_text(&t, &text, cases[i].text, strlen(cases[i].text)), PH_OK);
        draw(&picture, &t);
        if (strcmp(ph__buf_text(&picture), cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].label, ph__buf_text(&picture));
        ph__transcript_done(&t);
        ph__buf_done(&picture);
        ph__buf_done(&text);
    }
}

static const struct {
    const char *label;
    const char *text;
    uint64_t at; /* of the only line */
} times[] = {
    {"none", "S: a\n", PH__TRANSCRIPT_NO_TIME},
    {"behind it", "S: a\n# at 1.0\n", PH__TRANSCRIPT_NO_TIME},
    {"zero", "# at 0.000000\nS: a\n", 0},
    {"micros", "# at 12.000345\n# remark\nS: a\n", 12000345},
    {"fewer digits", "# at 1.5\nS: a\n", 1500000},
    {"the latest of several", "# at 1.5\n# at 2.25\nS: a\n", 2250000},
    {"of another session", "# at 1.5\n# session 1\nS: a\n", 1500000},
    {"back in time", "# at 2.5\n# at 1.5\nS: a\n", 2500000},
    {"the last that counts", "# at 1000000000.0\nS: a\n", 1000000000000000},
    {"too late", "# at 1000000001.0\nS: a\n", PH__TRANSCRIPT_NO_TIME},
    {"beyond counting", "# at 99999999999999999999.0\nS: a\n",
     PH__TRANSCRIPT_NO_TIME},
    {"no times", "# at 1\n# at 1.\n# at .5\n# at 1.1234567\n# at 1.-5\nS: a\n",
     PH__TRANSCRIPT_NO_TIME},
};

static void lines_have_the_time_that_stands_before_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        struct ph__buf text = PH__BUF(ROOM);
        struct ph__transcript t;
        assert_int_equal(
            read_text(&t, &text, times[i].text, strlen(times[i].text)), PH_OK);
        assert_int_equal(t.lines, 1);
        if (t.dialogues[0].lines[0].at != times[i].at)
            fail_msg("%s: %llu", times[i].label,
                     (unsigned long long)t.dialogues[0].lines[0].at);
        ph__transcript_done(&t);
        ph__buf_done(&text);
    }
}

static void remarks_are_kept_with_their_session(void **state)
{
    (void)state;
    static const char said[] = "# at 0.5\n# connected to x\nS: a\n# session 2\n"
                               "# at 0.75\n# y: closed\nposthaste: z\n#\n";
    struct ph__buf text = PH__BUF(ROOM);
    struct ph__transcript t;
    assert_int_equal(read_text(&t, &text, said, sizeof(said) - 1), PH_OK);
    assert_int_equal(t.count, 2);
    assert_int_equal(t.lines, 1);
    assert_int_equal(t.dialogues[0].remark_count, 1);
    assert_string_equal(t.dialogues[0].remarks[0].text, "connected to x");
    assert_int_equal(t.dialogues[0].remarks[0].at, 500000);
    assert_int_equal(t.dialogues[0].remarks[0].number, 2);
    assert_int_equal(t.dialogues[1].remark_count, 1);
    assert_string_equal(t.dialogues[1].remarks[0].text, "y: closed");
    assert_int_equal(t.dialogues[1].remarks[0].at, 750000);
    ph__transcript_done(&t);
    ph__buf_done(&text);
}

static void a_recording_may_end_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (size_t len = 0; len < strlen(cases[i].text); len++) {
            struct ph__buf text = PH__BUF(ROOM);
            struct ph__transcript t;
            assert_int_equal(read_text(&t, &text, cases[i].text, len), PH_OK);
            ph__transcript_done(&t);
            ph__buf_done(&text);
        }
    }
}

static void what_is_no_transcript_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        int code;
    } bad[] = {
        {"S: 220 a\0b\n", 11, PH_E_CONTENT},
        {"\0", 1, PH_E_CONTENT},
        {"# session 0\n", 12, PH_E_LIMIT},
        {"# session 100001\n", 17, PH_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct ph__buf text = PH__BUF(ROOM);
        struct ph__transcript t;
        assert_int_equal(read_text(&t, &text, bad[i].text, bad[i].len),
                         bad[i].code);
        ph__buf_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_what_was_said),
        cmocka_unit_test(lines_have_the_time_that_stands_before_them),
        cmocka_unit_test(remarks_are_kept_with_their_session),
        cmocka_unit_test(a_recording_may_end_anywhere),
        cmocka_unit_test(what_is_no_transcript_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
