#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sink/extension.h"

static void what_is_left_out_is_not_in_the_set(void **state)
{
    struct ph__buf why = PH__BUF(200);
    unsigned set = 0;
    assert_int_equal(ph__sink_extension_set(&set, NULL, &why), PH_OK);
    for (int e = 0; e < PH__SINK_EXTENSIONS; e++)
        assert_true(ph__sink_has(set, (enum ph__sink_extension)e));
    assert_int_equal(ph__sink_extension_set(&set, ",size, 8BITMIME,EHLO", &why),
                     PH_OK);
    assert_false(ph__sink_has(set, PH__SINK_EXT_SIZE));
    assert_false(ph__sink_has(set, PH__SINK_EXT_EIGHTBIT));
    assert_false(ph__sink_has(set, PH__SINK_EXT_ESMTP));
    assert_true(ph__sink_has(set, PH__SINK_EXT_PIPELINING));
    assert_int_equal(ph__sink_extension_set(&set, "SIZE,SIZ", &why),
                     PH_E_INVALID);
    assert_non_null(strstr(why.data, "'SIZ'"));
    ph__buf_done(&why);
}

static const struct {
    enum ph__sink_verb verb;
    const char *parameters;
    const char *reply; /* its beginning; "" = fine */
} cases[] = {
    {PH__SINK_MAIL, "", ""},
    {PH__SINK_MAIL, "SIZE=0 BODY=8BITMIME SMTPUTF8 AUTH=<> RET=FULL", ""},
    {PH__SINK_MAIL, "size=18446744073709551615 body=7bit ret=hdrs", ""},
    {PH__SINK_MAIL, "SIZE=18446744073709551616", "501"},
    {PH__SINK_MAIL, "SIZE", "501"},
    {PH__SINK_MAIL, "SIZE=-1", "501"},
    {PH__SINK_MAIL, "SMTPUTF8=1", "501"},
    {PH__SINK_MAIL, "BODY=BINARYMIME", "501"},
    {PH__SINK_MAIL, "BODY=7BIT BODY=7BIT", "501"},
    {PH__SINK_MAIL, "RET=SOME", "501"},
    {PH__SINK_MAIL, "ENVID=a+2Bb", ""},
    {PH__SINK_MAIL, "ENVID=a+2b", "501"},
    {PH__SINK_MAIL, "ENVID=a+2", "501"},
    {PH__SINK_MAIL, "NOTIFY=NEVER", "555"},
    {PH__SINK_MAIL, "X=1", "555"},
    {PH__SINK_MAIL, "=1", "501"},
    {PH__SINK_RCPT, "NOTIFY=NEVER", ""},
    {PH__SINK_RCPT, "NOTIFY=success,FAILURE,DELAY", ""},
    {PH__SINK_RCPT, "NOTIFY=NEVER,DELAY", "501"},
    {PH__SINK_RCPT, "NOTIFY=DELAY,", "501"},
    {PH__SINK_RCPT, "ORCPT=rfc822;a@b", ""},
    {PH__SINK_RCPT, "ORCPT=;a@b", "501"},
    {PH__SINK_RCPT, "ORCPT=rfc822", "501"},
    {PH__SINK_RCPT, "ORCPT=rfc822;", "501"},
    {PH__SINK_RCPT, "SIZE=1", "555"},
};

static void parameters_are_checked_by_name_and_value(void **state)
{
    unsigned all = (1u << PH__SINK_EXTENSIONS) - 1;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph_slice p = {cases[i].parameters, strlen(cases[i].parameters)};
        struct ph__sink_wish wish;
        const char *reply =
            ph__sink_extension_check(&wish, all, cases[i].verb, p);
        if (*cases[i].reply)
            assert_memory_equal(reply, cases[i].reply, 3);
        else
            assert_null(reply);
    }
}

static void wishes_are_told(void **state)
{
    unsigned all = (1u << PH__SINK_EXTENSIONS) - 1;
    struct ph__sink_wish wish;
    struct ph_slice p = {"SMTPUTF8 SIZE=77", 16};
    assert_null(ph__sink_extension_check(&wish, all, PH__SINK_MAIL, p));
    assert_int_equal(wish.size, 77);
    assert_true(wish.utf8);
}

static void parameters_of_what_is_not_offered_are_unknown(void **state)
{
    unsigned none = 0;
    struct ph__sink_wish wish;
    struct ph_slice p = {"SIZE=1", 6};
    const char *reply = ph__sink_extension_check(&wish, none, PH__SINK_MAIL, p);
    assert_memory_equal(reply, "555", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_is_not_in_the_set),
        cmocka_unit_test(parameters_are_checked_by_name_and_value),
        cmocka_unit_test(wishes_are_told),
        cmocka_unit_test(parameters_of_what_is_not_offered_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
