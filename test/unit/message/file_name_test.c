/* MG-10. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/parameter.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check(const char *name, const char *expected)
{
    struct ph__header h;
    ph__header_init(&h);
    assert_int_equal(ph__header_begin_text(&h, "X"), PH_OK);
    assert_int_equal(ph__header_token(&h, "a", 1), PH_OK);
    assert_int_equal(ph__file_name_write(&h, name), PH_OK);
    assert_string_equal(h.out.data, expected);
    ph__header_done(&h);
}

static void names_are_written_for_old_and_new_readers(void **state)
{
    static const struct {
        const char *name;
        const char *expected;
    } cases[] = {
        {"a.txt", "X: a; filename=\"a.txt\""},
        {"a; b.txt", "X: a; filename=\"a; b.txt\""},
        {"\xE2\x82\xAC.txt", "X: a; filename*=utf-8''%E2%82%AC.txt; "
                             "filename=\"_.txt\""},
        {"a\"b\\.c", "X: a; filename*=utf-8''a%22b%5C.c; filename=\"a_b_.c\""},
        {"=?x?=", "X: a; filename*=utf-8''%3D%3Fx%3F%3D; filename=\"=_x_=\""},
        {"9%.x", "X: a; filename*=utf-8''9%25.x; filename=\"9_.x\""},
        {"it's*", "X: a; filename=\"it's*\""},
        {"\xC3\xBC'*", "X: a; filename*=utf-8''%C3%BC%27%2A; "
                       "filename=\"_'*\""},
        {"x.\xC3\xBC", "X: a; filename*=utf-8''x.%C3%BC; filename=\"x._\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        check(cases[i].name, cases[i].expected);
}

static void a_long_name_keeps_its_extension_for_old_readers(void **state)
{
    check(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.docx",
        "X: a; "
        "filename*0*=utf-8''aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaa;\r\n"
        " filename*1*=aaaaaaaaaaa.docx;\r\n"
        " filename=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        ".docx\"");
}

/* The one that takes segments apart before it joins them wants this. */
static void segments_hold_whole_characters(void **state)
{
    struct ph__header h;
    char name[4 * 200 + 1];
    for (size_t i = 0; i < 200; i++)
        memcpy(name + 4 * i, "\xF0\x9F\x93\xAE", 5);
    ph__header_init(&h);
    assert_int_equal(ph__header_begin_text(&h, "X"), PH_OK);
    assert_int_equal(ph__file_name_write(&h, name), PH_OK);
    size_t segments = 0;
    for (char *at = h.out.data; (at = strstr(at, "*=")); segments++) {
        at += strncmp(at + 2, "utf-8''", 7) ? 2 : 9;
        assert_memory_equal(at, "%F0%9F", 6);
        assert_int_equal(strcspn(at, ";") % 12, 0);
    }
    assert_in_range(segments, 40, 60);
    ph__header_done(&h);
}

static void only_names_of_files_pass(void **state)
{
    char name[1026];
    memset(name, 'x', sizeof(name));
    name[1025] = '\0';
    assert_string_equal(ph__file_name_problem(name),
                        "is too long for the name of a file");
    name[1024] = '\0';
    assert_null(ph__file_name_problem(name));
    assert_null(ph__file_name_problem("\xC3\xBC .txt"));
    static const char *const bad[] = {"", "a/b", "/", "a\r\nb", "\x7F", "\xC3"};
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!ph__file_name_problem(bad[i]))
            fail_msg("%zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_written_for_old_and_new_readers),
        cmocka_unit_test(a_long_name_keeps_its_extension_for_old_readers),
        cmocka_unit_test(segments_hold_whole_characters),
        cmocka_unit_test(only_names_of_files_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
