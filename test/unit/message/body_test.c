#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/body.h"
#include "message/limits.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define A10 "aaaaaaaaaa"
#define A70 A10 A10 A10 A10 A10 A10 A10
#define U   "\xC3\xBC"

static const struct {
    const char *label;
    enum ph__cte cte;
    const char *input;
    const char *expected;
} cases[] = {
    {"nothing", PH__7BIT, "", ""},
    {"LF", PH__7BIT, "a\nb\n", "a\r\nb\r\n"}, /* U34 */
    {"CRLF", PH__7BIT, "a\r\nb\r\n", "a\r\nb\r\n"},
    {"mixed", PH__7BIT, "a\nb\r\n\nc", "a\r\nb\r\n\r\nc\r\n"},
    {"dots are for the protocol", PH__7BIT, ".\n..\n", ".\r\n..\r\n"},

    {"nothing", PH__QUOTED_PRINTABLE, "", ""},
    {"UTF-8", PH__QUOTED_PRINTABLE, "f" U "r", "f=C3=BCr\r\n"},
    {"equals sign", PH__QUOTED_PRINTABLE, "a=b", "a=3Db\r\n"},
    {"blank at the end", PH__QUOTED_PRINTABLE, "a \nb\t\nc d\n",
     "a=20\r\nb=09\r\nc d\r\n"},
    {"leading dot", PH__QUOTED_PRINTABLE, ".\n..a\n", "=2E\r\n=2E.a\r\n"},
    {"From", PH__QUOTED_PRINTABLE, "From me\nFromage\n a From b",
     "=46rom me\r\nFromage\r\n a From b\r\n"},
    {"controls", PH__QUOTED_PRINTABLE, "\x1B\x7F", "=1B=7F\r\n"},
    {"empty lines", PH__QUOTED_PRINTABLE, "\n\r\n\n", "\r\n\r\n\r\n"},
    {"75 fit", PH__QUOTED_PRINTABLE, A70 "aaaaa", A70 "aaaaa\r\n"},
    {"76 are broken", PH__QUOTED_PRINTABLE, A70 "aaaaaa",
     A70 "aaaaa=\r\na\r\n"},
    {"escapes are not broken", PH__QUOTED_PRINTABLE, A70 "aaa=b",
     A70 "aaa=\r\n=3Db\r\n"},
    {"a dot behind a break", PH__QUOTED_PRINTABLE, A70 "aaaaa.",
     A70 "aaaaa=\r\n=2E\r\n"},

    {"nothing", PH__BASE64, "", ""},
    {"line ends first", PH__BASE64, "a\n", "YQ0K\r\n"},
    {"the last line end too", PH__BASE64, "a", "YQ0K\r\n"},
    {"76 a line", PH__BASE64, A10 A10 A10 A10 A10 "aaaaaab",
     "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhY"
     "WFi"
     "\r\nDQo=\r\n"},
};

static void text_is_encoded(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(1000);
        const char *s = cases[i].input;
        assert_int_equal(ph__body_encode(&out, cases[i].cte, s, strlen(s)),
                         PH_OK);
        if (strcmp(ph__buf_text(&out), cases[i].expected) != 0)
            fail_msg("%s, %s: %s", ph__cte_name(cases[i].cte), cases[i].label,
                     ph__buf_text(&out));
        ph__buf_done(&out);
    }
}

static enum ph__cte choice(const char *text, size_t len)
{
    struct ph__lines lines;
    ph__lines_scan(&lines, text, len);
    return ph__body_choose(&lines, len);
}

/* U35 */
static void the_encoding_fits_the_text(void **state)
{
    char line[1000];
    memset(line, 'x', sizeof(line));
    assert_int_equal(choice("", 0), PH__7BIT);
    assert_int_equal(choice("plain\n", 6), PH__7BIT);
    assert_int_equal(choice(line, 998), PH__7BIT);
    assert_int_equal(choice(line, 999), PH__QUOTED_PRINTABLE);
    assert_int_equal(choice("Gr" U U "e an alle", 15), PH__BASE64);
    assert_int_equal(choice("Viele Gr" U "n an alle", 19),
                     PH__QUOTED_PRINTABLE);
    assert_int_equal(choice(U U U, 6), PH__BASE64);
}

static int hex(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* RFC 2045 6.7, for what we write. */
static size_t decode_qp(char *out, const char *s)
{
    size_t len = 0;
    while (*s) {
        if (s[0] == '=' && s[1] == '\r') {
            s += 3;
        } else if (s[0] == '=') {
            out[len++] = (char)(hex(s[1]) * 16 + hex(s[2]));
            s += 3;
        } else {
            out[len++] = *s++;
        }
    }
    return len;
}

static void check_encoded(const struct ph__buf *b)
{
    size_t column = 0;
    for (size_t i = 0; i < b->len; i++) {
        assert_in_range((unsigned char)b->data[i], 1, 126);
        if (b->data[i] == '\n') {
            assert_int_equal(b->data[i - 1], '\r');
            assert_in_range(column, 1, PH__BODY_LINE_MAX + 1);
            column = 0;
        } else {
            column++;
        }
    }
    assert_int_equal(column, 0);
}

static void random_text_survives_quoted_printable(void **state)
{
    static const char *const parts[] = {"a", " ",  "\t",    ".",    "=",
                                        U,   "\n", "From ", "\r\n", A10};
    unsigned seed = 7;
    for (int round = 0; round < 500; round++) {
        char text[1100], decoded[1200];
        size_t len = 0;
        for (int i = 0; i < 100; i++) {
            seed = seed * 1103515245u + 12345u;
            const char *part = parts[(seed >> 16) % COUNT(parts)];
            memcpy(text + len, part, strlen(part));
            len += strlen(part);
        }
        struct ph__buf out = PH__BUF(10000), plain = PH__BUF(10000);
        assert_int_equal(ph__body_encode(&out, PH__QUOTED_PRINTABLE, text, len),
                         PH_OK);
        assert_int_equal(ph__lines_copy(&plain, text, len), PH_OK);
        check_encoded(&out);
        assert_int_equal(decode_qp(decoded, out.data), plain.len);
        assert_memory_equal(decoded, plain.data, plain.len);
        ph__buf_done(&out);
        ph__buf_done(&plain);
    }
}

static void limits_hold(void **state)
{
    for (enum ph__cte cte = PH__7BIT; cte <= PH__BASE64; cte++) {
        struct ph__buf out = PH__BUF(20);
        assert_int_equal(
            ph__body_encode(&out, cte, "more than twenty octets", 23),
            PH_E_LIMIT);
        ph__buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_encoded),
        cmocka_unit_test(the_encoding_fits_the_text),
        cmocka_unit_test(random_text_survives_quoted_printable),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
