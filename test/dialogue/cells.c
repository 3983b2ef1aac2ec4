#include <assert.h>
#include <stdio.h>

#include "dialogue/cells.h"

/* The exception that stands as number `n` beside the row, or NULL. */
static const struct ph__exception *beside(enum ph__state state, int n)
{
    for (size_t i = 0; i < ph__exception_count; i++)
        if (ph__exceptions[i].state == state && n-- == 0)
            return &ph__exceptions[i];
    return NULL;
}

static int cell_beside(enum ph__state state, bool early, int code)
{
    const struct ph__exception *e;
    for (int n = 0; (e = beside(state, n)); n++) {
        assert(CELL_BESIDE + n < CELLS);
        if (e->early == early && e->first <= code && code <= e->last)
            return CELL_BESIDE + n;
    }
    return -1;
}

int cell_of(enum ph__state state, bool early, int code)
{
    bool holds = ph__table[state].kind == HOLD_ROW;
    int special = cell_beside(state, early || holds, code);
    if (special >= 0)
        return special;
    if (holds)
        return CELL_EARLY_BREACH;
    if (code == 421)
        return early ? CELL_EARLY_421 : CELL_421;
    if (early)
        return CELL_EARLY_BREACH;
    bool tied = code == 220 || code == 221 || code == 235;
    return tied || code < 200 || code > 599 ? CELL_BREACH : code / 100 - 2;
}

struct ph__edge cell_edge(enum ph__state state, int cell)
{
    const struct ph__row *row = &ph__table[state];
    if (cell < COLUMNS)
        return row->edge[cell];
    if (cell == CELL_421)
        return (struct ph__edge){row->edge[R4YZ].act, ST_CLOSED};
    if (cell == CELL_EARLY_421)
        return (struct ph__edge){ACT_fail, ST_CLOSED};
    if (cell == CELL_BREACH || cell == CELL_EARLY_BREACH)
        return (struct ph__edge){ACT_breach, ST_CLOSED};
    return beside(state, cell - CELL_BESIDE)->edge;
}

static bool by_some_code(enum ph__state state, int cell)
{
    bool says_something = ph__table[state].say != SAY_nothing ||
                          ph__table[state].kind == HOLD_ROW;
    for (int code = -1; code <= 999; code++) {
        if (cell_of(state, false, code) == cell)
            return true;
        /* A reply is due as soon as the command has left, which where there is
         * none is at once: nothing can be early. */
        if (says_something && cell_of(state, true, code) == cell)
            return true;
    }
    return false;
}

bool cell_exists(enum ph__state state, int cell)
{
    if (state == ST_CLOSED) /* where nobody is heard any more */
        return false;
    switch (ph__table[state].kind) {
    case PICK_ROW:
        return cell <= NO;
    case HOLD_ROW:
        if (state == ST_COMMIT && cell == STOP) /* no signal says so */
            return false;
        return cell <= STOP || by_some_code(state, cell);
    case WAIT_ROW:
        return by_some_code(state, cell);
    }
    return false;
}

void cell_name(char out[CELL_NAME], enum ph__state state, int cell)
{
    static const char *const columns[][COLUMNS] = {
        [WAIT_ROW] = {"2yz", "3yz", "4yz", "5yz"},
        [PICK_ROW] = {"yes", "no"},
        [HOLD_ROW] = {"done", "stop"}};
    static const char *const everywhere[] = {"421", "breach", "421, early",
                                             "breach, early"};
    const struct ph__row *row = &ph__table[state];
    if (cell < CELL_BESIDE) {
        snprintf(out, CELL_NAME, "%s %s", row->name,
                 cell < COLUMNS ? columns[row->kind][cell]
                                : everywhere[cell - COLUMNS]);
        return;
    }
    const struct ph__exception *e = beside(state, cell - CELL_BESIDE);
    snprintf(out, CELL_NAME, "%s %d-%d%s", row->name, e->first, e->last,
             e->early ? ", early" : "");
}
