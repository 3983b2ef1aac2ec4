#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "web/clean.h"

#define REPLACED "\xEF\xBF\xBD"

static void what_is_no_utf8_is_replaced(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *expected;
        size_t damage;
    } cases[] = {
        {"", 0, "", 0},
        {"plain", 5, "plain", 0},
        {"gr\xC3\xBC\xC3\x9F", 6, "gr\xC3\xBC\xC3\x9F", 0},
        {"caf\xE9", 4, "caf" REPLACED, 1},
        {"\xC3", 1, REPLACED, 1},
        {"a\0b", 3, "a" REPLACED "b", 0},
        {"\xED\xA0\x80", 3, REPLACED REPLACED REPLACED, 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf out = PH__BUF(100);
        size_t damage = 0;
        bool cut = true;
        assert_int_equal(ph__web_clean(&out, cases[i].text, cases[i].len, 100,
                                       &damage, &cut),
                         PH_OK);
        assert_string_equal(ph__buf_text(&out), cases[i].expected);
        assert_int_equal(damage, cases[i].damage);
        assert_false(cut);
        ph__buf_done(&out);
    }
}

static void a_character_is_left_out_whole(void **state)
{
    static const char text[] = "a\xC3\xBC\xE2\x82\xAC\xFFz";
    for (size_t max = 0; max <= 10; max++) {
        struct ph__buf out = PH__BUF(max);
        bool cut;
        assert_int_equal(
            ph__web_clean(&out, text, strlen(text), max, NULL, &cut), PH_OK);
        assert_true(ph__text_is_utf8(ph__buf_text(&out), out.len));
        assert_int_equal(cut, max < 10);
        ph__buf_done(&out);
    }
}

static void a_file_name_cannot_leave_its_place(void **state)
{
    static const struct {
        const char *name;
        const char *expected;
    } cases[] = {
        {NULL, "\"part\"; filename*=UTF-8''part"},
        {"", "\"part\"; filename*=UTF-8''part"},
        {"a.txt", "\"a.txt\"; filename*=UTF-8''a.txt"},
        {"a b.txt", "\"a b.txt\"; filename*=UTF-8''a%20b.txt"},
        {"../../etc/passwd", "\"passwd\"; filename*=UTF-8''passwd"},
        {"C:\\x\\y.exe", "\"y.exe\"; filename*=UTF-8''y.exe"},
        {"..", "\"part\"; filename*=UTF-8''part"},
        {"x/", "\"part\"; filename*=UTF-8''part"},
        {"\"><b>", "\"___b_\"; filename*=UTF-8''%22%3E%3Cb%3E"},
        {"a\r\nX-Evil: 1", "\"a__X-Evil_ 1\"; "
                           "filename*=UTF-8''a__X-Evil%3A%201"},
        {"\xC3\xBC.x", "\"__.x\"; filename*=UTF-8''%C3%BC.x"},
        {"%41\x7F", "\"_41_\"; filename*=UTF-8''%2541_"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf out = PH__BUF(400);
        assert_int_equal(ph__web_disposition(&out, cases[i].name), PH_OK);
        assert_memory_equal(out.data, "attachment; filename=", 21);
        assert_string_equal(out.data + 21, cases[i].expected);
        ph__buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_utf8_is_replaced),
        cmocka_unit_test(a_character_is_left_out_whole),
        cmocka_unit_test(a_file_name_cannot_leave_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
