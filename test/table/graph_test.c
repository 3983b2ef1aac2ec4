/* What makes the table a sound machine, whatever it is about: seen as a graph.
 */
#include "table/property.h"

static bool every_state_can_be_reached(const struct graph *g)
{
    struct walk w = {.from = ST_START};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    for (enum ph__state s = ST_START + 1; s < ST_COUNT; s++)
        if (!seen[s])
            return false;
    return true;
}

/* U03: nothing can be wedged. */
static bool every_state_can_end(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        struct walk w = {.from = s};
        if (!graph_leads(g, &w, ST_CLOSED))
            return false;
    }
    return true;
}

static bool questions_never_go_in_circles(const struct graph *g)
{
    struct walk w = {.from = ST_START};
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        w.closed[s] = g->rows[s].kind != PICK_ROW;
    for (w.from = ST_START; w.from < ST_COUNT; w.from++)
        if (g->rows[w.from].kind == PICK_ROW && graph_leads(g, &w, w.from))
            return false;
    return true;
}

static bool is_cell(struct ph__edge edge)
{
    return edge.act <= ACT_breach && edge.next > ST_START &&
           edge.next < ST_COUNT;
}

/* The macros see to it; what they forget is a zero: START, where nothing leads.
 */
static bool every_row_is_filled_in(const struct graph *g)
{
    struct arc arcs[ARCS_MAX];
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        const struct ph__row *row = &g->rows[s];
        if (!row->name || row->kind < WAIT_ROW || row->kind > HOLD_ROW)
            return false;
        if ((row->kind == PICK_ROW) != (row->ask != ASK_nothing))
            return false;
        for (size_t n = graph_arcs(g, s, arcs); n > 0; n--)
            if (!is_cell(arcs[n - 1].edge))
                return false;
    }
    return true;
}

static bool every_action_is_used(const struct graph *g)
{
    bool used[ACT_breach + 1] = {false};
    struct arc arcs[ARCS_MAX];
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (size_t n = graph_arcs(g, s, arcs); n > 0; n--)
            used[arcs[n - 1].edge.act] = true;
    for (size_t i = 0; i <= ACT_breach; i++)
        if (!used[i])
            return false;
    return true;
}

static bool every_question_command_and_event_is_used(const struct graph *g)
{
    bool asked[QUESTIONS] = {false};
    bool said[SAY_quit + 1] = {false};
    bool raised[PH_EVENT_CLOSED + 1] = {false};
    /* by actions */
    raised[PH_EVENT_RECIPIENT] = raised[PH_EVENT_DONE] = true;
    raised[PH_EVENT_REPLY] = true;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        asked[g->rows[s].ask] = true;
        said[g->rows[s].say] = true;
        if (g->rows[s].kind == HOLD_ROW)
            raised[g->rows[s].event] = true;
    }
    bool all = true;
    for (size_t i = 0; i < QUESTIONS; i++)
        all = all && asked[i];
    for (size_t i = 0; i <= SAY_quit; i++)
        all = all && said[i];
    for (size_t i = 0; i <= PH_EVENT_CLOSED; i++)
        all = all && raised[i];
    return all;
}

/* U10: no wait without an end, but for idling and having ended. */
static bool every_wait_has_a_deadline(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        bool waits =
            g->rows[s].kind != PICK_ROW && s != ST_READY && s != ST_CLOSED;
        if (waits != (g->rows[s].secs > 0))
            return false;
    }
    return true;
}

static bool what_has_ended_stays_ended(const struct graph *g)
{
    bool seen[ST_COUNT];
    struct walk w = {.from = ST_CLOSED};
    graph_walk(g, &w, seen);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (seen[s] != (s == ST_CLOSED))
            return false;
    return true;
}

/* Login first, mail later: also TL-07, AU-11. */
static bool what_comes_before_READY_never_comes_back(const struct graph *g)
{
    bool seen[ST_COUNT];
    struct walk w = {.from = ST_READY};
    graph_walk(g, &w, seen);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (seen[s] && g->rows[s].stage < PH_STAGE_MAIL)
            return false;
    return true;
}

/* ---- exceptions ---- */

/* ph__edge_for() looks for the first one of a state by halving. */
static bool exceptions_are_sorted_by_state(const struct graph *g)
{
    for (size_t i = 1; i < g->count; i++)
        if (g->exceptions[i].state < g->exceptions[i - 1].state)
            return false;
    return true;
}

static bool overlap(const struct ph__exception *a,
                    const struct ph__exception *b)
{
    return a->state == b->state && a->early == b->early &&
           a->first <= b->last && b->first <= a->last;
}

/* Otherwise their order would mean something. */
static bool exceptions_never_overlap(const struct graph *g)
{
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = i + 1; k < g->count; k++)
            if (overlap(&g->exceptions[i], &g->exceptions[k]))
                return false;
    return true;
}

/* No range that no code is in, none where no reply can come. */
static bool exceptions_stand_where_they_can_be_met(const struct graph *g)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct ph__exception *e = &g->exceptions[i];
        if (e->first > e->last || e->first < GARBAGE || e->last > LAST_CODE)
            return false;
        if (g->rows[e->state].kind == PICK_ROW)
            return false;
        if (!e->early && !graph_waits(g, e->state))
            return false;
    }
    return true;
}

