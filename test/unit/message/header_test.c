#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/header.h"
#include "message/limits.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define A10     "aaaaaaaaaa"
#define A50     A10 A10 A10 A10 A10
#define A70     A50 A10 A10
#define U       "\xC3\xBC" /* u umlaut */
#define POSTBOX "\xF0\x9F\x93\xAE"

static const struct {
    const char *label;
    const char *input;
    const char *expected;
} texts[] = {
    {"nothing", "", "S:"},
    {"ASCII", "hello there", "S: hello there"},
    {"spaces stay", "a  b", "S: a  b"},
    {"one word is encoded", "f" U "r uns", "S: =?utf-8?Q?f=C3=BCr?= uns"},
    {"from the first such word to the last", "a " U " b " U " c",
     "S: a =?utf-8?B?w7wgYiDDvA==?= c"},
    {"mostly ASCII is Q", "gr" U "ner Tee f" U "r alle",
     "S: =?utf-8?Q?gr=C3=BCner_Tee_f=C3=BCr?= alle"},
    {"all else is B", POSTBOX POSTBOX, "S: =?utf-8?B?8J+TrvCfk64=?="},
    {"looks encoded", "=?utf-8?q?x?=", "S: =?utf-8?B?PT91dGYtOD9xP3g/PQ==?="},
    {"space in front", " a", "S: =?utf-8?Q?_a?="},
    {"space behind", "a ", "S: =?utf-8?Q?a_?="},
    {"folds before a word", A70 " bbbbb", "S: " A70 "\r\n bbbbb"},
    {"a long word is not broken", A50 A50, "S: " A50 A50},
    {"and gets its own line", "x " A50 A50 " y", "S: x\r\n " A50 A50 "\r\n y"},
    {"folding keeps spaces", A70 "   bbb", "S: " A70 "\r\n   bbb"},
    {"encoded words are split between characters",
     U U U U U U U U U U U U U U U U U U U U U U U U U U U U U U,
     "S: =?utf-8?B?w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7zDvMO8w7w="
     "?=\r\n =?utf-8?B?w7zDvMO8w7zDvMO8w7zDvA==?="},
};

static void text_is_folded_and_encoded(void **state)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct ph__header h;
        ph__header_init(&h);
        const char *s = texts[i].input;
        assert_int_equal(ph__header_begin(&h, "S", 1), PH_OK);
        assert_int_equal(ph__header_text(&h, s, strlen(s)), PH_OK);
        if (strcmp(h.out.data, texts[i].expected) != 0)
            fail_msg("%s:\n%s\n%s", texts[i].label, h.out.data,
                     texts[i].expected);
        ph__header_done(&h);
    }
}

static const struct {
    const char *label;
    const char *input;
    const char *expected;
} phrases[] = {
    {"none", "", "F:"},
    {"atoms", "Ann Lee", "F: Ann Lee"},
    {"a dot needs quotes", "Joe Q. Public", "F: \"Joe Q. Public\""},
    {"a comma needs quotes", "Lee, Ann", "F: \"Lee, Ann\""},
    {"quotes and backslashes are escaped", "a \"b\" \\",
     "F: \"a \\\"b\\\" \\\\\""},
    {"two spaces need quotes", "a  b", "F: \"a  b\""},
    {"space at the end needs quotes", "a ", "F: \"a \""},
    {"an address needs quotes", "a@b", "F: \"a@b\""},
    {"UTF-8", "J" U "rgen", "F: =?utf-8?Q?J=C3=BCrgen?="},
    {"looks encoded", "=?x", "F: =?utf-8?B?PT94?="},
    {"long and not of atoms", A70 ",",
     "F: =?utf-8?Q?" A50 A10 "?=\r\n =?utf-8?Q?" A10 "=2C?="},
};

static void phrases_are_atoms_quoted_or_encoded(void **state)
{
    for (size_t i = 0; i < COUNT(phrases); i++) {
        struct ph__header h;
        ph__header_init(&h);
        const char *s = phrases[i].input;
        assert_int_equal(ph__header_begin(&h, "F", 1), PH_OK);
        assert_int_equal(ph__header_phrase(&h, s, strlen(s)), PH_OK);
        if (strcmp(h.out.data, phrases[i].expected) != 0)
            fail_msg("%s:\n%s\n%s", phrases[i].label, h.out.data,
                     phrases[i].expected);
        ph__header_done(&h);
    }
}

