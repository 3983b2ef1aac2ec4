#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "smtp/table.h"

enum { GARBAGE = -1, LAST_CODE = 999 };

static void every_row_has_a_name_a_kind_and_real_targets(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        const struct ph__row *row = &ph__table[s];
        assert_non_null(row->name);
        assert_in_range(row->kind, WAIT_ROW, HOLD_ROW);
        assert_int_equal(ph__state_named(row->name), s);
        for (size_t i = 0; i < COLUMNS; i++)
            assert_in_range(row->edge[i].next, 0, ST_COUNT - 1);
    }
    assert_int_equal(ph__state_named("NOWHERE"), ST_COUNT);
    assert_int_equal(ph__state_named("rcpt"), ST_COUNT);
    assert_int_equal(ph__state_named(""), ST_COUNT);
}

static void exceptions_stand_in_order_and_never_overlap(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ph__exception_count; i++) {
        const struct ph__exception *e = &ph__exceptions[i];
        assert_true(e->first <= e->last);
        assert_in_range(e->first + 1, 0, LAST_CODE + 1);
        assert_in_range(e->last + 1, 0, LAST_CODE + 1);
        assert_int_not_equal(ph__table[e->state].kind, PICK_ROW);
        for (size_t j = 0; j < i; j++)
            if (ph__exceptions[j].state == e->state &&
                ph__exceptions[j].early == e->early)
                assert_true(ph__exceptions[j].last < e->first);
        if (i) /* found by bisection */
            assert_true(ph__exceptions[i - 1].state <= e->state);
    }
}

static const struct {
    enum ph__state state;
    int code;
    enum ph__action act;
    enum ph__state next;
} cells[] = {
    {ST_GREETING, 220, ACT_pass, ST_EHLO},
    {ST_GREETING, 221, ACT_fail, ST_QUIT},
    {ST_GREETING, 235, ACT_breach, ST_CLOSED},
    {ST_GREETING, 554, ACT_fail, ST_QUIT},
    {ST_GREETING, 421, ACT_fail, ST_CLOSED},
    {ST_EHLO, 502, ACT_pass, ST_MAY_HELO},
    {ST_EHLO, 599, ACT_pass, ST_MAY_HELO},
    {ST_EHLO, 503, ACT_fail, ST_QUIT},
    {ST_EHLO, 550, ACT_fail, ST_QUIT},
    {ST_EHLO, 220, ACT_breach, ST_CLOSED}, /* RP-16 */
    {ST_STARTTLS, 220, ACT_pass, ST_HANDSHAKE},
    {ST_STARTTLS, 250, ACT_breach, ST_CLOSED}, /* S02 */
    {ST_STARTTLS, 454, ACT_pass, ST_MUST_TLS},
    {ST_STARTTLS, 421, ACT_fail, ST_CLOSED},
    {ST_AUTH, 235, ACT_pass, ST_PROVEN},
    {ST_AUTH, 250, ACT_breach, ST_CLOSED},
    {ST_AUTH, 334, ACT_challenge, ST_ANSWERED},
    {ST_AUTH, 432, ACT_pass, ST_TRANSITION}, /* AU-08 */
    {ST_AUTH, 454, ACT_fail, ST_QUIT},
    {ST_AUTH, 535, ACT_fail, ST_QUIT},
    {ST_AUTH, 504, ACT_drop, ST_CAN_AUTH},
    {ST_AUTH, 501, ACT_drop, ST_CAN_AUTH},
    {ST_MAIL, 250, ACT_pass, ST_RCPT},
    {ST_MAIL, 221, ACT_breach, ST_CLOSED}, /* RP-16 */
    {ST_MAIL, 334, ACT_breach, ST_CLOSED}, /* S14 */
    {ST_MAIL, 452, ACT_spoil, ST_GONE_ON}, /* TX-09 */
    {ST_MAIL, 502, ACT_spoil_last, ST_GONE_ON},
    {ST_MAIL, 530, ACT_spoil, ST_GONE_ON}, /* TX-23 */
    {ST_RCPT, 250, ACT_accept, ST_MORE},
    {ST_RCPT, 251, ACT_accept, ST_MORE},
    {ST_RCPT, 252, ACT_accept, ST_MORE},
    {ST_RCPT, 235, ACT_breach, ST_CLOSED}, /* RP-16 */
    {ST_RCPT, 550, ACT_reject, ST_MORE},
    {ST_RCPT, 551, ACT_reject, ST_MORE}, /* TX-21 */
    {ST_RCPT, 452, ACT_pass, ST_TOO_MANY},
    {ST_RCPT, 552, ACT_pass, ST_TOO_MANY},
    {ST_RCPT, 503, ACT_pass, ST_NO_RCPT},
    {ST_RCPT, 504, ACT_reject_last, ST_MORE},
    {ST_RCPT, 421, ACT_reject, ST_CLOSED},
    {ST_DATA, 250, ACT_breach, ST_CLOSED}, /* S14, TX-03 */
    {ST_DATA, 354, ACT_pass, ST_STILL},
    {ST_DATA, 355, ACT_breach, ST_CLOSED},
    {ST_DATA, 503, ACT_pass, ST_NO_DATA},
    {ST_DATA, 554, ACT_refuse, ST_CLEAR},
    {ST_BODY, 250, ACT_breach, ST_CLOSED}, /* S13: nobody accepted anything */
    {ST_BODY, 552, ACT_refuse, ST_CLOSED}, /* TX-15 */
    {ST_CHUNK, 552, ACT_spoil, ST_SWALLOWED}, /* BD-03 */
    {ST_DOT, 250, ACT_deliver, ST_GOOD},
    {ST_DOT, 221, ACT_breach, ST_CLOSED}, /* RP-16 */
    {ST_DOT, 354, ACT_breach, ST_CLOSED},
    {ST_DOT, 421, ACT_decline, ST_CLOSED},
    {ST_LAST, 250, ACT_deliver, ST_GOOD},
    {ST_LAST, 554, ACT_decline, ST_BAD},
    {ST_LAST, 503, ACT_pass, ST_NO_END},
    {ST_RSET, 500, ACT_fail, ST_LEAVE}, /* TX-19 */
    {ST_QUERY, 252, ACT_report, ST_READY},
    {ST_QUERY, 550, ACT_report, ST_READY},
    {ST_READY, 421, ACT_pass, ST_CLOSED}, /* U02 */
    {ST_QUIT, 599, ACT_pass, ST_CLOSED},
    {ST_QUIT, GARBAGE, ACT_pass, ST_CLOSED},
};

