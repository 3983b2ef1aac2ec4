#include "scene.h"

#include "cli/reasons.h"

static struct cli_fate fate_of(const char *to, int code, const char *text,
                               const char *hint)
{
    return (struct cli_fate){.recipient = to,
                             .outcome = "refused",
                             .stage = "rcpt",
                             .reply = {.code = code, .text = text},
                             .detail = "lost",
                             .about = PH_CLASS_RECIPIENT,
                             .hint = hint};
}

static void words_of_a_kind_become_one(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"", ""},
        {"no such user", "no such user"},
        {"  <ann@x.org>:\n user\tunknown ", "<...> user unknown"},
        {"queued as 7F3A on mx1", "queued as # on #"},
        {"bad\x1b[1m\xff", "#"},
        {"bad\x1b\xff", "bad??"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(1000);
        assert_int_equal(cli_reasons_normalise(&out, cases[i].text), PH_OK);
        assert_string_equal(ph__buf_text(&out), cases[i].expected);
        ph__buf_done(&out);
    }
}

static void long_words_are_cut(void **state)
{
    (void)state;
    char text[5000];
    struct ph__buf out = PH__BUF(10000);
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(cli_reasons_normalise(&out, text), PH_OK);
    assert_int_equal(out.len, 120);
    ph__buf_done(&out);
}

static void the_largest_come_first_with_advice(void **state)
{
    (void)state;
    static const char hint[] = "do this";
    struct cli_reasons r = {0};
    struct ph__buf out = PH__BUF(10000), hints = PH__BUF(1000);
    struct cli_fate few = fate_of("a@X.org", 550, "gone", hint);
    struct cli_fate many = fate_of("b@y.org", 554, "a@b is unknown", hint);
    struct cli_fate lost = fate_of("c", 0, "", NULL);
    cli_reasons_add(&r, &few);
    for (int i = 0; i < 3; i++)
        cli_reasons_add(&r, &many);
    cli_reasons_add(&r, &lost);
    assert_int_equal(cli_reasons_text(&r, &out), PH_OK);
    assert_string_equal(out.data,
                        "why:\n"
                        "        3  refused, recipient: 554 <...> is unknown\n"
                        "           (do this)\n"
                        "        1  refused, recipient: 550 gone\n"
                        "           (do this)\n"
                        "        1  refused, recipient: lost\n"
                        "where:\n"
                        "        3  y.org\n"
                        "        1  (no domain)\n"
                        "        1  x.org\n");
    assert_int_equal(cli_reasons_hints(&r, &hints), PH_OK);
    assert_string_equal(hints.data, "  (do this)\n"); /* once */
    cli_reasons_done(&r);
    ph__buf_done(&out);
    ph__buf_done(&hints);
}

/* Whatever comes, so many groups, and every recipient is in one place. */
static void groups_are_bounded(void **state)
{
    (void)state;
    struct cli_reasons r = {0};
    struct ph__buf out = PH__BUF(10000);
    char to[32];
    for (int i = 0; i < 2000; i++) {
        snprintf(to, sizeof(to), "a@d%d.org", i);
        struct cli_fate fate = fate_of(to, 550, "no", NULL);
        cli_reasons_add(&r, &fate);
    }
    assert_int_equal(r.domains.count, CLI_GROUPS_MAX);
    assert_int_equal(r.domains.others, 2000 - CLI_GROUPS_MAX);
    assert_int_equal(r.reasons.count, 1);
    assert_int_equal(cli_reasons_text(&r, &out), PH_OK);
    assert_non_null(strstr(out.data, "     2000  refused"));
    assert_non_null(strstr(out.data, "\n  and 502 more\n"
                                     "     1488  of other kinds\n"));
    cli_reasons_done(&r);
    ph__buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_a_kind_become_one),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(the_largest_come_first_with_advice),
        cmocka_unit_test(groups_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
