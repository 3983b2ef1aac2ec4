#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sink/command.h"

static void assert_slice(struct ph_slice s, const char *expected)
{
    assert_int_equal(s.len, strlen(expected));
    assert_memory_equal(s.data, expected, s.len);
}

static struct ph_slice slice(const char *text)
{
    return (struct ph_slice){text, strlen(text)};
}

static void verbs_are_found_without_case(void **state)
{
    static const struct {
        const char *line;
        enum ph__sink_verb verb;
        const char *argument;
    } cases[] = {
        {"RCPT TO:<a@b>", PH__SINK_RCPT, "TO:<a@b>"},
        {"mail from:<a@b>  ", PH__SINK_MAIL, "from:<a@b>"},
        {"Data", PH__SINK_DATA, ""},
        {"QUIT \t ", PH__SINK_QUIT, ""},
        {"STARTTLS", PH__SINK_STARTTLS, ""},
        {"EHLO   x", PH__SINK_EHLO, "x"},
        {"DATAX", PH__SINK_UNKNOWN, ""},
        {"DAT", PH__SINK_UNKNOWN, ""},
        {" NOOP", PH__SINK_UNKNOWN, "NOOP"},
        {"RCPT\tTO:<a@b>", PH__SINK_UNKNOWN, ""},
        {"", PH__SINK_UNKNOWN, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__sink_command command =
            ph__sink_command_parse(cases[i].line, strlen(cases[i].line));
        assert_int_equal(command.verb, cases[i].verb);
        assert_slice(command.argument, cases[i].argument);
    }
}

static void paths_are_taken_out_of_their_brackets(void **state)
{
    static const struct {
        const char *argument;
        const char *address; /* NULL = refused */
        const char *parameters;
    } cases[] = {
        {"FROM:<a@b>", "a@b", ""},
        {"from:<a@b> SIZE=1 BODY=7BIT", "a@b", "SIZE=1 BODY=7BIT"},
        {"FROM:<>", "", ""},
        {"FROM:<@one,@two:a@b>", "a@b", ""},
        {"FROM:<\"a>b\"@c> X=1", "\"a>b\"@c", "X=1"},
        {"FROM:<\"a\\\"> b\"@c>", "\"a\\\"> b\"@c", ""},
        {"FROM:< a@b>", " a@b", ""}, /* what it is, others say */
        {"FROM: <a@b>", NULL, NULL},
        {"FROM:a@b", NULL, NULL},
        {"FROM:<a@b", NULL, NULL},
        {"FROM:<\"a>@b", NULL, NULL},
        {"FROM:<a@b>X", NULL, NULL},
        {"FROM", NULL, NULL},
        {"FROM:", NULL, NULL},
        {"TO:<a@b>", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__sink_path path = {0};
        const char *problem =
            ph__sink_path_parse(&path, slice(cases[i].argument), "FROM:");
        if (!cases[i].address) {
            assert_non_null(problem);
            continue;
        }
        assert_null(problem);
        assert_slice(path.address, cases[i].address);
        assert_slice(path.parameters, cases[i].parameters);
    }
}

static void parameters_come_one_by_one(void **state)
{
    struct ph_slice rest = slice("SIZE=12  SMTPUTF8 X-Y=a,b ");
    struct ph__sink_parameter p;
    assert_true(ph__sink_parameter_next(&p, &rest));
    assert_slice(p.name, "SIZE");
    assert_slice(p.value, "12");
    assert_true(ph__sink_parameter_next(&p, &rest));
    assert_slice(p.name, "SMTPUTF8");
    assert_null(p.value.data);
    assert_true(ph__sink_parameter_next(&p, &rest));
    assert_slice(p.name, "X-Y");
    assert_slice(p.value, "a,b");
    assert_false(ph__sink_parameter_next(&p, &rest));
}

static void ill_formed_parameters_have_no_name(void **state)
{
    static const char *const cases[] = {"=1",    "SIZE=", "-X=1",
                                        "X_Y=1", "A=b=c", "A<=1"};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph_slice rest = slice(cases[i]);
        struct ph__sink_parameter p;
        assert_true(ph__sink_parameter_next(&p, &rest));
        assert_int_equal(p.name.len, 0);
        assert_false(ph__sink_parameter_next(&p, &rest));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbs_are_found_without_case),
        cmocka_unit_test(paths_are_taken_out_of_their_brackets),
        cmocka_unit_test(parameters_come_one_by_one),
        cmocka_unit_test(ill_formed_parameters_have_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
