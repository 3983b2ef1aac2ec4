/* Every state that the dialogues reach hears every code, 0-999, and garbage;
 * when a reply is due, and when none is. What the machine does is held against
 * the table: the cell, the way from there, what becomes of each recipient. So
 * no code decides anything beside the table (TB-01, RP-03, RP-04, RP-16). */
#include <stdio.h>
#include <string.h>

#include "dialogue/stage.h"
#include "dialogue/walk.h"
#include "table/model.h"

enum { CONTEXTS = 1024, LOG = 16384, CODES = 1000, GROUPS = CELLS * 11 };

/* ---- where to try ---- */

/* A state, and what else may matter to what happens there. */
struct context {
    enum ph__state state;
    bool early; /* no reply is due */
    unsigned circumstances;
};

static struct context seen[CONTEXTS];
static size_t seen_count;
static bool reached[ST_COUNT][2];
static size_t replies; /* tried, in all */

static struct context context_of(const struct ph_machine *m)
{
    static const struct ph__transaction none;
    const struct ph__transaction *tx = model_current(m);
    tx = tx ? tx : &none;
    bool waits = ph__table[m->recv.state].kind == WAIT_ROW;
    unsigned how = m->config.lmtp | m->secure << 1 | m->suspect << 2 |
                   (m->flight.count > 1) << 3 | tx->spoiled << 4 |
                   tx->limited << 5 | tx->chunked << 6 | tx->open << 7 |
                   (tx->accepted > 0) << 8 | (tx->accepted > 1) << 9 |
                   tx->env.commit << 10 | tx->env.all_or_nothing << 11 |
                   (m->recv.tx + 1 != m->begun) << 12 | (m->tries > 0) << 13 |
                   m->answer_ready << 14 | m->quitting << 15;
    return (struct context){m->recv.state, !waits || !ph__head_has_left(m),
                            how};
}

static bool is_new(const struct context *c)
{
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].state == c->state && seen[i].early == c->early &&
            seen[i].circumstances == c->circumstances)
            return false;
    return seen_count < CONTEXTS;
}

/* Places of one dialogue that no other had. */
struct survey {
    size_t lines[256];
    bool thorough[256]; /* the first of its state: all codes */
    size_t count;
};

static bool note_place(struct stage *s, size_t line, void *user)
{
    struct survey *survey = user;
    stage_feed(s);
    struct context c = context_of(s->m);
    if (c.state == ST_CLOSED || ph__reply_begun(&s->m->reader) || !is_new(&c) ||
        survey->count == 256)
        return false;
    seen[seen_count++] = c;
    survey->thorough[survey->count] = !reached[c.state][c.early];
    survey->lines[survey->count++] = line;
    reached[c.state][c.early] = true;
    return false;
}

/* ---- one trial ---- */

struct trial {
    size_t line;
    const char *input;
    size_t len;
    int code; /* -1: garbage */
    enum ph_signal signal;
    const char *wrong;
    char log[LOG]; /* what can be seen of it */
};

/* Can `from` lead to `to` with no reply between? A HOLD row may have been
 * answered ahead. */
static bool leads_to(enum ph__state from, enum ph__state to, size_t depth)
{
    const struct ph__row *row = &ph__table[from];
    if (from == to)
        return true;
    if (!depth || row->kind == WAIT_ROW || from == ST_CLOSED)
        return false;
    if (row->kind == HOLD_ROW)
        return leads_to(row->edge[DONE].next, to, depth - 1);
    return leads_to(row->edge[YES].next, to, depth - 1) ||
           leads_to(row->edge[NO].next, to, depth - 1);
}

static const char *check_way(enum ph__state state, int cell)
{
    if (walk.astray)
        return walk.astray;
    if (walk.heard != 1)
        return "not one reply was heard";
    if (walk.path[0].state != state || walk.path[0].cell != cell)
        return "another cell was walked";
    if (!leads_to(cell_edge(state, cell).next, walk.settled, 16))
        return "it went where the cell does not lead";
    return NULL;
}

static const char *check_effects(struct model *model,
                                 const struct ph_machine *m, unsigned tx)
{
    for (size_t i = 0; i < walk.steps; i++)
        model_follow(model,
                     cell_edge(walk.path[i].state, walk.path[i].cell).act);
    if (m->suspect != model->suspect)
        return "the session may be used again, or not, against the table";
    if (m->suspect && m->recv.state == ST_READY)
        return "a suspect session is ready for more";
    const char *wrong = NULL;
    for (size_t i = 0; i < model->count && !wrong; i++)
        wrong = model_differs(model, i, &ph__tx(m, tx)->fates[i],
                              walk.settled == ST_CLOSED);
    return wrong;
}

static void write_log(struct trial *t, const struct stage *s, size_t from)
{
    struct ph_slice out;
    bool says = ph_machine_output(s->m, &out, 1) > 0;
    size_t len = (size_t)snprintf(
        t->log, LOG, "%s %d %d %.*s\n", ph_machine_state(s->m), s->m->suspect,
        s->m->mangled, says && out.len < 512 ? (int)out.len : 0,
        says ? out.data : "");
    for (size_t i = from; i < s->event_count && len < LOG; i++)
        len += (size_t)snprintf(t->log + len, LOG - len, "%s\n", s->events[i]);
}

