/* What has to hold of the table for a message's sake: it is sent as a whole or
 * not at all, somebody is told once, and nothing is taken for delivered that
 * may not be. */
#include "table/property.h"

static bool about_content(enum ph__state s)
{
    return s == ST_DOT || s == ST_LAST;
}

/* S14: no reply but a 2yz to the whole content means delivered. */
static bool only_2yz_to_the_content_delivers(const struct graph *g)
{
    struct arc arcs[ARCS_MAX];
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (size_t n = graph_arcs(g, s, arcs); n > 0; n--) {
            bool delivers = arcs[n - 1].edge.act == ACT_deliver;
            bool due = about_content(s) && arcs[n - 1].column == R2YZ;
            if (delivers != due)
                return false;
        }
    return true;
}

/* U18: a lost reply may mean a delivered message in one place only. */
static bool doubt_is_where_the_last_octet_has_left(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if ((g->rows[s].lost == LOST_doubt) != about_content(s))
            return false;
    return true;
}

/* PL-02, PL-12: RFC 2920 3.1, RFC 3207 4, RFC 4954 4, RFC 3030 4.2; DATA ends a
 * group, as what follows it is content or a command. */
static bool only_what_need_not_end_a_group_is_ahead(const struct graph *g)
{
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (g->rows[s].ahead != (s == ST_MAIL || s == ST_RCPT || s == ST_RSET ||
                                 s == ST_CHUNK || about_content(s)))
            return false;
    return true;
}

static bool recipients_are_judged_in_RCPT_only(const struct graph *g)
{
    struct arc arcs[ARCS_MAX];
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (size_t n = graph_arcs(g, s, arcs); n > 0; n--) {
            enum ph__action act = arcs[n - 1].edge.act;
            bool judges = act == ACT_accept || act == ACT_reject ||
                          act == ACT_reject_last || act == ACT_postpone;
            if (judges && s != ST_RCPT && s != ST_NO_RCPT && s != ST_TOO_MANY)
                return false;
        }
    return true;
}

/* ---- the order of commands ---- */

/* TX-03, RFC 5321 3.3. Only BDAT comes in chunks. */
static bool content_waits_for_354(const struct graph *g)
{
    struct walk w = {
        .from = ST_START,
        .answers = {[ASK_chunking_used] = NEVER, [ASK_chunk_given] = NEVER},
        .cut = {ST_DATA, graph_due(g, ST_DATA, 354).next}};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (seen[s] && g->rows[s].stage == PH_STAGE_CONTENT)
            return false;
    return true;
}

/* BD-04: RFC 3030 2. */
static bool DATA_and_BDAT_never_meet(const struct graph *g)
{
    struct walk chunks = {.from = ST_START,
                          .answers = {[ASK_chunking_used] = ALWAYS}};
    struct walk lines = {
        .from = ST_START,
        .answers = {[ASK_chunking_used] = NEVER, [ASK_chunk_given] = NEVER}};
    bool by_bdat[ST_COUNT];
    bool by_data[ST_COUNT];
    graph_walk(g, &chunks, by_bdat);
    graph_walk(g, &lines, by_data);
    return by_bdat[ST_LAST] && !by_bdat[ST_DATA] && !by_bdat[ST_DOT] &&
           by_data[ST_DOT] && !by_data[ST_CHUNK] && !by_data[ST_LAST];
}

/* PL-05, TX-05: a lone dot, if 354 came all the same; with LMTP not even that
 * (RFC 2033 4.2). Unless BDAT is on the wire already, nobody gets a chunk. */
static bool content_never_goes_to_nobody(const struct graph *g)
{
    struct walk by_data = {.from = ST_START,
                           .answers = {[ASK_chunking_used] = NEVER,
                                       [ASK_chunk_given] = NEVER,
                                       [ASK_recipient_accepted] = NEVER}};
    struct walk by_lmtp = by_data;
    struct walk by_bdat = {.from = ST_START,
                           .answers = {[ASK_chunking_used] = ALWAYS,
                                       [ASK_in_flight] = NEVER,
                                       [ASK_recipient_accepted] = NEVER}};
    by_lmtp.answers[ASK_lmtp] = ALWAYS;
    return !graph_leads(g, &by_data, ST_BODY) &&
           !graph_leads(g, &by_lmtp, ST_DOT) &&
           !graph_leads(g, &by_bdat, ST_BODY);
}

