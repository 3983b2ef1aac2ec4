#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sink/content.h"

static const struct {
    const char *label;
    const char *wire; /* with what stands behind the message */
    const char *content;
    size_t behind;
} cases[] = {
    {"nothing", ".\r\n", "", 0},
    {"a line", "hi\r\n.\r\n", "hi\r\n", 0},
    {"the next command is left", "hi\r\n.\r\nQUIT\r\n", "hi\r\n", 6},
    {"a stuffed dot", "..\r\n...\r\n.\r\n", ".\r\n..\r\n", 0},
    {"a dot that nobody stuffed", ".x\r\n.\r\n", "x\r\n", 0},
    {"S23 LF dot LF", "a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", 0},
    {"S23 LF dot CRLF", "a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", 0},
    {"S23 CRLF dot LF", "a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", 0},
    {"S23 CR dot CR", "a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", 0},
    {"S23 CRLF dot CR", "a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", 0},
    {"S23 CRLF dot CR CRLF", ".\r\r\n.\r\n", "\r\r\n", 0},
    {"S23 CR CRLF dot CR CRLF", "\r\r\n.\r\r\n.\r\n", "\r\r\n\r\r\n", 0},
    {"only line ends", "\r\n\r\n\r\n.\r\n", "\r\n\r\n\r\n", 0},
    {"only CR", "\r\r\r\n.\r\n", "\r\r\r\n", 0},
    {"only LF", "\n\n\r\n.\r\n", "\n\n\r\n", 0},
    {"two messages", ".\r\n.\r\n", "", 3},
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static struct ph__sink_content begin(bool keep)
{
    return (struct ph__sink_content){.keep = keep, .data = PH__BUF(100)};
}

static void check(struct ph__sink_content *c, size_t i)
{
    assert_true(c->ended);
    assert_int_equal(c->size, strlen(cases[i].content));
    assert_int_equal(c->data.len, c->size);
    assert_string_equal(ph__buf_text(&c->data), cases[i].content);
    ph__buf_done(&c->data);
}

static void content_ends_at_crlf_dot_crlf_only(void **state)
{
    for (size_t i = 0; i < CASES; i++) {
        size_t len = strlen(cases[i].wire);
        struct ph__sink_content c = begin(true);
        assert_int_equal(ph__sink_content_take(&c, cases[i].wire, len),
                         len - cases[i].behind);
        check(&c, i);
    }
}

static void content_is_the_same_cut_in_two_anywhere(void **state)
{
    for (size_t i = 0; i < CASES; i++) {
        size_t len = strlen(cases[i].wire) - cases[i].behind;
        for (size_t cut = 0; cut < len; cut++) {
            struct ph__sink_content c = begin(true);
            const char *wire = cases[i].wire;
            assert_int_equal(ph__sink_content_take(&c, wire, cut), cut);
            assert_false(c.ended);
            assert_int_equal(ph__sink_content_take(&c, wire + cut, len - cut),
                             len - cut);
            check(&c, i);
        }
    }
}

static void content_is_the_same_octet_by_octet(void **state)
{
    for (size_t i = 0; i < CASES; i++) {
        struct ph__sink_content c = begin(true);
        for (const char *at = cases[i].wire; !c.ended; at++)
            assert_int_equal(ph__sink_content_take(&c, at, 1), 1);
        check(&c, i);
    }
}

static void content_over_the_limit_is_given_up_but_its_end_found(void **state)
{
    char wire[300];
    memset(wire, 'x', sizeof(wire));
    memcpy(wire + sizeof(wire) - 5, "\r\n.\r\n", 5);
    for (int keep = 0; keep < 2; keep++) {
        struct ph__sink_content c = begin(keep);
        assert_int_equal(ph__sink_content_take(&c, wire, sizeof(wire)),
                         sizeof(wire));
        assert_true(c.ended);
        assert_true(c.too_big);
        assert_int_equal(c.size, sizeof(wire) - 3);
        ph__buf_done(&c.data);
    }
}

static void content_not_kept_is_counted(void **state)
{
    struct ph__sink_content c = begin(false);
    ph__sink_content_take(&c, "..a\r\n.\r\n", 8);
    assert_true(c.ended);
    assert_int_equal(c.size, 4);
    assert_null(c.data.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_ends_at_crlf_dot_crlf_only),
        cmocka_unit_test(content_is_the_same_cut_in_two_anywhere),
        cmocka_unit_test(content_is_the_same_octet_by_octet),
        cmocka_unit_test(content_over_the_limit_is_given_up_but_its_end_found),
        cmocka_unit_test(content_not_kept_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