/* No line over `most`; none of blanks only; only CRLF; only ASCII. */
static void check_lines(const char *text, size_t most)
{
    while (*text) {
        size_t len = strcspn(text, "\r\n");
        bool blank = strspn(text, " ") >= len;
        if (len > most || blank)
            fail_msg("line of %zu: %.*s", len, (int)len, text);
        for (size_t i = 0; i < len; i++)
            assert_in_range(text[i], 32, 126);
        text += len;
        if (!*text)
            return;
        assert_memory_equal(text, "\r\n", 2);
        text += 2;
    }
}

/* U35: 2 KiB of UTF-8, every mix of short and long words. */
static void no_text_makes_a_line_too_long(void **state)
{
    static const char *const parts[] = {"a",  " ",     U,     POSTBOX, "bcd",
                                        "  ", " " A10, "=?x", A70,     "."};
    unsigned seed = 1;
    for (int round = 0; round < 300; round++) {
        char text[2100];
        size_t len = 0;
        while (len < 2000) {
            seed = seed * 1103515245u + 12345u;
            const char *part = parts[(seed >> 16) % COUNT(parts)];
            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        struct ph__header h;
        ph__header_init(&h);
        assert_int_equal(ph__header_begin(&h, "Subject", 7), PH_OK);
        assert_int_equal(ph__header_text(&h, text, len), PH_OK);
        check_lines(h.out.data, PH__LINE_MAX);
        ph__header_clear(&h);
        assert_int_equal(ph__header_begin(&h, "From", 4), PH_OK);
        assert_int_equal(ph__header_phrase(&h, text, len), PH_OK);
        check_lines(h.out.data, PH__FOLD_AT);
        ph__header_done(&h);
    }
}

static void a_word_too_long_for_any_line_is_encoded(void **state)
{
    char text[3000];
    struct ph__header h;
    memset(text, 'x', sizeof(text));
    ph__header_init(&h);
    assert_int_equal(ph__header_begin(&h, "S", 1), PH_OK);
    assert_int_equal(ph__header_text(&h, text, sizeof(text)), PH_OK);
    check_lines(h.out.data, PH__ENCODED_LINE_MAX);
    ph__header_done(&h);
}

/* S25 */
static void a_mebibyte_takes_linear_time(void **state)
{
    size_t len = 1 << 20;
    char *text = malloc(len);
    struct ph__header h;
    assert_non_null(text);
    for (size_t i = 0; i < len; i += 2)
        memcpy(text + i, U, 2);
    ph__header_init(&h);
    assert_int_equal(ph__header_begin(&h, "S", 1), PH_OK);
    assert_int_equal(ph__header_text(&h, text, len), PH_OK);
    check_lines(h.out.data, PH__ENCODED_LINE_MAX);
    ph__header_done(&h);
    free(text);
}

/* S22 */
static void the_gate_lets_no_line_end_through(void **state)
{
    static const struct {
        const char *input;
        size_t len;
        bool passes;
    } cases[] = {
        {"", 0, true},
        {"plain", 5, true},
        {"f" U "r", 4, true},
        {"\xE2\x80\xA8", 3, true}, /* U+2028: will be encoded */
        {"a\r\nBcc: x@y", 11, false},
        {"a\nb", 3, false},
        {"a\rb", 3, false},
        {"a\0b", 3, false},
        {"\r\n \r\n", 5, false},
        {"a\tb", 3, false},
        {"\x7F", 1, false},
        {"\xFC", 1, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(!ph__header_text_problem(cases[i].input, cases[i].len),
                         cases[i].passes);
}

static void names_are_printable_without_colon(void **state)
{
    static const struct {
        const char *name;
        bool passes;
    } cases[] = {
        {"X-Mailer", true},     {"!~", true},        {"", false},
        {"X: a", false},        {"X Y", false},      {"X\r\nBcc", false},
        {"X\t", false},         {"\xC3\xBC", false}, {A70 "aaaaaa", true},
        {A70 "aaaaaaa", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            !ph__header_name_problem(cases[i].name, strlen(cases[i].name)),
            cases[i].passes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_folded_and_encoded),
        cmocka_unit_test(phrases_are_atoms_quoted_or_encoded),
        cmocka_unit_test(no_text_makes_a_line_too_long),
        cmocka_unit_test(a_word_too_long_for_any_line_is_encoded),
        cmocka_unit_test(a_mebibyte_takes_linear_time),
        cmocka_unit_test(the_gate_lets_no_line_end_through),
        cmocka_unit_test(names_are_printable_without_colon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