static bool try_here(struct stage *s, size_t line, void *user)
{
    static struct model model;
    struct trial *t = user;
    stage_feed(s);
    if (line != t->line)
        return false;
    enum ph__state state = s->m->recv.state;
    unsigned tx = s->m->recv.tx;
    int cell = cell_of(state, context_of(s->m).early, t->code);
    size_t from = s->event_count;
    model_init(&model, s->m, t->code);
    walk.heard = 0;
    memcpy(s->server, t->input, t->len);
    s->server_len = t->len;
    stage_feed(s);
    t->wrong = check_way(state, cell);
    if (!t->wrong)
        t->wrong = check_effects(&model, s->m, tx);
    write_log(t, s, from);
    return true;
}

/* RFC 5321 3.8 and the column `lost`: what a silent server, or none, means.
 * TO-01: how long it may be silent; while a command has not left, without
 * progress. */
static bool lose_here(struct stage *s, size_t line, void *user)
{
    static struct model model;
    struct trial *t = user;
    stage_feed(s);
    if (line != t->line)
        return false;
    const struct ph__row *row = &ph__table[s->m->recv.state];
    bool leaving = ph__head(s->m) && !ph__head_has_left(s->m);
    unsigned secs = leaving && row->secs > 180 ? 180 : row->secs;
    bool blameless = row->lost == LOST_fine && !s->m->error.code;
    unsigned tx = s->m->recv.tx;
    model_init(&model, s->m, 0);
    t->wrong = ph_machine_timeout(s->m, NULL) == secs ? NULL : "another time";
    if (ph_machine_tell(s->m, t->signal, NULL))
        t->wrong = "the signal was refused";
    stage_pull(s);
    const char *last = s->event_count ? s->events[s->event_count - 1] : "";
    if (s->m->recv.state != ST_CLOSED || strncmp(last, "closed", 6) != 0)
        t->wrong = "the session is not over";
    else if (!strcmp(last, "closed") != blameless)
        t->wrong = "an error, or none, against what `lost` says";
    for (size_t i = 0; i < model.count && !t->wrong; i++)
        t->wrong = model_differs(&model, i, &ph__tx(s->m, tx)->fates[i], true);
    return true;
}

/* ---- all trials at one place ---- */

/* One log for what must come out the same: the same cell, by the same digit. A
 * breach is a breach, whatever the code. */
static char groups[GROUPS][LOG];
static int group_code[GROUPS];

static char problem[2 * LOG];

static bool is_number(const char *word, size_t len, int number)
{
    char text[16];
    int n = snprintf(text, sizeof(text), "%d", number < 0 ? 0 : number);
    return len == (size_t)n && !memcmp(text, word, len);
}

/* Word for word the same, but for each one's own code. */
static bool same(const char *a, int code_a, const char *b, int code_b)
{
    while (*a && *b) {
        size_t in_a = strcspn(a, " \n");
        size_t in_b = strcspn(b, " \n");
        bool equal = in_a == in_b && !memcmp(a, b, in_a);
        if (!equal &&
            !(is_number(a, in_a, code_a) && is_number(b, in_b, code_b)))
            return false;
        a += in_a;
        b += in_b;
        if (*a != *b)
            return false;
        a += *a != '\0';
        b += *b != '\0';
    }
    return *a == *b;
}

static const char *compare(const struct trial *t, enum ph__state state,
                           bool early)
{
    int cell = cell_of(state, early, t->code);
    bool breach = cell_edge(state, cell).act == ACT_breach;
    int digit = t->code == 421 ? 10 : breach || t->code < 0 ? 0 : t->code / 100;
    size_t group = (size_t)(cell * 11 + digit);
    if (!groups[group][0]) {
        memcpy(groups[group], t->log, LOG);
        group_code[group] = t->code;
        return NULL;
    }
    if (same(groups[group], group_code[group], t->log, t->code))
        return NULL;
    snprintf(problem, sizeof(problem), "as after %d:\n%.1000s# but:\n%.1000s",
             group_code[group], groups[group], t->log);
    return problem;
}

static const char *try_one(const char *script, struct trial *t,
                           const struct context *c)
{
    struct play_how how = {.look = try_here, .user = t};
    size_t octets;
    t->wrong = "the place was not reached again";
    const char *wrong = play(script, &how, &octets);
    replies++;
    if (!wrong)
        wrong = t->wrong ? t->wrong : compare(t, c->state, c->early);
    if (wrong && wrong != problem)
        snprintf(problem, sizeof(problem), "%s; then:\n%.1000s", wrong, t->log);
    return wrong ? problem : NULL;
}

static bool worth_trying(const struct context *c, int code, bool thorough)
{
    int here = cell_of(c->state, c->early, code);
    return thorough || here != cell_of(c->state, c->early, code - 1) ||
           here != cell_of(c->state, c->early, code + 1);
}

