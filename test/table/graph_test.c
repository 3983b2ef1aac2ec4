/* What must hold of the table, seen as a graph. A property is a function over
 * a copy of the table, so that it can also be shown to notice a broken one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "table/graph.h"

static bool every_state_can_be_reached(const struct graph *g)
{
    struct walk w = {.from = ST_START};
    for (enum ph__state s = ST_START + 1; s < ST_COUNT; s++)
        if (!graph_leads(g, &w, s))
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
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        struct walk w = {.from = s, .picks_only = true};
        if (g->rows[s].kind == PICK_ROW && graph_leads(g, &w, s))
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
    raised[PH_EVENT_RECIPIENT] = raised[PH_EVENT_DONE] = true; /* by actions */
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

/* U18: a lost reply may mean a delivered message in one place only. */
static bool doubt_is_in_FINAL_only(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if ((g->rows[s].lost == LOST_doubt) != (s == ST_FINAL))
            return false;
    return true;
}

/* RFC 2920 3.1; RFC 3207 4, RFC 4954 4: those end a group. */
static bool only_MAIL_RCPT_and_RSET_let_others_follow(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (g->rows[s].ahead != (s == ST_MAIL || s == ST_RCPT || s == ST_RSET))
            return false;
    return true;
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

/* S02: whatever the server says to STARTTLS, or instead of offering it. */
static bool required_tls_cannot_be_stripped(const struct graph *g)
{
    struct walk w = {.from = ST_START,
                     .answers = {[ASK_tls_first] = NEVER,
                                 [ASK_tls_wanted] = ALWAYS,
                                 [ASK_tls_required] = ALWAYS},
                     .cut_handshake = true};
    return !graph_leads(g, &w, ST_AUTH) && !graph_leads(g, &w, ST_MAIL) &&
           !graph_leads(g, &w, ST_READY);
}

/* U32, S04: RFC 3207 4.2. */
static bool a_handshake_forgets_what_was_said_in_clear(const struct graph *g)
{
    struct ph__edge after = g->rows[ST_HANDSHAKE].edge[DONE];
    return after.act == ACT_forget && after.next == ST_EHLO &&
           g->rows[ST_TLS_FIRST].edge[DONE].act == ACT_forget;
}

/* S05: no secret is shown where it must not be. */
static bool an_unsafe_secret_is_never_sent(const struct graph *g)
{
    struct walk w = {.from = ST_START,
                     .answers = {[ASK_secret_is_safe] = NEVER}};
    return !graph_leads(g, &w, ST_AUTH);
}

/* RFC 5802 3: a 235 without the server's proof opens nothing. */
static bool an_unproven_server_gets_no_mail(const struct graph *g)
{
    struct walk w = {.from = ST_START,
                     .answers = {[ASK_credentials_given] = ALWAYS,
                                 [ASK_tls_optional] = NEVER,
                                 [ASK_mechanism_done] = NEVER}};
    return !graph_leads(g, &w, ST_READY);
}

static bool mail_begins_in_READY_only(const struct graph *g)
{
    struct walk w = {.from = ST_START, .avoid_ready = true};
    return !graph_leads(g, &w, ST_MAIL);
}

static bool is_delivery(const struct graph *g, enum ph__state s,
                        const struct arc *arc)
{
    return s == ST_FINAL && arc->column == R2YZ && g->rows[s].kind == WAIT_ROW;
}

/* S14: no reply but a 2yz to the whole content means delivered. */
static bool only_2yz_to_the_content_delivers(const struct graph *g)
{
    struct arc arcs[ARCS_MAX];
    size_t deliveries = 0;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (size_t n = graph_arcs(g, s, arcs); n > 0; n--) {
            if (arcs[n - 1].edge.act != ACT_deliver)
                continue;
            if (!is_delivery(g, s, &arcs[n - 1]))
                return false;
            deliveries++;
        }
    return deliveries == 1;
}

static bool recipients_are_judged_in_RCPT_only(const struct graph *g)
{
    struct arc arcs[ARCS_MAX];
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (size_t n = graph_arcs(g, s, arcs); n > 0; n--) {
            enum ph__action act = arcs[n - 1].edge.act;
            if ((act == ACT_accept || act == ACT_reject) && s != ST_RCPT)
                return false;
        }
    return true;
}

static bool is_success(const struct graph *g, enum ph__state s, int code)
{
    const struct ph__exception *e = graph_exception(g, s, code);
    return e && e->edge.act != ACT_breach;
}

/* Where the best reply leads: the 2yz column, or the code that stands for it.
 */
static enum ph__state best_after(const struct graph *g, enum ph__state s)
{
    const struct ph__row *row = &g->rows[s];
    if (row->kind != WAIT_ROW || row->edge[R2YZ].act != ACT_breach)
        return row->edge[0].next; /* 2yz; done */
    int code = 200;
    while (code < 400 && !is_success(g, s, code))
        code++;
    return code < 400 ? graph_exception(g, s, code)->edge.next : ST_CLOSED;
}

/* STARTTLS apart, after which EHLO is said again; READY apart, where a
 * session rests. Whether TLS comes first or not at all. */
static bool stages_follow_each_other(const struct graph *g, bool tls_first)
{
    static const bool yes[QUESTIONS] = {
        [ASK_credentials_given] = true, [ASK_secret_is_safe] = true,
        [ASK_mechanism_shared] = true,  [ASK_mechanism_done] = true,
        [ASK_content_fits] = true,      [ASK_recipient_accepted] = true,
        [ASK_commit_wanted] = true};
    enum ph__state s = ST_START;
    enum ph_stage stage = PH_STAGE_INPUT;
    for (int steps = 0; steps < ST_COUNT; steps++) {
        const struct ph__row *row = &g->rows[s];
        if (s != ST_READY && row->stage < stage)
            return false;
        stage = s == ST_READY ? stage : row->stage;
        if (s == ST_FINAL)
            return true;
        bool answer = row->ask == ASK_tls_first ? tls_first : yes[row->ask];
        s = row->kind == PICK_ROW ? row->edge[answer ? YES : NO].next
                                  : best_after(g, s);
    }
    return false;
}

static bool the_good_way_goes_from_stage_to_stage(const struct graph *g)
{
    return stages_follow_each_other(g, false) &&
           stages_follow_each_other(g, true);
}

/* ---- each property holds, and its name is the fact ---------------------- */

struct property {
    bool (*holds)(const struct graph *g);
};

static void property_holds(void **state)
{
    const struct property *p = *state;
    struct graph g;
    graph_load(&g);
    assert_true(p->holds(&g));
}
#define HOLDS(name)                                                            \
    {                                                                          \
#name, property_holds, NULL, NULL, &(struct property)                  \
        {                                                                      \
            name                                                               \
        }                                                                      \
    }

/* ---- ... and each notices a table that breaks it ------------------------ */

/* One cell changed, or one exception (all of them in that state with that
 * code). */
struct mutant {
    bool (*notices)(const struct graph *g);
    enum ph__state state;
    int column; /* or BY_REPLY: of `code` */
    int code;
    struct ph__edge edge;
};

static void mutant_is_noticed(void **state)
{
    const struct mutant *m = *state;
    struct graph g;
    graph_load(&g);
    assert_true(m->notices(&g));
    if (m->column != BY_REPLY)
        g.rows[m->state].edge[m->column] = m->edge;
    size_t changed = m->column != BY_REPLY;
    for (size_t i = 0; i < g.count && m->column == BY_REPLY; i++)
        if (&g.exceptions[i] == graph_exception(&g, m->state, m->code)) {
            g.exceptions[i].edge = m->edge;
            changed++;
        }
    assert_int_equal(changed, 1);
    assert_false(m->notices(&g));
}
#define CELL(property, state, column, act, next)                               \
    {                                                                          \
#property " notices " #state "/" #column " -> " #next,                 \
            mutant_is_noticed, NULL, NULL, &(struct mutant)                    \
        {                                                                      \
            property, ST_##state, column, 0,                                   \
            {                                                                  \
                ACT_##act, ST_##next                                           \
            }                                                                  \
        }                                                                      \
    }
#define CODE(property, state, code, act, next)                                 \
    {                                                                          \
#property " notices " #state "/" #code " -> " #next,                   \
            mutant_is_noticed, NULL, NULL, &(struct mutant)                    \
        {                                                                      \
            property, ST_##state, BY_REPLY, code,                              \
            {                                                                  \
                ACT_##act, ST_##next                                           \
            }                                                                  \
        }                                                                      \
    }

/* What one cell cannot break. */
static void other_damage_is_noticed(void **unused)
{
    (void)unused;
    struct graph g;
    graph_load(&g);
    g.rows[ST_DOT].lost = LOST_doubt;
    assert_false(doubt_is_in_FINAL_only(&g));
    g.rows[ST_DATA].ahead = true;
    assert_false(only_MAIL_RCPT_and_RSET_let_others_follow(&g));
    g.rows[ST_MAIL].secs = 0;
    assert_false(every_wait_has_a_deadline(&g));
    g.rows[ST_EHLO].say = SAY_helo;
    assert_false(every_question_command_and_event_is_used(&g));
    g.rows[ST_MAIL].stage = PH_STAGE_DATA;
    assert_false(the_good_way_goes_from_stage_to_stage(&g));
    g.rows[ST_SEALED].edge[YES].next = ST_SEALED;
    assert_true(every_state_can_end(&g));
    g.rows[ST_SEALED].edge[NO].next = ST_SEALED;
    assert_false(every_state_can_end(&g));
}

/* ---- replies that mean the same wherever they come ---------------------- */

/* S14: RFC 5321 4.2: no such reply exists. */
static void impossible_replies_are_a_breach_wherever_one_is_due(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        if (ph__table[s].kind != WAIT_ROW || s == ST_QUIT)
            continue;
        for (int code = GARBAGE; code <= LAST_CODE; code++) {
            if (code >= 200 && code <= 599)
                continue;
            struct ph__edge edge = ph__edge_for(s, code);
            assert_int_equal(edge.act, ACT_breach);
            assert_int_equal(edge.next, ST_CLOSED);
        }
    }
}

