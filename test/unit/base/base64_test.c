#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 4648 10, and SASL's "\0user\0pass". */
static const struct {
    const char *plain;
    size_t len;
    const char *encoded;
} cases[] = {
    {"", 0, ""},
    {"f", 1, "Zg=="},
    {"fo", 2, "Zm8="},
    {"foo", 3, "Zm9v"},
    {"foob", 4, "Zm9vYg=="},
    {"fooba", 5, "Zm9vYmE="},
    {"foobar", 6, "Zm9vYmFy"},
    {"\0user\0pass", 10, "AHVzZXIAcGFzcw=="},
    {"\xFB\xFF\xFE", 3, "+//+"},
};

static void known_vectors_encode(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf b = PH__BUF(100);
        assert_int_equal(ph__base64_encode(&b, cases[i].plain, cases[i].len),
                         PH_OK);
        assert_string_equal(ph__buf_text(&b), cases[i].encoded);
        assert_int_equal(b.len, strlen(cases[i].encoded));
        ph__buf_done(&b);
    }
}

static void known_vectors_decode(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf b = PH__BUF(100);
        const char *text = cases[i].encoded;
        assert_int_equal(ph__base64_decode(&b, text, strlen(text)), PH_OK);
        assert_int_equal(b.len, cases[i].len);
        assert_memory_equal(ph__buf_text(&b), cases[i].plain, b.len);
        ph__buf_done(&b);
    }
}

static void both_append(void **state)
{
    struct ph__buf b = PH__BUF(100);
    ph__buf_add_text(&b, "AUTH ");
    ph__base64_encode(&b, "foo", 3);
    ph__base64_decode(&b, "YmFy", 4);
    assert_string_equal(b.data, "AUTH Zm9vbar");
    ph__buf_done(&b);
}

/* RFC 4954 4: anything but the alphabet ends the exchange. */
static void decoding_is_strict(void **state)
{
    static const char *const wrong[] = {
        "Zg",  "Zg=",      "Zg==\n", "Zm9v\r\n", "Z g==", "=AAA", "A A A",
        "AAA", "Zg==Zg==", "A=AA",   "====",     "A===",  "Zm9-", "Zm9_",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ph__buf b = PH__BUF(100);
        if (ph__base64_decode(&b, wrong[i], strlen(wrong[i])) != PH_E_INVALID)
            fail_msg("'%s' was taken", wrong[i]);
        assert_int_equal(b.len, 0);
        ph__buf_done(&b);
    }
}

static void limits_hold(void **state)
{
    struct ph__buf b = PH__BUF(7);
    assert_int_equal(ph__base64_encode(&b, "fooba", 5), PH_E_LIMIT);
    assert_int_equal(ph__base64_encode(&b, "foo", 3), PH_OK);
    assert_int_equal(ph__base64_decode(&b, "Zm9vYmFy", 8), PH_E_LIMIT);
    assert_string_equal(b.data, "Zm9v");
    ph__buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_vectors_encode),
        cmocka_unit_test(known_vectors_decode),
        cmocka_unit_test(both_append),
        cmocka_unit_test(decoding_is_strict),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
