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

static void a_type_is_two_tokens_and_parameters(void **state)
{
    static const struct {
        const char *label;
        const char *type;
        bool good;
    } cases[] = {
        {"plain", "text/csv", true},
        {"tree", "application/vnd.a-b+xml", true},
        {"parameter", "text/csv; header=present", true},
        {"no space", "text/csv;a=b;c=d", true},
        {"quoted", "text/x; a=\"b; c=d\"", true},
        {"quoted pair", "text/x; a=\"\\\"\"", true},
        {"empty", "", false},
        {"no subtype", "text/", false},
        {"no type", "/plain", false},
        {"one word", "text", false},
        {"two slashes", "a/b/c", false},
        {"space at the end", "a/b ", false},
        {"semicolon at the end", "a/b;", false},
        {"no value", "a/b; c", false},
        {"empty value", "a/b; c=", false},
        {"no name", "a/b; =c", false},
        {"open quotes", "a/b; c=\"d", false},
        {"open quoted pair", "a/b; c=\"d\\", false},
        {"behind quotes", "a/b; c=\"d\"e", false},
        {"comment", "a/b (c)", false},
        {"line end", "a/b\r\nX: y", false},
        {"line end in quotes", "a/b; c=\"\r\nX: y\"", false},
        {"not ASCII", "a/\xC3\xBC", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (!ph__type_problem(cases[i].type) != cases[i].good)
            fail_msg("%s", cases[i].label);
}

static void a_type_has_limits(void **state)
{
    char type[600];
    snprintf(type, sizeof(type), "a/%0127d", 0);
    assert_null(ph__type_problem(type));
    snprintf(type, sizeof(type), "a/%0128d", 0);
    assert_non_null(ph__type_problem(type));
    snprintf(type, sizeof(type), "a/b; c=%0505d", 0);
    assert_null(ph__type_problem(type));
    snprintf(type, sizeof(type), "a/b; c=%0506d", 0);
    assert_non_null(ph__type_problem(type));
}

static void a_type_is_recognized_whatever_its_case(void **state)
{
    assert_true(ph__type_is("Text/HTML; a=b", "text/html"));
    assert_true(ph__type_is("text/html", "text/"));
    assert_true(ph__type_is("text/html ;a=b", "text/html"));
    assert_false(ph__type_is("text/html5", "text/html"));
    assert_false(ph__type_is("text/htm", "text/html"));
    assert_false(ph__type_is("x-text/html", "text/"));
}

static void parameters_are_found_by_their_whole_name(void **state)
{
    assert_true(ph__type_has("a/b; x=1; CharSet=c", "charset"));
    assert_true(ph__type_has("a/b; name*=c", "name"));
    assert_false(ph__type_has("a/b; file-name=c", "name"));
    assert_false(ph__type_has("a/b; names=c", "name"));
    assert_false(ph__type_has("a/b; x=\"; name=c\"", "name"));
}

static void types_are_folded_between_parameters(void **state)
{
    struct ph__header h;
    ph__header_init(&h);
    assert_int_equal(ph__header_begin_text(&h, "Content-Type"), PH_OK);
    assert_int_equal(ph__type_write(&h, "a/b;one=\"a long value of forty "
                                        "characters and more\" ; two=\"another "
                                        "long value\""),
                     PH_OK);
    assert_int_equal(ph__parameter_write(&h, "three", "3"), PH_OK);
    assert_string_equal(
        h.out.data,
        "Content-Type: a/b; one=\"a long value of forty characters and more\";"
        "\r\n two=\"another long value\"; three=3");
    ph__header_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_is_two_tokens_and_parameters),
        cmocka_unit_test(a_type_has_limits),
        cmocka_unit_test(a_type_is_recognized_whatever_its_case),
        cmocka_unit_test(parameters_are_found_by_their_whole_name),
        cmocka_unit_test(types_are_folded_between_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
