/* What has to hold of the table for the session's sake: the order of things,
 * TLS, secrets, and replies that mean the same wherever they come. */
#include "table/property.h"

/* ---- TLS and AUTH ---- */

/* S02, TL-05: whatever the server says to STARTTLS, or instead of offering it.
 */
static bool required_tls_cannot_be_stripped(const struct graph *g)
{
    struct walk w = {
        .from = ST_START,
        .answers = {[ASK_tls_first] = NEVER,
                    [ASK_tls_wanted] = ALWAYS,
                    [ASK_tls_required] = ALWAYS},
        .cut = {ST_HANDSHAKE, g->rows[ST_HANDSHAKE].edge[DONE].next}};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    return !seen[ST_AUTH] && !seen[ST_MAIL] && !seen[ST_READY];
}

/* U32, S04, TL-02, TL-03: RFC 3207 4.2. */
static bool a_handshake_forgets_what_was_said_in_clear(const struct graph *g)
{
    struct ph__edge after = g->rows[ST_HANDSHAKE].edge[DONE];
    return after.act == ACT_forget && after.next == ST_EHLO &&
           g->rows[ST_TLS_FIRST].edge[DONE].act == ACT_forget;
}

/* TL-01 */
static bool
nothing_is_said_between_STARTTLS_and_the_handshake(const struct graph *g)
{
    struct arc arcs[ARCS_MAX];
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (size_t n = graph_arcs(g, s, arcs); n > 0; n--)
            if (arcs[n - 1].edge.next == ST_HANDSHAKE &&
                (s != ST_STARTTLS || g->rows[s].ahead))
                return false;
    return true;
}

/* S05, AU-07: no secret is shown where it must not be. */
static bool an_unsafe_secret_is_never_sent(const struct graph *g)
{
    struct walk w = {.from = ST_START,
                     .answers = {[ASK_secret_is_safe] = NEVER}};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    return !seen[ST_AUTH] && !seen[ST_ANSWER];
}

/* RFC 5802 3, AU-05: a 235 without the server's proof opens nothing. */
static bool an_unproven_server_gets_no_mail(const struct graph *g)
{
    struct walk w = {.from = ST_START,
                     .answers = {[ASK_login_wanted] = ALWAYS,
                                 [ASK_tls_optional] = NEVER,
                                 [ASK_mechanism_done] = NEVER}};
    return !graph_leads(g, &w, ST_READY);
}

/* AU-03: there is a way out of every exchange. */
static bool an_unanswered_challenge_is_cancelled(const struct graph *g)
{
    struct walk w = {.from = ST_ANSWERED,
                     .answers = {[ASK_answer_ready] = NEVER},
                     .closed = {[ST_CANCEL] = true}};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (seen[s])
            return false;
    return true;
}

/* EH-03 */
static bool HELO_is_said_only_where_it_suffices(const struct graph *g)
{
    struct walk w = {.from = ST_START,
                     .answers = {[ASK_helo_suffices] = NEVER}};
    return !graph_leads(g, &w, ST_HELO);
}

static bool mail_begins_in_READY_only(const struct graph *g)
{
    struct walk w = {.from = ST_START, .closed = {[ST_READY] = true}};
    return !graph_leads(g, &w, ST_MAIL);
}

/* GR-01: RFC 5321 4.3.1. */
static bool nothing_is_said_before_the_greeting(const struct graph *g)
{
    struct walk w = {.from = ST_START, .closed = {[ST_GREETING] = true}};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (seen[s] && graph_waits(g, s))
            return false;
    return g->rows[ST_GREETING].say == SAY_nothing;
}

/* ---- where the best reply leads ---- */

/* The 2yz column, or the code that stands for it. */
static enum ph__state best_after(const struct graph *g, enum ph__state s)
{
    int code = 200;
    if (!graph_waits(g, s))
        return g->rows[s].edge[DONE].next;
    while (code < 400 && graph_due(g, s, code).act == ACT_breach)
        code++;
    return graph_due(g, s, code).next;
}

/* STARTTLS apart, after which EHLO is said again; READY and TASK apart, where
 * a session rests. */
