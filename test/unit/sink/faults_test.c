#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sink/faults.h"

static const struct {
    const char *text;
    enum ph__sink_stage stage;
    enum ph__sink_fault fault;
    const char *pattern; /* NULL = none */
    const char *code;
    const char *words;
} good[] = {
    {"rcpt=550", PH__SINK_STAGE_RCPT, PH__SINK_FAULT_REPLY, NULL, "550", ""},
    {"rcpt@*@example.org=550 5.1.1 no", PH__SINK_STAGE_RCPT,
     PH__SINK_FAULT_REPLY, "*@example.org", "550", "5.1.1 no"},
    {"mail@a=b@c=451 x=550 y", PH__SINK_STAGE_MAIL, PH__SINK_FAULT_REPLY,
     "a=b@c", "451", "x=550 y"},
    {"rcpt@a=drop@b=stall", PH__SINK_STAGE_RCPT, PH__SINK_FAULT_STALL,
     "a=drop@b", "", ""},
    {"greeting=drop", PH__SINK_STAGE_GREETING, PH__SINK_FAULT_DROP, NULL, "",
     ""},
    {"hello=garbage", PH__SINK_STAGE_HELLO, PH__SINK_FAULT_GARBAGE, NULL, "",
     ""},
    {"content=drip", PH__SINK_STAGE_CONTENT, PH__SINK_FAULT_DRIP, NULL, "", ""},
    {"quit=flood", PH__SINK_STAGE_QUIT, PH__SINK_FAULT_FLOOD, NULL, "", ""},
};

static void rules_are_read(void **state)
{
    struct ph__buf why = PH__BUF(400);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct ph__sink_faults f = {0};
        assert_int_equal(ph__sink_faults_add(&f, good[i].text, &why), PH_OK);
        assert_int_equal(f.count, 1);
        assert_int_equal(f.rules[0].stage, good[i].stage);
        assert_int_equal(f.rules[0].fault, good[i].fault);
        assert_string_equal(f.rules[0].code, good[i].code);
        assert_string_equal(f.rules[0].text, good[i].words);
        if (good[i].pattern)
            assert_string_equal(f.rules[0].pattern, good[i].pattern);
        else
            assert_null(f.rules[0].pattern);
        ph__sink_faults_done(&f);
        assert_int_equal(f.count, 0);
    }
    assert_int_equal(why.len, 0);
}

static void rules_that_make_no_sense_are_explained(void **state)
{
    static const char *const bad[] = {
        "",          "rcpt",         "rcpt=",        "rcpt=55",
        "rcpt=5500", "rcpt=550x",    "rcpt=dropped", "rcpt=drop now",
        "what=550",  "RCPT=550",     "quit@x=550",   "=550",
        "@x=550",    "rcpt=550 \r\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ph__buf why = PH__BUF(400);
        struct ph__sink_faults f = {0};
        assert_int_equal(ph__sink_faults_add(&f, bad[i], &why), PH_E_INVALID);
        assert_true(why.len > 0);
        assert_int_equal(f.count, 0);
        ph__buf_done(&why);
        ph__sink_faults_done(&f);
    }
}

static void patterns_match_without_case_and_the_stage_counts(void **state)
{
    struct ph__buf why = PH__BUF(400);
    struct ph__sink_faults f = {0};
    ph__sink_faults_add(&f, "rcpt@b[oa]b@*=550", &why);
    ph__sink_faults_add(&f, "rcpt=550", &why);
    const struct ph__sink_rule *rule = f.rules;
    assert_true(
        ph__sink_rule_matches(rule, PH__SINK_STAGE_RCPT, "BOB@example.org"));
    assert_false(
        ph__sink_rule_matches(rule, PH__SINK_STAGE_RCPT, "bub@example.org"));
    assert_false(
        ph__sink_rule_matches(rule, PH__SINK_STAGE_MAIL, "bob@example.org"));
    assert_true(ph__sink_rule_matches(rule + 1, PH__SINK_STAGE_RCPT, ""));
    ph__sink_faults_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(rules_that_make_no_sense_are_explained),
        cmocka_unit_test(patterns_match_without_case_and_the_stage_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
