#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void ascii_letters_compare_without_case(void **state)
{
    assert_true(ph__text_same("STARTTLS", "starttls"));
    assert_true(ph__text_same("", ""));
    assert_false(ph__text_same("STARTTLS", "STARTTL"));
    assert_false(ph__text_same("@", "`"));
    assert_false(ph__text_same("[", "{"));
    assert_false(ph__text_same("\xC3\x84", "\xC3\xA4")); /* not ASCII */
    assert_true(ph__text_same_len("abcX", "ABCy", 3));
}

static void a_list_is_searched_by_whole_words(void **state)
{
    static const char list[] = " PLAIN, LOGIN\tXOAUTH2,,";
    assert_true(ph__text_listed(list, "plain"));
    assert_true(ph__text_listed(list, "LOGIN"));
    assert_true(ph__text_listed(list, "xoauth2"));
    assert_false(ph__text_listed(list, "LOG"));
    assert_false(ph__text_listed(list, "XOAUTH"));
    assert_false(ph__text_listed("", "PLAIN"));
    assert_false(ph__text_listed(list, ""));
}

static void letters_and_digits_are_ascii_only(void **state)
{
    size_t digits = 0, alnums = 0;
    for (int c = -128; c < 128; c++) {
        digits += ph__text_is_digit((char)c);
        alnums += ph__text_is_alnum((char)c);
    }
    assert_int_equal(digits, 10);
    assert_int_equal(alnums, 62);
}

static void controls_are_what_is_below_space_and_delete(void **state)
{
    for (int c = 0; c < 256; c++) {
        char s[] = {'a', (char)c, 'b'};
        assert_int_equal(ph__text_no_controls(s, 3), c >= 32 && c != 127);
        assert_int_equal(ph__text_is_ascii(s, 3), c < 128);
    }
}

static const struct {
    const char *label;
    const char *input;
    size_t len; /* of its first character, or 0 */
} characters[] = {
    {"ASCII", "a", 1},
    {"two octets", "\xC3\xA4", 2},
    {"three", "\xE2\x82\xAC", 3},
    {"four", "\xF0\x9F\x93\xAE", 4},
    {"first of two", "\xC2\x80", 2},
    {"first of three", "\xE0\xA0\x80", 3},
    {"first of four", "\xF0\x90\x80\x80", 4},
    {"last of all", "\xF4\x8F\xBF\xBF", 4},
    {"above the last", "\xF4\x90\x80\x80", 0},
    {"F5", "\xF5\x80\x80\x80", 0},
    {"overlong slash", "\xC0\xAF", 0},
    {"overlong, C1", "\xC1\xBF", 0},
    {"overlong, three", "\xE0\x9F\xBF", 0},
    {"overlong, four", "\xF0\x8F\xBF\xBF", 0},
    {"surrogate", "\xED\xA0\x80", 0},
    {"before surrogates", "\xED\x9F\xBF", 3},
    {"tail alone", "\x80", 0},
    {"cut short", "\xE2\x82", 0},
    {"tail missing", "\xE2\x82z", 0},
    {"latin-1", "\xE4z", 0},
};

static void utf8_is_what_rfc_3629_says(void **state)
{
    for (size_t i = 0; i < COUNT(characters); i++) {
        const char *s = characters[i].input;
        if (ph__text_utf8_char(s, strlen(s)) != characters[i].len)
            fail_msg("%s", characters[i].label);
        assert_int_equal(ph__text_is_utf8(s, strlen(s)),
                         characters[i].len == strlen(s));
    }
    assert_int_equal(ph__text_utf8_char("\0", 1), 0);
    assert_true(ph__text_is_utf8("", 0));
    assert_false(ph__text_is_utf8("a\0b", 3));
}

static const struct {
    const char *input;
    bool taken;
    uint64_t value;
} numbers[] = {
    /* S17 */
    {"0", true, 0},
    {"0012", true, 12},
    {"18446744073709551615", true, UINT64_MAX},
    {"18446744073709551616", false, 0},
    {"99999999999999999999", false, 0},
    {"", false, 0},
    {"-1", false, 0},
    {"+1", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"0x10", false, 0},
};

static void numbers_are_digits_and_nothing_else(void **state)
{
    for (size_t i = 0; i < COUNT(numbers); i++) {
        uint64_t value = 77;
        const char *s = numbers[i].input;
        if (ph__text_to_u64(s, strlen(s), &value) != numbers[i].taken)
            fail_msg("'%s'", s);
        assert_true(value == (numbers[i].taken ? numbers[i].value : 77));
    }
}

static void text_from_outside_becomes_printable(void **state)
{
    static const struct { /* S34 */
        const char *input;
        bool keep_lines;
        const char *expected;
    } cases[] = {
        {"\x1B[2J", false, "?[2J"},
        {"a\r\nb", false, "a??b"},
        {"a\r\nb", true, "a?\nb"},
        {"\xC2\x9B"
         "31m",
         false, "??31m"}, /* C1: CSI */
        {"\x9B"
         "31m",
         false, "?31m"},
        {"gr\xC3\xBC\xC3\x9F \xF0\x9F\x93\xAE", false,
         "gr\xC3\xBC\xC3\x9F \xF0\x9F\x93\xAE"},
        {"\x7F\t", false, "??"},
        {"", false, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[40];
        size_t len = strlen(cases[i].input);
        memcpy(text, cases[i].input, len + 1);
        ph__text_make_printable(text, len, cases[i].keep_lines);
        assert_string_equal(text, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_letters_compare_without_case),
        cmocka_unit_test(a_list_is_searched_by_whole_words),
        cmocka_unit_test(letters_and_digits_are_ascii_only),
        cmocka_unit_test(controls_are_what_is_below_space_and_delete),
        cmocka_unit_test(utf8_is_what_rfc_3629_says),
        cmocka_unit_test(numbers_are_digits_and_nothing_else),
        cmocka_unit_test(text_from_outside_becomes_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