static void replies_mean_what_the_rfcs_say(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        struct ph__edge edge = ph__edge_for(cells[i].state, cells[i].code);
        print_message("  %s %d\n", ph__table[cells[i].state].name,
                      cells[i].code);
        assert_int_equal(edge.act, cells[i].act);
        assert_int_equal(edge.next, cells[i].next);
    }
}

/* S13: only a refusal of content counts before its time. */
static void early_replies_lead_nowhere(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = GARBAGE; code <= LAST_CODE; code++)
            if (ph__table[s].kind != PICK_ROW)
                assert_int_equal(ph__edge_early(s, code).next, ST_CLOSED);
    assert_int_equal(ph__edge_early(ST_DOT, 250).act, ACT_breach);
    assert_int_equal(ph__edge_early(ST_DOT, 552).act, ACT_refuse);
    assert_int_equal(ph__edge_early(ST_MAIL, 550).act, ACT_breach);
    assert_int_equal(ph__edge_early(ST_MAIL, 421).act, ACT_fail);
}

static void the_public_question_is_answered_for_every_code(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = GARBAGE; code <= LAST_CODE; code++) {
            struct ph_transition t = {0};
            int rc = ph_transition_for(ph__table[s].name, code, &t);
            bool pick = ph__table[s].kind == PICK_ROW;
            assert_int_equal(rc, pick ? PH_E_INVALID : PH_OK);
            if (pick) {
                assert_null(t.state); /* written on success only */
                continue;
            }
            struct ph__edge edge = ph__edge_for(s, code);
            assert_string_equal(t.state, ph__table[s].name);
            assert_string_equal(t.action, ph__action_name(edge.act));
            assert_string_equal(t.next, ph__table[edge.next].name);
        }
}

static void codes_out_of_range_are_garbage(void **unused)
{
    (void)unused;
    static const int codes[] = {-2, 1000, 2500, INT_MIN, INT_MAX};
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
            struct ph_transition garbage = {0};
            struct ph_transition t = {0};
            ph_transition_for(ph__table[s].name, GARBAGE, &garbage);
            ph_transition_for(ph__table[s].name, codes[i], &t);
            assert_ptr_equal(t.action, garbage.action);
            assert_ptr_equal(t.next, garbage.next);
        }
}

static void an_unknown_state_is_refused(void **unused)
{
    (void)unused;
    struct ph_transition t = {0};
    assert_int_equal(ph_transition_for("NOWHERE", 250, &t), PH_E_INVALID);
    assert_int_equal(ph_transition_for(NULL, 250, &t), PH_E_INVALID);
    assert_null(t.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_a_name_a_kind_and_real_targets),
        cmocka_unit_test(exceptions_stand_in_order_and_never_overlap),
        cmocka_unit_test(replies_mean_what_the_rfcs_say),
        cmocka_unit_test(early_replies_lead_nowhere),
        cmocka_unit_test(the_public_question_is_answered_for_every_code),
        cmocka_unit_test(codes_out_of_range_are_garbage),
        cmocka_unit_test(an_unknown_state_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
