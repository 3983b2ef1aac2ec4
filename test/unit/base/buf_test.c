#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void an_empty_buffer_reads_as_empty_text(void **state)
{
    struct ph__buf b = PH__BUF(10);
    assert_string_equal(ph__buf_text(&b), "");
    ph__buf_clear(&b);
    ph__buf_drop(&b, 0);
    assert_null(b.data);
    assert_int_equal(ph__buf_add(&b, NULL, 0), PH_OK);
    assert_string_equal(ph__buf_text(&b), "");
    ph__buf_done(&b);
}

static void what_is_added_is_there_and_ends_with_nul(void **state)
{
    struct ph__buf b = PH__BUF(1000);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(ph__buf_add(&b, "ab", 2), PH_OK);
        assert_int_equal(ph__buf_add_char(&b, 'c'), PH_OK);
        assert_int_equal(strlen(b.data), b.len);
    }
    assert_int_equal(b.len, 300);
    assert_memory_equal(b.data + 297, "abc", 4);
    ph__buf_done(&b);
    assert_null(b.data);
    assert_int_equal(b.limit, 1000);
}

static void the_limit_is_exact_and_a_refusal_changes_nothing(void **state)
{
    struct ph__buf b = PH__BUF(5);
    assert_int_equal(ph__buf_add_text(&b, "12345"), PH_OK);
    assert_int_equal(ph__buf_add_char(&b, '6'), PH_E_LIMIT);
    assert_int_equal(ph__buf_format(&b, "%d", 6), PH_E_LIMIT);
    assert_int_equal(ph__buf_reserve(&b, SIZE_MAX), PH_E_LIMIT);
    assert_string_equal(b.data, "12345");
    ph__buf_done(&b);
}

static void format_appends(void **state)
{
    struct ph__buf b = PH__BUF(200);
    assert_int_equal(ph__buf_format(&b, "%s=%d", "SIZE", 12), PH_OK);
    assert_int_equal(ph__buf_format(&b, " %080d", 7), PH_OK);
    assert_memory_equal(b.data, "SIZE=12 000", 11);
    assert_int_equal(b.len, 88);
    ph__buf_done(&b);
}

static void drop_takes_from_the_front(void **state)
{
    struct ph__buf b = PH__BUF(20);
    ph__buf_add_text(&b, "hello world");
    ph__buf_drop(&b, 6);
    assert_string_equal(b.data, "world");
    ph__buf_drop(&b, 5);
    assert_string_equal(b.data, "");
    assert_int_equal(b.len, 0);
    ph__buf_done(&b);
}

static void clear_keeps_the_memory(void **state)
{
    struct ph__buf b = PH__BUF(20);
    ph__buf_add_text(&b, "hello");
    char *before = b.data;
    ph__buf_clear(&b);
    ph__buf_add_text(&b, "you");
    assert_ptr_equal(b.data, before);
    assert_string_equal(b.data, "you");
    ph__buf_wipe(&b);
    assert_null(b.data);
    assert_int_equal(b.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_reads_as_empty_text),
        cmocka_unit_test(what_is_added_is_there_and_ends_with_nul),
        cmocka_unit_test(the_limit_is_exact_and_a_refusal_changes_nothing),
        cmocka_unit_test(format_appends),
        cmocka_unit_test(drop_takes_from_the_front),
        cmocka_unit_test(clear_keeps_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
