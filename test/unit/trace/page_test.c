#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/wrap.h"
#include "base/text.h"
#include "trace/show.h"

enum { ROOM = 1 << 20, PAGE = 16 << 20 };

typedef int (*show_cb)(struct ph__buf *out, const struct ph__trace *t);
static const show_cb shows[] = {ph__trace_text, ph__trace_svg, ph__trace_html};
enum { SHOWS = sizeof(shows) / sizeof(*shows) };

static int show(struct ph__buf *out, const char *said, size_t len, show_cb as)
{
    struct ph__buf text = PH__BUF(ROOM);
    struct ph__transcript t = {0};
    struct ph__trace trace = {0};
    int rc = ph__buf_add(&text, said, len);
    if (!rc)
        rc = ph__transcript_read(&t, &text);
    if (!rc)
        rc = ph__trace_make(&trace, &t, 0);
    if (!rc)
        rc = as(out, &trace);
    ph__trace_done(&trace);
    ph__transcript_done(&t);
    ph__buf_done(&text);
    return rc;
}

/* A server may say anything, and anybody may have written the file. */
static const char hostile[] =
    "# at 0.1\n# connected to <b>&\x1b[31m\n"
    "S: 220 </text></svg><script>alert(1)</script>\n"
    "C: EHLO \"'<!-- ]]> --> \xff\xfe\x80\n"
    "S: 250-\xe2\x80\xae txet denrut \xe2\x81\xa6 \xef\xbf\xbf\x7f\xc2\x85\n"
    "S: 5 \xf0\x9f\x93\xa7\xf0\x9f\x93\xa7 \xe4\xbd\xa0\xe5\xa5\xbd\n"
    "# at 999999999.0\n# TLSv1.3<i>\nC: AUTH PLAIN c2VjcmV0LW9mLWFubg==\n"
    "S: 334 x\nC: c2VjcmV0LW9mLWFubg==\n# session 100000\n# </code>\n";

static void hostile_text_is_text(void **state)
{
    (void)state;
    static const char *const marks[] = {"<script", "<b>&", "<i>", "<!--"};
    static const char *const never[] = {
        "\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbf\xbf",      "\xc2\x85",
        "\x1b",         "\x7f",         /* U38 */ "c2VjcmV0"};
    for (size_t i = 0; i < SHOWS; i++) {
        struct ph__buf out = PH__BUF(PAGE);
        bool text = shows[i] == ph__trace_text;
        assert_int_equal(show(&out, hostile, sizeof(hostile) - 1, shows[i]),
                         PH_OK);
        assert_true(ph__text_is_utf8(out.data, out.len));
        assert_non_null(strstr(out.data, text ? "<hidden>" : "&lt;hidden&gt;"));
        for (size_t k = 0; k < sizeof(never) / sizeof(*never); k++)
            assert_null(strstr(out.data, never[k]));
        for (size_t k = 0; k < sizeof(marks) / sizeof(*marks) && !text; k++)
            assert_null(strstr(out.data, marks[k]));
        ph__buf_done(&out);
    }
}

static void a_recording_may_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(hostile); len++)
        for (size_t i = 0; i < SHOWS; i++) {
            struct ph__buf out = PH__BUF(PAGE);
            int rc = show(&out, hostile, len, shows[i]);
            assert_true(!rc || (rc == PH_E_INVALID && !out.len));
            ph__buf_done(&out);
        }
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHOWS; i++) {
        long n = 1;
        for (;; n++) {
            struct ph__buf out = PH__BUF(PAGE);
            wrap_fail_at(n);
            int rc = show(&out, hostile, sizeof(hostile) - 1, shows[i]);
            bool failed = wrap_failed();
            wrap_fail_at(0);
            ph__buf_done(&out);
            assert_int_equal(rc, failed ? PH_E_NOMEM : PH_OK);
            if (!failed)
                break;
        }
        assert_true(n > 5);
    }
}

/* A drawing is a page; the table has them all. */
static void what_is_not_drawn_is_counted(void **state)
{
    (void)state;
    enum { TRIPS = PH__TRACE_FLIGHTS_MAX };
    struct ph__buf said = PH__BUF(ROOM);
    struct ph__buf out = PH__BUF(PAGE);
    for (int i = 0; i < TRIPS; i++)
        assert_int_equal(ph__buf_add_text(&said, "C: NOOP\nS: 250 x\n"), PH_OK);
    assert_int_equal(ph__buf_add_text(&said, "# session 2\nS: 220 x\n"), PH_OK);
    assert_int_equal(show(&out, said.data, said.len, ph__trace_svg), PH_OK);
    assert_non_null(strstr(out.data, ">600 more steps are not drawn<"));
    assert_non_null(strstr(out.data, ">1 more sessions are not drawn"));
    ph__buf_done(&out);
    ph__buf_done(&said);
}

static void lines_are_shortened_by_what_they_take(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
        const char *expected;
    } lines[] = {{"abcdef", 6, "abcdef"},
                 {"abcdefg", 6, "abcde\u2026"},
                 {"\u00e4\u00f6\u00fc", 6, "\u00e4\u00f6\u00fc"},
                 {"\u00e4\u00f6\u00fcx", 6, "\u00e4\u00f6\u2026"},
                 {"", 6, ""},
                 {"a\tb\r", 6, "a?b?"}};
    struct ph__buf out = PH__BUF(ROOM);
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        assert_int_equal(ph__show_text(&out, lines[i].text, lines[i].columns),
                         PH_OK);
        assert_string_equal(ph__buf_text(&out), lines[i].expected);
    }
    ph__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_text_is_text),
        cmocka_unit_test(a_recording_may_be_cut_anywhere),
        cmocka_unit_test(every_failed_allocation_is_told),
        cmocka_unit_test(what_is_not_drawn_is_counted),
        cmocka_unit_test(lines_are_shortened_by_what_they_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