static bool stages_follow_each_other(const struct graph *g, bool tls_first,
                                     bool chunking)
{
    const bool yes[QUESTIONS] = {
        [ASK_tls_first] = tls_first,    [ASK_login_wanted] = true,
        [ASK_secret_is_safe] = true,    [ASK_mechanism_shared] = true,
        [ASK_mechanism_done] = true,    [ASK_recipients_allowed] = true,
        [ASK_content_fits] = true,      [ASK_recipient_accepted] = true,
        [ASK_chunking_used] = chunking, [ASK_commit_wanted] = true};
    enum ph__state s = ST_START;
    enum ph_stage stage = PH_STAGE_INPUT;
    for (int steps = 0; steps < ST_COUNT; steps++) {
        const struct ph__row *row = &g->rows[s];
        bool rests = s == ST_READY || s == ST_TASK;
        if (!rests && row->stage < stage)
            return false;
        stage = rests ? stage : row->stage;
        if (s == (chunking ? ST_LAST : ST_DOT))
            return true;
        s = row->kind == PICK_ROW ? row->edge[yes[row->ask] ? YES : NO].next
                                  : best_after(g, s);
    }
    return false;
}

static bool the_good_way_goes_from_stage_to_stage(const struct graph *g)
{
    return stages_follow_each_other(g, false, false) &&
           stages_follow_each_other(g, true, false) &&
           stages_follow_each_other(g, false, true);
}

/* ---- replies that mean the same wherever they come ---- */

/* S14, RP-04: RFC 5321 4.2: no such reply exists. */
static bool impossible_replies_are_a_breach(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = GARBAGE; code <= LAST_CODE; code++) {
            if (!graph_waits(g, s) || s == ST_QUIT)
                break;
            struct ph__edge edge = graph_due(g, s, code);
            if ((code < 200 || code > 599) &&
                (edge.act != ACT_breach || edge.next != ST_CLOSED))
                return false;
        }
    return true;
}

static bool belongs(enum ph__state s, int code)
{
    switch (code) {
    case 220:
        return s == ST_GREETING || s == ST_STARTTLS;
    case 221: /* closing before it began */
        return s == ST_GREETING;
    case 235:
    case 334:
        return s == ST_AUTH || s == ST_ANSWER;
    case 354:
        return s == ST_DATA;
    }
    if (code / 100 == 3)
        return false;
    /* those go on by one code only */
    return s != ST_STARTTLS && s != ST_AUTH && s != ST_ANSWER &&
           s != ST_CANCEL && s != ST_DATA;
}

/* RP-16: lost in step, and never taken for success; every 3yz, and every 2yz
 * to what only 220, 235 or 354 answer, is out of place. */
static bool
good_replies_go_on_where_they_belong_and_nowhere_else(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = 200; code < 400; code++) {
            if (!graph_waits(g, s) || s == ST_QUIT)
                break;
            struct ph__edge edge = graph_due(g, s, code);
            bool goes_on = edge.act != ACT_breach;
            if (goes_on != belongs(s, code) ||
                (!goes_on && edge.next != ST_CLOSED))
                return false;
        }
    return true;
}

/* RFC 5321 3.8, TX-17. */
static bool a_421_closes_wherever_it_comes(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (g->rows[s].kind != PICK_ROW &&
            (graph_due(g, s, 421).next != ST_CLOSED ||
             graph_early(g, s, 421).next != ST_CLOSED))
            return false;
    return true;
}

/* S13, RP-15: what nothing asked for ends the session. */
static bool an_early_reply_never_goes_on(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = GARBAGE; code <= LAST_CODE; code++)
            if (graph_early(g, s, code).next != ST_CLOSED)
                return false;
    return true;
}

/* RFC 5321 4.3.2, RP-03: 299, 499 and 599 are in no list. */
static bool
an_unknown_code_does_what_its_first_digit_says(const struct graph *g)
{
    static const int unknown[] = {[R2YZ] = 299, 399, 499, 599};
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int i = R2YZ; i < COLUMNS; i++) {
            const struct ph__edge *cell = &g->rows[s].edge[i];
            struct ph__edge edge = graph_due(g, s, unknown[i]);
            if (graph_waits(g, s) &&
                (edge.act != cell->act || edge.next != cell->next))
                return false;
        }
    return true;
}

/* TX-18: the result of the last command means nothing. */
static bool QUIT_ends_whatever_is_answered(const struct graph *g)
{
    for (int code = GARBAGE; code <= LAST_CODE; code++) {
        struct ph__edge edge = graph_due(g, ST_QUIT, code);
        if (edge.act != ACT_pass || edge.next != ST_CLOSED)
            return false;
    }
    return true;
}

/* What one cell cannot break. */
static void other_damage_is_noticed(void **unused)
{
    (void)unused;
    NOTICED(the_good_way_goes_from_stage_to_stage,
            g.rows[ST_MAIL].stage = PH_STAGE_DATA);
    NOTICED(nothing_is_said_between_STARTTLS_and_the_handshake,
            g.rows[ST_STARTTLS].ahead = true);
    NOTICED(nothing_is_said_before_the_greeting,
            g.rows[ST_GREETING].say = SAY_ehlo);
    NOTICED(an_unknown_code_does_what_its_first_digit_says,
            property_exception(&g, ST_MAIL, false, 500)->last = 599);
    NOTICED(impossible_replies_are_a_breach,
            property_exception(&g, ST_MAIL, false, 500)->last = LAST_CODE);
}