static const char *try_codes(const char *script, size_t line,
                             const struct context *c, bool thorough)
{
    static struct trial t;
    const char *wrong = NULL;
    for (int code = 0; code < CODES && !wrong; code++) {
        char input[32];
        if (!worth_trying(c, code, thorough))
            continue;
        t = (struct trial){.line = line, .input = input, .code = code};
        t.len = (size_t)snprintf(input, sizeof(input), "%03d x\r\n", code);
        wrong = try_one(script, &t, c);
    }
    return wrong;
}

static const char *try_garbage(const char *script, size_t line,
                               const struct context *c)
{
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
#define GARBAGE(text) {text, sizeof(text) - 1}
        GARBAGE("hello\r\n"),          GARBAGE("25 x\r\n"),
        GARBAGE("2500 x\r\n"),         GARBAGE("\r\n"),
        GARBAGE("250 a\0b\r\n"),       GARBAGE("\0\r\n"),
        GARBAGE("250-a\r\n550 b\r\n"), GARBAGE("550-a\r\n250 b\r\n"),
        GARBAGE("250-a\r\nb\r\n"),     GARBAGE("354_go\r\n")};
    static struct trial t;
    const char *wrong = NULL;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) && !wrong; i++) {
        t = (struct trial){.line = line,
                           .input = cases[i].text,
                           .len = cases[i].len,
                           .code = -1};
        wrong = try_one(script, &t, c);
    }
    return wrong;
}

static const char *try_end(const char *script, size_t line,
                           enum ph_signal signal)
{
    static struct trial t;
    struct play_how how = {.look = lose_here, .user = &t};
    size_t octets;
    t = (struct trial){.line = line,
                       .signal = signal,
                       .wrong = "the place was not reached again"};
    const char *wrong = play(script, &how, &octets);
    return wrong ? wrong : t.wrong;
}

static const char *try_all(const char *script, size_t line,
                           const struct context *c, bool thorough)
{
    for (size_t g = 0; g < GROUPS; g++)
        groups[g][0] = '\0';
    const char *wrong = try_codes(script, line, c, thorough);
    if (!wrong)
        wrong = try_garbage(script, line, c);
    if (!wrong)
        wrong = try_end(script, line, PH_SIGNAL_LOST);
    if (!wrong)
        wrong = try_end(script, line, PH_SIGNAL_TIMEOUT);
    return wrong;
}

static const char *try_script(const char *script, char note[PLAY_NOTE])
{
    struct survey survey = {0};
    struct play_how how = {.look = note_place, .user = &survey};
    size_t first = seen_count;
    size_t before = replies;
    size_t octets;
    const char *wrong = play(script, &how, &octets);
    for (size_t i = 0; i < survey.count && !wrong; i++) {
        const struct context *c = &seen[first + i];
        wrong = try_all(script, survey.lines[i], c, survey.thorough[i]);
        if (wrong)
            printf("# behind line %zu, in %s%s:\n", survey.lines[i] + 1,
                   ph__table[c->state].name, c->early ? ", early" : "");
    }
    snprintf(note, PLAY_NOTE, "%zu replies at %zu places", replies - before,
             survey.count);
    return wrong;
}

/* ---- the sum ---- */

static bool report_states(size_t number)
{
    size_t want = 0;
    size_t have = 0;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int early = 0; early < 2; early++) {
            bool due = ph__table[s].kind == WAIT_ROW;
            if (ph__table[s].kind == PICK_ROW || s == ST_CLOSED ||
                (early ? due && ph__table[s].say == SAY_nothing : !due))
                continue;
            want++;
            have += reached[s][early];
            if (!reached[s][early])
                printf("# no dialogue stops in %s%s\n", ph__table[s].name,
                       early ? " before its command has left" : "");
        }
    printf("%sok %zu - %zu replies at %zu places, in %zu/%zu states, due and "
           "early\n",
           have == want ? "" : "not ", number, replies, seen_count, have, want);
    return have == want;
}

/* What ph__edge_for() finds by halving and falling through, cells.c reads from
 * the top of table.def. */
static bool report_edges(size_t number)
{
    const char *wrong = NULL;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        for (int code = -1; code < CODES && ph__table[s].kind != PICK_ROW;
             code++)
            for (int early = 0; early < 2; early++) {
                struct ph__edge want = cell_edge(s, cell_of(s, early, code));
                struct ph__edge got =
                    early ? ph__edge_early(s, code) : ph__edge_for(s, code);
                if (want.act != got.act || want.next != got.next)
                    wrong = ph__table[s].name;
            }
    printf("%sok %zu - every state has one edge for every code\n",
           wrong ? "not " : "", number);
    if (wrong)
        printf("# %s has another\n", wrong);
    return !wrong;
}

int main(int argc, char **argv)
{
    bool good;
    size_t count = play_each(argc > 1 ? argv[1] : ".", try_script, &good);
    good &= count && report_states(count + 1);
    good &= count && report_edges(count + 2);
    printf("1..%zu\n", count + 2);
    return !good;
}