/* What it says is not what the column says already. */
static bool exceptions_say_something_new(const struct graph *g)
{
    struct graph without = *g;
    for (size_t i = 0; i < g->count; i++) {
        const struct ph__exception *e = &g->exceptions[i];
        bool early = e->early;
        int first = e->first;
        without.exceptions[i].last = GARBAGE - 1; /* no code is in it */
        struct ph__edge old = early ? graph_early(&without, e->state, first)
                                    : graph_due(&without, e->state, first);
        without.exceptions[i] = *e;
        if (old.act == e->edge.act && old.next == e->edge.next)
            return false;
    }
    return true;
}

/* ---- what one cell cannot break ---- */

static void other_damage_is_noticed(void **unused)
{
    (void)unused;
    NOTICED(every_wait_has_a_deadline, g.rows[ST_MAIL].secs = 0);
    NOTICED(every_wait_has_a_deadline, g.rows[ST_BODY].secs = 0);
    NOTICED(every_question_command_and_event_is_used,
            g.rows[ST_EHLO].say = SAY_helo);
    NOTICED(every_question_command_and_event_is_used,
            g.rows[ST_LONE].ask = ASK_in_flight);
    NOTICED(every_question_command_and_event_is_used,
            g.rows[ST_COMMIT].event = PH_EVENT_NEED_BODY);
    NOTICED(every_row_is_filled_in, g.rows[ST_QUERY].kind = 0);
    NOTICED(every_row_is_filled_in, g.rows[ST_MORE].ask = ASK_nothing);
    NOTICED(what_comes_before_READY_never_comes_back,
            g.rows[ST_RSET].stage = PH_STAGE_HELLO);
    NOTICED(every_state_can_end, {
        g.rows[ST_GOOD].edge[YES].next = ST_GOOD;
        g.rows[ST_GOOD].edge[NO].next = ST_GOOD;
    });
}

static void damaged_exceptions_are_noticed(void **unused)
{
    (void)unused;
    NOTICED(exceptions_are_sorted_by_state,
            property_exception(&g, ST_DATA, false, 354)->state = ST_MAIL);
    NOTICED(exceptions_never_overlap,
            property_exception(&g, ST_EHLO, false, 550)->first = 538);
    NOTICED(exceptions_never_overlap,
            property_exception(&g, ST_RCPT, false, 500)->last = 552);
    NOTICED(exceptions_stand_where_they_can_be_met,
            property_exception(&g, ST_EHLO, false, 550)->first = 555);
    NOTICED(exceptions_stand_where_they_can_be_met,
            property_exception(&g, ST_QUIT, false, 0)->last = 1000);
    NOTICED(exceptions_stand_where_they_can_be_met,
            property_exception(&g, ST_MAIL, false, 500)->state = ST_GONE_ON);
    NOTICED(exceptions_stand_where_they_can_be_met,
            property_exception(&g, ST_DATA, false, 354)->state = ST_BODY);
    NOTICED(exceptions_say_something_new, {
        property_exception(&g, ST_AUTH, false, 530)->edge.act = ACT_drop;
        property_exception(&g, ST_AUTH, false, 530)->edge.next = ST_CAN_AUTH;
    });
}

/* What the copies are judged by is what the machine asks. */
static void the_lookup_agrees_with_a_simpler_one(void **unused)
{
    (void)unused;
    struct graph g;
    graph_load(&g);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = GARBAGE; code <= LAST_CODE; code++) {
            struct ph__edge due = ph__edge_for(s, code);
            struct ph__edge early = ph__edge_early(s, code);
            assert_int_equal(due.act, graph_due(&g, s, code).act);
            assert_int_equal(due.next, graph_due(&g, s, code).next);
            assert_int_equal(early.act, graph_early(&g, s, code).act);
            assert_int_equal(early.next, graph_early(&g, s, code).next);
        }
}

static const struct CMUnitTest tests[] = {
    HOLDS(every_state_can_be_reached),
    HOLDS(every_state_can_end),
    HOLDS(questions_never_go_in_circles),
    HOLDS(every_row_is_filled_in),
    HOLDS(every_action_is_used),
    HOLDS(every_question_command_and_event_is_used),
    HOLDS(every_wait_has_a_deadline),
    HOLDS(what_has_ended_stays_ended),
    HOLDS(what_comes_before_READY_never_comes_back),
    HOLDS(exceptions_are_sorted_by_state),
    HOLDS(exceptions_never_overlap),
    HOLDS(exceptions_stand_where_they_can_be_met),
    HOLDS(exceptions_say_something_new),
    CELL(every_state_can_be_reached, START, YES, pass, GREETING),
    CELL(every_state_can_be_reached, CHUNKED, NO, pass, BODY),
    CELL(questions_never_go_in_circles, ANYONE, YES, pass, MORE),
    CELL(questions_never_go_in_circles, CLEAR, NO, pass, BAD),
    CELL(every_row_is_filled_in, RCPT, R3YZ, breach, START),
    CELL(every_action_is_used, FITS, NO, pass, READY),
    CELL(what_has_ended_stays_ended, CLOSED, STOP, pass, QUIT),
    CELL(what_comes_before_READY_never_comes_back, SPENT, NO, pass, NEED_AUTH),
    cmocka_unit_test(other_damage_is_noticed),
    cmocka_unit_test(damaged_exceptions_are_noticed),
    cmocka_unit_test(the_lookup_agrees_with_a_simpler_one),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
