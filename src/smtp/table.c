#include <string.h>

#include "smtp/table.h"

#define EDGE(act_, next_)                                                      \
    {                                                                          \
        ACT_##act_, ST_##next_                                                 \
    }

#define WAIT(state, stage_, say_, r2, r3, r4, r5, lost_, ahead_, secs_)        \
    [ST_##state] = {.name = #state,                                            \
                    .kind = WAIT_ROW,                                          \
                    .stage = PH_STAGE_##stage_,                                \
                    .say = SAY_##say_,                                         \
                    .lost = LOST_##lost_,                                      \
                    .ahead = AHEAD_##ahead_,                                   \
                    .secs = secs_,                                             \
                    .edge = {[R2YZ] = EDGE r2,                                 \
                             [R3YZ] = EDGE r3,                                 \
                             [R4YZ] = EDGE r4,                                 \
                             [R5YZ] = EDGE r5}},
#define PICK(state, stage_, ask_, yes, no)                                     \
    [ST_##state] = {.name = #state,                                            \
                    .kind = PICK_ROW,                                          \
                    .stage = PH_STAGE_##stage_,                                \
                    .ask = ASK_##ask_,                                         \
                    .edge = {[YES] = EDGE yes, [NO] = EDGE no}},
#define HOLD(state, stage_, event_, done, stop, lost_, secs_)                  \
    [ST_##state] = {.name = #state,                                            \
                    .kind = HOLD_ROW,                                          \
                    .stage = PH_STAGE_##stage_,                                \
                    .event = PH_EVENT_##event_,                                \
                    .lost = LOST_##lost_,                                      \
                    .secs = secs_,                                             \
                    .edge = {[DONE] = EDGE done, [STOP] = EDGE stop}},
#define WHEN(...)
#define EARLY(...)
const struct ph__row ph__table[ST_COUNT] = {
#include "smtp/table.def"
};

#define WAIT(...)
#define PICK(...)
#define HOLD(...)
#define WHEN(state, first, last, to)  {ST_##state, false, first, last, EDGE to},
#define EARLY(state, first, last, to) {ST_##state, true, first, last, EDGE to},
const struct ph__exception ph__exceptions[] = {
#include "smtp/table.def"
};
const size_t ph__exception_count =
    sizeof(ph__exceptions) / sizeof(ph__exceptions[0]);

_Static_assert(ST_START == 0, "a zeroed machine is at START");

static const struct ph__edge breach = {ACT_breach, ST_CLOSED};

/* The first exception of this state or of a later one. */
static size_t first_exception(enum ph__state state)
{
    size_t from = 0;
    size_t to = ph__exception_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (ph__exceptions[middle].state < state)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static const struct ph__edge *exception(enum ph__state state, bool early,
                                        int code)
{
    for (size_t i = first_exception(state); i < ph__exception_count; i++) {
        const struct ph__exception *e = &ph__exceptions[i];
        if (e->state != state)
            return NULL;
        if (e->early == early && code >= e->first && code <= e->last)
            return &e->edge;
    }
    return NULL;
}

struct ph__edge ph__edge_early(enum ph__state state, int code)
{
    const struct ph__edge *special = exception(state, true, code);
    if (special)
        return *special;
    if (code == 421 && ph__table[state].kind == WAIT_ROW)
        return (struct ph__edge){ACT_fail, ST_CLOSED};
    return breach;
}

struct ph__edge ph__edge_for(enum ph__state state, int code)
{
    const struct ph__row *row = &ph__table[state];
    if (row->kind == HOLD_ROW)
        return ph__edge_early(state, code);
    const struct ph__edge *special = exception(state, false, code);
    if (special)
        return *special;
    if (row->kind != WAIT_ROW || code == 220 || code == 221 || code == 235)
        return breach;
    if (code == 421) /* RFC 5321 3.8: the server is closing, whatever we did */
        return (struct ph__edge){row->edge[R4YZ].act, ST_CLOSED};
    if (code < 200 || code > 599)
        return breach;
    return row->edge[code / 100 - 2];
}

/* ---- words ---- */

struct word {
    const char *name;
    const char *text;
};
#define X(name, text) {#name, text},
static const struct word actions[] = {PH__ACTION_MAP(X)};
static const struct word questions[] = {PH__QUESTION_MAP(X)};
static const struct word commands[] = {PH__COMMAND_MAP(X)};
#undef X

const char *ph__action_name(enum ph__action act)
{
    return actions[act].name;
}

const char *ph__action_text(enum ph__action act)
{
    return actions[act].text;
}

const char *ph__question_name(enum ph__question ask)
{
    return questions[ask].name;
}

const char *ph__question_text(enum ph__question ask)
{
    return questions[ask].text;
}

const char *ph__command_name(enum ph__command say)
{
    return commands[say].name;
}

const char *ph__command_text(enum ph__command say)
{
    return commands[say].text;
}

const char *ph__event_name(enum ph_event_type event)
{
    static const char *const names[] = {
#define X(name) [PH_EVENT_##name] = #name,
        PH__EVENT_MAP(X)
#undef X
            [PH_EVENT_RECIPIENT] = "RECIPIENT",
        [PH_EVENT_DONE] = "DONE"};
    return names[event];
}

const char *ph__loss_name(enum ph__loss lost)
{
    static const char *const names[] = {
        [LOST_retry] = "retry", [LOST_doubt] = "doubt", [LOST_fine] = "fine"};
    return names[lost];
}

enum ph__state ph__state_named(const char *name)
{
    enum ph__state state = ST_START;
    while (state < ST_COUNT && strcmp(ph__table[state].name, name) != 0)
        state++;
    return state;
}

int ph_transition_for(const char *name, int code, struct ph_transition *out)
{
    enum ph__state state = name ? ph__state_named(name) : ST_COUNT;
    if (state == ST_COUNT || ph__table[state].kind == PICK_ROW)
        return PH_E_INVALID;
    bool garbage = code < 0 || code > 999;
    struct ph__edge edge = ph__edge_for(state, garbage ? -1 : code);
    out->state = ph__table[state].name;
    out->action = ph__action_name(edge.act);
    out->next = ph__table[edge.next].name;
    return PH_OK;
}
