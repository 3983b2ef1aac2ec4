#include <stdlib.h>
#include <string.h>

#include "table/graph.h"

void graph_load(struct graph *g)
{
    if (ph__exception_count > EXCEPTIONS_MAX)
        abort();
    memcpy(g->rows, ph__table, sizeof(g->rows));
    memcpy(g->exceptions, ph__exceptions,
           ph__exception_count * sizeof(g->exceptions[0]));
    g->count = ph__exception_count;
}

static size_t column_count(const struct ph__row *row)
{
    return row->kind == WAIT_ROW ? COLUMNS : 2;
}

const struct ph__exception *graph_exception(const struct graph *g,
                                            enum ph__state state, int code)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct ph__exception *e = &g->exceptions[i];
        if (e->state == state && e->first <= code && code <= e->last)
            return e;
    }
    return NULL;
}

size_t graph_arcs(const struct graph *g, enum ph__state state,
                  struct arc out[ARCS_MAX])
{
    const struct ph__row *row = &g->rows[state];
    size_t n = 0;
    for (size_t i = 0; i < column_count(row); i++)
        out[n++] = (struct arc){(int)i, row->edge[i]};
    if (row->kind == PICK_ROW)
        return n;
    for (size_t i = 0; i < g->count; i++)
        if (g->exceptions[i].state == state)
            out[n++] = (struct arc){BY_REPLY, g->exceptions[i].edge};
    if (row->kind == WAIT_ROW && !graph_exception(g, state, 421))
        out[n++] = (struct arc){BY_REPLY, {row->edge[R4YZ].act, ST_CLOSED}};
    if (!graph_exception(g, state, GARBAGE))
        out[n++] = (struct arc){BY_REPLY, {ACT_breach, ST_CLOSED}};
    return n;
}

static bool may_take(const struct graph *g, const struct walk *w,
                     enum ph__state state, const struct arc *arc)
{
    const struct ph__row *row = &g->rows[state];
    if (w->avoid_ready && arc->edge.next == ST_READY)
        return false;
    if (w->picks_only && g->rows[arc->edge.next].kind != PICK_ROW)
        return false;
    if (w->cut_handshake && state == ST_HANDSHAKE && arc->column == DONE)
        return false;
    if (row->kind != PICK_ROW || w->answers[row->ask] == EITHER)
        return true;
    return arc->column == (w->answers[row->ask] == ALWAYS ? YES : NO);
}

static void visit(const struct graph *g, const struct walk *w,
                  enum ph__state state, bool seen[ST_COUNT])
{
    struct arc arcs[ARCS_MAX];
    size_t n = graph_arcs(g, state, arcs);
    for (size_t i = 0; i < n; i++) {
        enum ph__state next = arcs[i].edge.next;
        if (seen[next] || !may_take(g, w, state, &arcs[i]))
            continue;
        seen[next] = true;
        visit(g, w, next, seen);
    }
}

bool graph_leads(const struct graph *g, const struct walk *w, enum ph__state to)
{
    bool seen[ST_COUNT] = {false};
    visit(g, w, w->from, seen);
    return seen[to];
}
