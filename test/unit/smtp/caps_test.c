#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/caps.h"

static void keywords_are_found_in_any_case(void **state) /* EH-04 */
{
    (void)state;
    struct ph__caps caps;
    ph__caps_read(&caps, "mx hello\npipelining\nSize 10\n8BitMime\nStartTLS",
                  NULL);
    assert_true(ph__caps_have(&caps, PH__EXT_PIPELINING) &&
                ph__caps_have(&caps, PH__EXT_EIGHTBIT) &&
                ph__caps_have(&caps, PH__EXT_STARTTLS));
    assert_int_equal(caps.size_max, 10);
}

static void the_first_line_is_a_name(void **state)
{
    (void)state;
    struct ph__caps caps;
    ph__caps_read(&caps, "PIPELINING", NULL);
    assert_false(ph__caps_have(&caps, PH__EXT_PIPELINING));
}

static void odd_sizes_mean_no_known_limit(void **state) /* EH-10, S17 */
{
    (void)state;
    static const struct {
        const char *line;
        uint64_t want;
    } cases[] = {{"mx\nSIZE", 0},
                 {"mx\nSIZE 0", 0},
                 {"mx\nSIZE abc", 0},
                 {"mx\nSIZE -1", 0},
                 {"mx\nSIZE 99999999999999999999", 0},
                 {"mx\nSIZE 999999999999999999999", 0},
                 {"mx\nSIZE 9223372036854775807", INT64_MAX},
                 {"mx\nSIZE 35882577\nSIZE 5", 35882577}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__caps caps;
        ph__caps_read(&caps, cases[i].line, NULL);
        assert_true(ph__caps_have(&caps, PH__EXT_SIZE));
        assert_int_equal(caps.size_max, cases[i].want);
    }
}

static void the_real_auth_line_wins(void **state) /* EH-05 */
{
    (void)state;
    static const char *const texts[] = {"mx\nAUTH=LOGIN\nAUTH PLAIN",
                                        "mx\nAUTH PLAIN\nAUTH=LOGIN"};
    for (size_t i = 0; i < 2; i++) {
        struct ph__caps caps;
        ph__caps_read(&caps, texts[i], NULL);
        assert_string_equal(caps.mechanisms, "PLAIN");
    }
    struct ph__caps caps;
    ph__caps_read(&caps, "mx\nAUTH=LOGIN PLAIN", NULL);
    assert_string_equal(caps.mechanisms, "LOGIN PLAIN");
}

static void unwanted_ones_are_overlooked(void **state)
{
    (void)state;
    struct ph__caps caps;
    ph__caps_read(&caps, "mx\nPIPELINING\nSIZE 1\nAUTH=PLAIN",
                  "pipelining, auth");
    assert_false(ph__caps_have(&caps, PH__EXT_PIPELINING));
    assert_string_equal(caps.mechanisms, "");
    assert_int_equal(caps.size_max, 1);
}

static void a_new_reply_replaces_everything(void **state) /* EH-07, U32 */
{
    (void)state;
    struct ph__caps caps;
    ph__caps_read(&caps, "mx\nPIPELINING\nAUTH PLAIN\nSIZE 1", NULL);
    ph__caps_read(&caps, "mx", NULL);
    assert_false(ph__caps_have(&caps, PH__EXT_PIPELINING) ||
                 ph__caps_have(&caps, PH__EXT_SIZE) || caps.mechanisms[0]);
}

static void an_endless_mechanism_list_is_cut(void **state)
{
    (void)state;
    char text[4000] = "mx\nAUTH ";
    memset(text + 8, 'X', sizeof(text) - 9);
    struct ph__caps caps;
    ph__caps_read(&caps, text, NULL);
    assert_int_equal(strlen(caps.mechanisms), PH__MECHANISMS_MAX - 1);
}

static void limits_are_read_one_by_one(void **state) /* LI-02 */
{
    (void)state;
    static const struct {
        const char *line;
        uint64_t mail;
        uint64_t rcpt;
        uint64_t domain;
    } cases[] = {
        {"mx\nLIMITS MAILMAX=2 RCPTMAX=3 RCPTDOMAINMAX=1", 2, 3, 1},
        {"mx\nLIMITS rcptmax=3", 0, 3, 0},
        {"mx\nLIMITS RCPTMAX=0 MAILMAX=2", 2, 0, 0},
        {"mx\nLIMITS RCPTMAX=x MAILMAX=2", 2, 0, 0},
        {"mx\nLIMITS RCPTMAX MAILMAX=2", 2, 0, 0},
        {"mx\nLIMITS RCPTMAX=1000000 MAILMAX=999999", 999999, 0, 0},
        {"mx\nLIMITS OTHER=a,b RCPTMAX=5", 0, 5, 0},
        {"mx\nLIMITS RCPTMAX=5 ;;", 0, 0, 0},
        {"mx\nLIMITS RCPTMAX=5;6", 0, 0, 0},
        {"mx\nLIMITS =5 RCPTMAX=5", 0, 0, 0},
        {"mx\nLIMITS", 0, 0, 0},
        {"mx\nLIMITS RCPTMAX=5\nLIMITS RCPTMAX=6", 0, 5, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__caps caps;
        ph__caps_read(&caps, cases[i].line, NULL);
        assert_int_equal(caps.mail_max, cases[i].mail);
        assert_int_equal(caps.rcpt_max, cases[i].rcpt);
        assert_int_equal(caps.domain_max, cases[i].domain);
    }
}

static void smtputf8_brings_8bitmime(void **state)
{
    (void)state;
    struct ph__caps caps;
    ph__caps_read(&caps, "mx\nSMTPUTF8", NULL);
    assert_true(ph__caps_have(&caps, PH__EXT_EIGHTBIT));
    ph__caps_read(&caps, "mx\nSMTPUTF8", "8BITMIME");
    assert_false(ph__caps_have(&caps, PH__EXT_EIGHTBIT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keywords_are_found_in_any_case),
        cmocka_unit_test(the_first_line_is_a_name),
        cmocka_unit_test(limits_are_read_one_by_one),
        cmocka_unit_test(smtputf8_brings_8bitmime),
        cmocka_unit_test(odd_sizes_mean_no_known_limit),
        cmocka_unit_test(the_real_auth_line_wins),
        cmocka_unit_test(unwanted_ones_are_overlooked),
        cmocka_unit_test(a_new_reply_replaces_everything),
        cmocka_unit_test(an_endless_mechanism_list_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