/* The sender waits at ANYONE until all have answered: nothing is in flight. */
static bool
all_or_nothing_is_nothing_when_somebody_is_missing(const struct graph *g)
{
    struct walk w = {
        .from = ST_RCPT,
        .answers = {[ASK_somebody_missing] = ALWAYS, [ASK_in_flight] = NEVER},
        .closed = {[ST_READY] = true}};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    return !seen[ST_DATA] && !seen[ST_BODY];
}

/* U19: what is written down comes before what cannot be taken back. */
static bool a_wanted_commit_comes_before_the_last_octets(const struct graph *g)
{
    struct walk w = {.from = ST_BODY,
                     .answers = {[ASK_commit_wanted] = ALWAYS},
                     .closed = {[ST_COMMIT] = true, [ST_READY] = true}};
    bool seen[ST_COUNT];
    graph_walk(g, &w, seen);
    return !seen[ST_DOT] && !seen[ST_LAST];
}

/* BD-06, PL-06: RFC 3030 2. Whatever may have been refused, or is not answered
 * yet, RSET stands between it and the next MAIL. */
static bool RSET_separates_what_may_be_refused(const struct graph *g)
{
    static const enum ph__state after[] = {ST_BEHIND, ST_CLEAR, ST_BAD,
                                           ST_GONE_ON, ST_TOO_LATE};
    struct walk w = {
        .answers = {[ASK_reset_owed] = ALWAYS, [ASK_reply_left] = NEVER},
        .closed = {[ST_RSET] = true, [ST_DOT] = true, [ST_LAST] = true}};
    for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
        w.from = after[i];
        if (graph_leads(g, &w, ST_READY))
            return false;
    }
    return true;
}

/* ---- every transaction that was begun is closed, once ---- */

enum effect { NO_EFFECT, OPENS, CLOSES };

static enum effect effect_of(enum ph__action act)
{
    static const enum effect effects[ACT_breach + 1] = {
        [ACT_begin] = OPENS,       [ACT_turn_away] = CLOSES,
        [ACT_unfit] = CLOSES,      [ACT_withdraw] = CLOSES,
        [ACT_finish] = CLOSES,     [ACT_refuse] = CLOSES,
        [ACT_refuse_last] = CLOSES};
    return effects[act];
}

/* Where one is open, and nowhere else: also MAIL never within another (TX-01),
 * and nothing is lost where `lost` says so. */
static bool is_open_in(const struct graph *g, enum ph__state s, bool open)
{
    const struct ph__row *row = &g->rows[s];
    bool within = row->stage >= PH_STAGE_MAIL && row->stage <= PH_STAGE_CONTENT;
    bool fine = row->kind != PICK_ROW && row->lost == LOST_fine;
    return open == within && !(open && fine);
}

/* Depth first, over pairs of a state and whether a transaction is open. */
static bool visit(const struct graph *g, enum ph__state s, bool open,
                  bool seen[ST_COUNT][2])
{
    if (s == ST_CLOSED || seen[s][open]) /* CLOSED closes what is open */
        return true;
    seen[s][open] = true;
    struct arc arcs[ARCS_MAX];
    bool sound = is_open_in(g, s, open);
    for (size_t n = graph_arcs(g, s, arcs); sound && n > 0; n--) {
        enum effect effect = effect_of(arcs[n - 1].edge.act);
        if (effect != NO_EFFECT && open != (effect == CLOSES))
            return false;
        bool still = effect == NO_EFFECT ? open : effect == OPENS;
        sound = visit(g, arcs[n - 1].edge.next, still, seen);
    }
    return sound;
}

static bool every_transaction_is_closed_once(const struct graph *g)
{
    bool seen[ST_COUNT][2] = {{false}};
    return visit(g, ST_START, false, seen);
}

