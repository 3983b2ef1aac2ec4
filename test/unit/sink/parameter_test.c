#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sink/parameter.h"

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
    {PH__SINK_MAIL, "BODY=BINARYMIME", ""},
    {PH__SINK_MAIL, "AUTH=a+40b.example", ""},
    {PH__SINK_MAIL, "AUTH=a@b.example", ""},
    {PH__SINK_MAIL, "AUTH=e+3Dmc2@b.example", ""},
    {PH__SINK_MAIL, "AUTH=nobody", "501"},
    {PH__SINK_MAIL, "AUTH=a@b+0D", "501"},
    {PH__SINK_MAIL, "BY=60;R", ""},
    {PH__SINK_MAIL, "BY=+999999999;rt", ""},
    {PH__SINK_MAIL, "BY=-5;NT", ""},
    {PH__SINK_MAIL, "BY=0;N", ""},
    {PH__SINK_MAIL, "BY=59;R", "554"},
    {PH__SINK_MAIL, "BY=+59;RT", "554"},
    {PH__SINK_MAIL, "BY=0;R", "501"},
    {PH__SINK_MAIL, "BY=-60;R", "501"},
    {PH__SINK_MAIL, "BY=1000000000;N", "501"},
    {PH__SINK_MAIL, "BY=;N", "501"},
    {PH__SINK_MAIL, "BY=-;N", "501"},
    {PH__SINK_MAIL, "BY=60;T", "501"},
    {PH__SINK_MAIL, "BY=60", "501"},
    {PH__SINK_MAIL, "HOLDFOR=604800", ""},
    {PH__SINK_MAIL, "HOLDFOR=604801", "501"},
    {PH__SINK_MAIL, "HOLDFOR=0", "501"},
    {PH__SINK_MAIL, "HOLDFOR=01", "501"},
    {PH__SINK_MAIL, "HOLDUNTIL=2001-09-16T01:46:40Z", ""},
    {PH__SINK_MAIL, "HOLDUNTIL=2001-09-16T01:46:41Z", "501"},
    {PH__SINK_MAIL, "HOLDUNTIL=2001-02-29T00:00:00Z", "501"},
    {PH__SINK_MAIL, "HOLDUNTIL=2001-09-1T001:46:40Z", "501"},
    {PH__SINK_MAIL, "HOLDUNTIL=2001-09-16T01:46:40+", "501"},
    {PH__SINK_MAIL, "HOLDFOR=5 HOLDUNTIL=2001-09-16T01:46:40Z", "501"},
    {PH__SINK_MAIL, "MT-PRIORITY=-9", ""},
    {PH__SINK_MAIL, "MT-PRIORITY=0", ""},
    {PH__SINK_MAIL, "MT-PRIORITY=9", ""},
    {PH__SINK_MAIL, "MT-PRIORITY=-0", "501"},
    {PH__SINK_MAIL, "MT-PRIORITY=10", "501"},
    {PH__SINK_MAIL, "MT-PRIORITY=+1", "501"},
    {PH__SINK_MAIL, "MT-PRIORITY=-", "501"},
    {PH__SINK_MAIL, "REQUIRETLS", ""},
    {PH__SINK_MAIL, "REQUIRETLS=1", "501"},
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
    {PH__SINK_RCPT, "ORCPT=rfc822;a+2Bb@c+", "501"},
    {PH__SINK_RCPT, "ORCPT=utf-8;zo\xc3\xab@b", ""},
    {PH__SINK_RCPT, "ORCPT=rfc822;zo\xc3\xab@b", "501"},
    {PH__SINK_RCPT, "ORCPT=rf c822;a@b", "501"},
    {PH__SINK_RCPT, "ORCPT=rfc@822;a@b", "501"},
    {PH__SINK_RCPT, "NOTIFY=DELAY NOTIFY=DELAY", "501"},
    {PH__SINK_RCPT, "ORCPT=;a@b", "501"},
    {PH__SINK_RCPT, "ORCPT=rfc822", "501"},
    {PH__SINK_RCPT, "ORCPT=rfc822;", "501"},
    {PH__SINK_RCPT, "SIZE=1", "555"},
};

/* Of all that there is; a thousand million seconds after 1970. */
static struct ph__sink_terms everything(void)
{
    return (struct ph__sink_terms){(1u << PH__SINK_EXTENSIONS) - 1, 1000000000};
}

static void parameters_are_checked_by_name_and_value(void **state)
{
    const struct ph__sink_terms all = everything();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph_slice p = {cases[i].parameters, strlen(cases[i].parameters)};
        struct ph__sink_wish wish;
        const char *reply =
            ph__sink_parameter_check(&wish, &all, cases[i].verb, p);
        if (*cases[i].reply)
            assert_memory_equal(reply, cases[i].reply, 3);
        else
            assert_null(reply);
    }
}

static void wishes_are_told(void **state)
{
    const struct ph__sink_terms all = everything();
    struct ph__sink_wish wish;
    struct ph_slice p = {"SMTPUTF8 SIZE=77 BODY=BINARYMIME", 32};
    assert_null(ph__sink_parameter_check(&wish, &all, PH__SINK_MAIL, p));
    assert_int_equal(wish.size, 77);
    assert_true(wish.utf8);
    assert_true(wish.binary);
}

static void parameters_of_what_is_not_offered_are_unknown(void **state)
{
    static const struct {
        enum ph__sink_verb verb;
        const char *parameter;
        unsigned offered;
        const char *reply; /* its beginning; "" = fine */
    } rows[] = {
        {PH__SINK_MAIL, "SIZE=1", 0, "555"},
        {PH__SINK_MAIL, "SMTPUTF8", 0, "555"},
        {PH__SINK_MAIL, "REQUIRETLS", 0, "555"},
        {PH__SINK_MAIL, "BODY=7BIT", 0, "555"},
        {PH__SINK_MAIL, "BODY=BINARYMIME", 1u << PH__SINK_EXT_EIGHTBIT, "501"},
        {PH__SINK_MAIL, "BODY=BINARYMIME", 1u << PH__SINK_EXT_BINARY, ""},
        {PH__SINK_MAIL, "BODY=8BITMIME", 1u << PH__SINK_EXT_BINARY, "501"},
        {PH__SINK_RCPT, "NOTIFY=NEVER", 1u << PH__SINK_EXT_SIZE, "555"},
        {PH__SINK_RCPT, "ORCPT=utf-8;\xc3\xab@b", 1u << PH__SINK_EXT_DSN,
         "501"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ph__sink_terms terms = {rows[i].offered, 0};
        struct ph__sink_wish wish;
        struct ph_slice p = {rows[i].parameter, strlen(rows[i].parameter)};
        const char *reply =
            ph__sink_parameter_check(&wish, &terms, rows[i].verb, p);
        if (*rows[i].reply)
            assert_memory_equal(reply, rows[i].reply, 3);
        else
            assert_null(reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_checked_by_name_and_value),
        cmocka_unit_test(wishes_are_told),
        cmocka_unit_test(parameters_of_what_is_not_offered_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
