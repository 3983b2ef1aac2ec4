#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "states/cases.h"

enum { GARBAGE = -1, LAST_CODE = 999 };

static struct ph__cases cases_of(enum ph__state state)
{
    struct ph__cases cases;
    assert_int_equal(ph__cases_of(&cases, state), PH_OK);
    return cases;
}

static const struct ph__case *find(const struct ph__cases *cases, bool early,
                                   const char *name)
{
    for (size_t i = 0; i < cases->count; i++)
        if (cases->list[i].early == early &&
            strcmp(cases->list[i].name, name) == 0)
            return &cases->list[i];
    return NULL;
}

static const struct ph__case *named(const struct ph__cases *cases,
                                    const char *name)
{
    return find(cases, false, name);
}

/* What a reader of the cases would conclude for one code. */
static struct ph__edge concluded(const struct ph__cases *cases, bool early,
                                 int code)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct ph__case *c = &cases->list[i];
        if (c->kind == CASE_CODES && c->early == early && c->first <= code &&
            code <= c->last)
            return c->edge;
    }
    char name[] = "0yz";
    name[0] = (char)('0' + code / 100);
    bool class = code >= 200 && code <= 599;
    return find(cases, early, class ? name : "other")->edge;
}

static void cases_say_of_every_code_what_the_machine_does(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        struct ph__cases cases = cases_of(s);
        if (ph__table[s].kind == PICK_ROW)
            continue;
        /* In a HOLD row every reply is early, and no case says so. */
        bool wait = ph__table[s].kind == WAIT_ROW;
        for (int code = GARBAGE; code <= LAST_CODE; code++) {
            struct ph__edge due = concluded(&cases, false, code);
            struct ph__edge early = concluded(&cases, wait, code);
            assert_true(ph__edge_same(due, ph__edge_for(s, code)));
            assert_true(ph__edge_same(early, ph__edge_early(s, code)));
        }
    }
}

static void answers_are_the_columns_of_the_row(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        const struct ph__row *row = &ph__table[s];
        struct ph__cases cases = cases_of(s);
        if (row->kind == WAIT_ROW) {
            assert_null(named(&cases, "yes"));
            assert_null(named(&cases, "done"));
            continue;
        }
        bool pick = row->kind == PICK_ROW;
        const struct ph__case *first = named(&cases, pick ? "yes" : "done");
        const struct ph__case *second = named(&cases, pick ? "no" : "stop");
        assert_true(ph__edge_same(first->edge, row->edge[0]));
        assert_true(ph__edge_same(second->edge, row->edge[1]));
        assert_int_equal(pick, cases.count == 2);
    }
}

static void codes_that_follow_each_other_are_a_range(void **unused)
{
    (void)unused;
    struct ph__cases cases = cases_of(ST_EHLO);
    const struct ph__case *range = named(&cases, "550-554");
    assert_non_null(range);
    assert_int_equal(range->first, 550);
    assert_int_equal(range->last, 554);
    assert_non_null(named(&cases, "556"));
    assert_null(named(&cases, "555"));
}

static void a_range_over_classes_becomes_the_classes(void **unused)
{
    (void)unused;
    struct ph__cases cases = cases_of(ST_BODY);
    assert_int_equal(cases.count, 2 + 5);
    assert_int_equal(named(&cases, "4yz")->edge.act, ACT_refuse);
    assert_int_equal(named(&cases, "2yz")->edge.act, ACT_breach);
}

static const struct {
    enum ph__state state;
    bool early;
    const char *name;
    const char *label;
} labels[] = {{ST_RCPT, false, "4yz", "4yz 5yz"},
              {ST_RCPT, false, "500-502", "500-502 504 555"},
              {ST_GREETING, false, "4yz", "4yz 5yz 221"},
              {ST_READY, false, "2yz", "any reply"},
              {ST_QUIT, false, "2yz", "any reply"},
              {ST_DOT, true, "4yz", "early 4yz 5yz"},
              {ST_MORE, false, "yes", "yes"}};

static void cases_with_one_edge_share_a_label(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        struct ph__cases cases = cases_of(labels[i].state);
        const struct ph__case *c =
            find(&cases, labels[i].early, labels[i].name);
        struct ph__buf buf = PH__BUF(100);
        struct ph__pen pen = {.out = &buf};
        assert_true(ph__case_leads(&cases, c, &ph__case_picture));
        ph__case_label(&pen, &cases, c, &ph__case_picture);
        assert_int_equal(pen.rc, PH_OK);
        assert_string_equal(ph__buf_text(&buf), labels[i].label);
        ph__buf_done(&buf);
    }
}

static const struct {
    enum ph__state state;
    bool early;
    const char *name;
    bool picture;
    bool table;
} wanted[] = {
    {ST_RCPT, false, "3yz", false, false},   /* breach */
    {ST_RCPT, false, "421", false, false},   /* as 4yz, then CLOSED */
    {ST_STARTTLS, false, "421", true, true}, /* not as 4yz */
    {ST_QUERY, false, "220-221", false, false} /* belong elsewhere */,
    {ST_RCPT, true, "4yz", false, false}, /* breach */
    {ST_RCPT, true, "421", false, false}, /* ends the session */
    {ST_DOT, true, "4yz", true, true},
    {ST_DOT, true, "2yz", false, false},
    {ST_PROVEN, false, "no", true, false}, /* an answer */
    {ST_CLOSED, false, "done", false, false},
    {ST_QUIT, false, "other", true, true},
    {ST_QUIT, true, "4yz", false, true}, /* does what is drawn already */
    {ST_RCPT, false, "4yz", true, false} /* a column */};

static void what_is_alike_everywhere_is_left_to_a_sentence(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        struct ph__cases cases = cases_of(wanted[i].state);
        const struct ph__case *c =
            find(&cases, wanted[i].early, wanted[i].name);
        print_message("  %s %s\n", ph__table[cases.state].name, wanted[i].name);
        assert_non_null(c);
        assert_int_equal(ph__case_picture.wants(&cases, c), wanted[i].picture);
        assert_int_equal(ph__case_exception.wants(&cases, c), wanted[i].table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_say_of_every_code_what_the_machine_does),
        cmocka_unit_test(answers_are_the_columns_of_the_row),
        cmocka_unit_test(codes_that_follow_each_other_are_a_range),
        cmocka_unit_test(a_range_over_classes_becomes_the_classes),
        cmocka_unit_test(cases_with_one_edge_share_a_label),
        cmocka_unit_test(what_is_alike_everywhere_is_left_to_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