/* What one cell cannot break. */
static void other_damage_is_noticed(void **unused)
{
    (void)unused;
    NOTICED(doubt_is_where_the_last_octet_has_left,
            g.rows[ST_CHUNK].lost = LOST_doubt);
    NOTICED(doubt_is_where_the_last_octet_has_left,
            g.rows[ST_LAST].lost = LOST_retry);
    NOTICED(only_what_need_not_end_a_group_is_ahead,
            g.rows[ST_DATA].ahead = true);
    NOTICED(only_what_need_not_end_a_group_is_ahead,
            g.rows[ST_CHUNK].ahead = false);
    NOTICED(every_transaction_is_closed_once, g.rows[ST_RCPT].lost = LOST_fine);
    NOTICED(every_transaction_is_closed_once,
            g.rows[ST_BEHIND].stage = PH_STAGE_CONTENT);
}

static const struct CMUnitTest tests[] = {
    HOLDS(only_2yz_to_the_content_delivers),
    HOLDS(doubt_is_where_the_last_octet_has_left),
    HOLDS(only_what_need_not_end_a_group_is_ahead),
    HOLDS(recipients_are_judged_in_RCPT_only),
    HOLDS(content_waits_for_354),
    HOLDS(DATA_and_BDAT_never_meet),
    HOLDS(content_never_goes_to_nobody),
    HOLDS(all_or_nothing_is_nothing_when_somebody_is_missing),
    HOLDS(a_wanted_commit_comes_before_the_last_octets),
    HOLDS(RSET_separates_what_may_be_refused),
    HOLDS(every_transaction_is_closed_once),
    CELL(only_2yz_to_the_content_delivers, DATA, R2YZ, deliver, GOOD),
    CELL(only_2yz_to_the_content_delivers, DOT, R3YZ, deliver, GOOD),
    CELL(only_2yz_to_the_content_delivers, CHUNK, R2YZ, deliver, BODY),
    CELL(only_2yz_to_the_content_delivers, LAST, R2YZ, pass, GOOD),
    EARLY_CODE(only_2yz_to_the_content_delivers, BODY, 450, deliver, CLOSED),
    CELL(recipients_are_judged_in_RCPT_only, MAIL, R5YZ, reject, GONE_ON),
    CELL(content_waits_for_354, CHUNKED, NO, pass, STILL),
    CELL(content_waits_for_354, DATA, R2YZ, pass, BODY),
    CELL(content_waits_for_354, MORE, NO, pass, STILL),
    CELL(DATA_and_BDAT_never_meet, ENDING, YES, pass, DOT),
    CELL(DATA_and_BDAT_never_meet, SWALLOWED, NO, pass, DATA),
    CELL(content_never_goes_to_nobody, STILL, NO, pass, BODY),
    CELL(content_never_goes_to_nobody, LONE, YES, pass, DOT),
    CELL(content_never_goes_to_nobody, TOO_LATE, NO, pass, CHUNKED),
    CELL(content_never_goes_to_nobody, ANYONE, NO, pass, BODY),
    CELL(all_or_nothing_is_nothing_when_somebody_is_missing, WHOLE, YES, pass,
         CHUNKED),
    CELL(all_or_nothing_is_nothing_when_somebody_is_missing, ANYONE, YES, pass,
         CHUNKED),
    CELL(a_wanted_commit_comes_before_the_last_octets, SEALED, YES, pass,
         ENDING),
    CELL(a_wanted_commit_comes_before_the_last_octets, CUT, NO, pass, ENDING),
    CELL(RSET_separates_what_may_be_refused, BEHIND, YES, pass, SPENT),
    CELL(RSET_separates_what_may_be_refused, CLEAR, NO, pass, SPENT),
    CELL(RSET_separates_what_may_be_refused, BAD, NO, finish, SPENT),
    CELL(every_transaction_is_closed_once, GONE_ON, NO, pass, CLEAR),
    CELL(every_transaction_is_closed_once, GONE_ON, YES, finish, RCPT),
    CELL(every_transaction_is_closed_once, DATA, R4YZ, refuse, BODY),
    CELL(every_transaction_is_closed_once, SWALLOWED, NO, finish, BODY),
    CELL(every_transaction_is_closed_once, TASK, NO, pass, ROOM),
    CELL(every_transaction_is_closed_once, GOOD, NO, finish, ENDING),
    CELL(every_transaction_is_closed_once, WHOLE, YES, pass, CLEAR),
    CODE(every_transaction_is_closed_once, DATA, 504, spoil, CLEAR),
    cmocka_unit_test(other_damage_is_noticed),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
