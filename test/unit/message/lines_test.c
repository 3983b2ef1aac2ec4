#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/lines.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
    const char *input;
    size_t len;
    size_t count;
    size_t problem_line;
} cases[] = {
    {TEXT(""), 0, 0},
    {TEXT("a"), 1, 0},
    {TEXT("a\n"), 1, 0},
    {TEXT("a\r\nb\n\n"), 3, 0},
    {TEXT("a\nb\rc\n"), 2, 2}, /* S23, MG-03 */
    {TEXT("a\r"), 1, 1},
    {TEXT("a\r\r\n"), 1, 1},
    {TEXT("\r\n.\r\r\n"), 2, 2},
    {TEXT("a\n\n\0"), 3, 3},
    {TEXT("\0\n\r"), 2, 1},
    {TEXT("\r"), 1, 1},
};

static void lone_cr_and_nul_are_found(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__lines lines;
        ph__lines_scan(&lines, cases[i].input, cases[i].len);
        assert_int_equal(lines.count, cases[i].count);
        assert_int_equal(lines.problem_line, cases[i].problem_line);
        assert_int_equal(!lines.problem, !cases[i].problem_line);
    }
}

static void the_first_long_line_is_named(void **state)
{
    char text[3000];
    struct ph__lines lines;
    memset(text, 'x', sizeof(text));
    text[0] = text[999] = '\n';
    ph__lines_scan(&lines, text, sizeof(text));
    assert_int_equal(lines.long_line, 3);
    text[999] = 'x';
    ph__lines_scan(&lines, text, 1000);
    assert_int_equal(lines.long_line, 2);
    memcpy(text + 999, "\r\n", 2); /* the line end does not count */
    ph__lines_scan(&lines, text, 1001);
    assert_int_equal(lines.long_line, 0);
}

static void octets_above_127_are_counted(void **state)
{
    struct ph__lines lines;
    ph__lines_scan(&lines, "a\x80\n\xFF\x7F", 5);
    assert_int_equal(lines.high, 2);
}

/* MG-03, U34: strict and lenient readers see the same lines. */
static void a_copy_has_only_crlf(void **state)
{
    static const char alphabet[] = {'.', '\n', 'a', '\r'};
    for (unsigned n = 0; n < 4096; n++) {
        char text[6];
        struct ph__lines lines;
        struct ph__buf out = PH__BUF(100);
        for (unsigned i = 0; i < 6; i++)
            text[i] = alphabet[n >> 2 * i & 3];
        ph__lines_scan(&lines, text, sizeof(text));
        if (lines.problem)
            continue;
        assert_int_equal(ph__lines_copy(&out, text, sizeof(text)), PH_OK);
        size_t ends = 0;
        for (size_t i = 0; i < out.len; i++) {
            ends += out.data[i] == '\n';
            if (out.data[i] == '\n')
                assert_int_equal(out.data[i - 1], '\r');
            if (out.data[i] == '\r')
                assert_int_equal(out.data[i + 1], '\n');
        }
        assert_int_equal(ends, lines.count);
        assert_memory_equal(out.data + out.len - 2, "\r\n", 2);
        ph__buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lone_cr_and_nul_are_found),
        cmocka_unit_test(the_first_long_line_is_named),
        cmocka_unit_test(octets_above_127_are_counted),
        cmocka_unit_test(a_copy_has_only_crlf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