static const struct CMUnitTest tests[] = {
    HOLDS(required_tls_cannot_be_stripped),
    HOLDS(a_handshake_forgets_what_was_said_in_clear),
    HOLDS(nothing_is_said_between_STARTTLS_and_the_handshake),
    HOLDS(an_unsafe_secret_is_never_sent),
    HOLDS(an_unproven_server_gets_no_mail),
    HOLDS(an_unanswered_challenge_is_cancelled),
    HOLDS(HELO_is_said_only_where_it_suffices),
    HOLDS(mail_begins_in_READY_only),
    HOLDS(nothing_is_said_before_the_greeting),
    HOLDS(the_good_way_goes_from_stage_to_stage),
    HOLDS(impossible_replies_are_a_breach),
    HOLDS(good_replies_go_on_where_they_belong_and_nowhere_else),
    HOLDS(a_421_closes_wherever_it_comes),
    HOLDS(an_early_reply_never_goes_on),
    HOLDS(an_unknown_code_does_what_its_first_digit_says),
    HOLDS(QUIT_ends_whatever_is_answered),
    CELL(required_tls_cannot_be_stripped, MUST_TLS, YES, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, CAN_TLS, NO, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, STARTTLS, R2YZ, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, STARTTLS, R5YZ, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, HANDSHAKE, STOP, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, HELO, R2YZ, pass, NEED_AUTH),
    CELL(required_tls_cannot_be_stripped, MAY_HELO, NO, pass, NEED_AUTH),
    CODE(required_tls_cannot_be_stripped, STARTTLS, 220, pass, NEED_AUTH),
    CODE(required_tls_cannot_be_stripped, EHLO, 503, pass, NEED_AUTH),
    CELL(a_handshake_forgets_what_was_said_in_clear, HANDSHAKE, DONE, pass,
         EHLO),
    CELL(a_handshake_forgets_what_was_said_in_clear, HANDSHAKE, DONE, forget,
         NEED_TLS),
    CELL(nothing_is_said_between_STARTTLS_and_the_handshake, CAN_TLS, YES, pass,
         HANDSHAKE),
    CELL(an_unsafe_secret_is_never_sent, MAY_AUTH, NO, pass, CAN_AUTH),
    CELL(an_unsafe_secret_is_never_sent, NEED_AUTH, YES, pass, CAN_AUTH),
    CODE(an_unproven_server_gets_no_mail, AUTH, 235, pass, READY),
    CODE(an_unproven_server_gets_no_mail, ANSWER, 235, pass, READY),
    CELL(an_unanswered_challenge_is_cancelled, ANSWERED, NO, drop, CAN_AUTH),
    CELL(HELO_is_said_only_where_it_suffices, EHLO, R5YZ, pass, HELO),
    CELL(mail_begins_in_READY_only, PROVEN, YES, pass, MAIL),
    CELL(mail_begins_in_READY_only, NEED_AUTH, NO, pass, FITS),
    CELL(nothing_is_said_before_the_greeting, START, NO, pass, EHLO),
    CELL(nothing_is_said_before_the_greeting, TLS_FIRST, DONE, forget, EHLO),
    CELL(the_good_way_goes_from_stage_to_stage, RCPT, R2YZ, accept, MAIL),
    CODE(good_replies_go_on_where_they_belong_and_nowhere_else, STARTTLS, 220,
         breach, CLOSED),
    CELL(good_replies_go_on_where_they_belong_and_nowhere_else, DATA, R2YZ,
         pass, STILL),
    CELL(good_replies_go_on_where_they_belong_and_nowhere_else, DOT, R3YZ,
         deliver, GOOD),
    CELL(good_replies_go_on_where_they_belong_and_nowhere_else, AUTH, R2YZ,
         pass, PROVEN),
    CODE(a_421_closes_wherever_it_comes, STARTTLS, 421, fail, QUIT),
    EARLY_CODE(a_421_closes_wherever_it_comes, BODY, 421, refuse, CLEAR),
    EARLY_CODE(an_early_reply_never_goes_on, READY, 250, pass, READY),
    EARLY_CODE(an_early_reply_never_goes_on, CHUNK, 550, spoil, SWALLOWED),
    CODE(QUIT_ends_whatever_is_answered, QUIT, 221, fail, CLOSED),
    cmocka_unit_test(other_damage_is_noticed),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