/* RFC 5321 3.8. */
static void a_421_closes_from_every_state_that_waits(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (ph__table[s].kind != PICK_ROW)
            assert_int_equal(ph__edge_for(s, 421).next, ST_CLOSED);
}

/* S13 */
static void an_unasked_reply_never_goes_on(void **unused)
{
    (void)unused;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = GARBAGE; code <= LAST_CODE; code++)
            if (ph__table[s].kind == HOLD_ROW || ph__table[s].kind == SEND_ROW)
                assert_int_equal(ph__edge_for(s, code).next, ST_CLOSED);
}

static const struct CMUnitTest tests[] = {
    HOLDS(every_state_can_be_reached),
    HOLDS(every_state_can_end),
    HOLDS(questions_never_go_in_circles),
    HOLDS(every_action_is_used),
    HOLDS(every_question_command_and_event_is_used),
    HOLDS(doubt_is_in_FINAL_only),
    HOLDS(only_MAIL_RCPT_and_RSET_let_others_follow),
    HOLDS(every_wait_has_a_deadline),
    HOLDS(required_tls_cannot_be_stripped),
    HOLDS(a_handshake_forgets_what_was_said_in_clear),
    HOLDS(an_unsafe_secret_is_never_sent),
    HOLDS(an_unproven_server_gets_no_mail),
    HOLDS(mail_begins_in_READY_only),
    HOLDS(only_2yz_to_the_content_delivers),
    HOLDS(recipients_are_judged_in_RCPT_only),
    HOLDS(the_good_way_goes_from_stage_to_stage),
    CELL(every_state_can_be_reached, START, YES, pass, GREETING),
    CELL(questions_never_go_in_circles, ANYONE, YES, pass, MORE),
    CELL(every_action_is_used, FITS, NO, pass, READY),
    CELL(required_tls_cannot_be_stripped, MUST_TLS, YES, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, CAN_TLS, NO, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, STARTTLS, R2YZ, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, STARTTLS, R5YZ, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, HANDSHAKE, STOP, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, HELO, R2YZ, pass, NEED_AUTH),
    CODE(required_tls_cannot_be_stripped, STARTTLS, 220, pass, NEED_AUTH),
    CODE(required_tls_cannot_be_stripped, EHLO, 502, pass, NEED_AUTH),
    CELL(a_handshake_forgets_what_was_said_in_clear, HANDSHAKE, DONE, pass,
         EHLO),
    CELL(a_handshake_forgets_what_was_said_in_clear, HANDSHAKE, DONE, forget,
         NEED_TLS),
    CELL(an_unsafe_secret_is_never_sent, MAY_AUTH, NO, pass, CAN_AUTH),
    CELL(an_unsafe_secret_is_never_sent, NEED_AUTH, YES, pass, CAN_AUTH),
    CODE(an_unproven_server_gets_no_mail, AUTH, 235, pass, READY),
    CODE(an_unproven_server_gets_no_mail, ANSWER, 235, pass, READY),
    CELL(mail_begins_in_READY_only, PROVEN, YES, pass, MAIL),
    CELL(mail_begins_in_READY_only, NEED_AUTH, NO, pass, FITS),
    CELL(only_2yz_to_the_content_delivers, DATA, R2YZ, deliver, READY),
    CELL(only_2yz_to_the_content_delivers, FINAL, R3YZ, deliver, READY),
    CELL(only_2yz_to_the_content_delivers, DOT, DONE, deliver, READY),
    CODE(only_2yz_to_the_content_delivers, BODY, 450, deliver, READY),
    CELL(recipients_are_judged_in_RCPT_only, MAIL, R5YZ, reject, GONE_ON),
    CELL(the_good_way_goes_from_stage_to_stage, RCPT, R2YZ, accept, MAIL),
    cmocka_unit_test(other_damage_is_noticed),
    cmocka_unit_test(impossible_replies_are_a_breach_wherever_one_is_due),
    cmocka_unit_test(a_421_closes_from_every_state_that_waits),
    cmocka_unit_test(an_unasked_reply_never_goes_on),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
