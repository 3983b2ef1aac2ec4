#include <stdlib.h>
#include <string.h>

#include "table/graph.h"

static const struct ph__edge breach = {ACT_breach, ST_CLOSED};

void graph_load(struct graph *g)
{
    if (ph__exception_count > EXCEPTIONS_MAX)
        abort();
    memcpy(g->rows, ph__table, sizeof(g->rows));
    memcpy(g->exceptions, ph__exceptions,
           ph__exception_count * sizeof(g->exceptions[0]));
    g->count = ph__exception_count;
}

bool graph_waits(const struct graph *g, enum ph__state state)
{
    return g->rows[state].kind == WAIT_ROW;
}

const struct ph__exception *graph_exception(const struct graph *g,
                                            enum ph__state state, bool early,
                                            int code)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct ph__exception *e = &g->exceptions[i];
        if (e->state == state && e->early == early && e->first <= code &&
            code <= e->last)
            return e;
    }
    return NULL;
}

struct ph__edge graph_early(const struct graph *g, enum ph__state state,
                            int code)
{
    const struct ph__exception *e = graph_exception(g, state, true, code);
    if (e)
        return e->edge;
    if (graph_waits(g, state) && code == 421)
        return (struct ph__edge){ACT_fail, ST_CLOSED};
    return breach;
}

struct ph__edge graph_due(const struct graph *g, enum ph__state state, int code)
{
    const struct ph__row *row = &g->rows[state];
    const struct ph__exception *e = graph_exception(g, state, false, code);
    if (row->kind == HOLD_ROW)
        return graph_early(g, state, code);
    if (e)
        return e->edge;
    if (row->kind == PICK_ROW || code < 200 || code > 599)
        return breach;
    if (code == 220 || code == 221 || code == 235)
        return breach;
    if (code == 421)
        return (struct ph__edge){row->edge[R4YZ].act, ST_CLOSED};
    return row->edge[code / 100 - 2];
}

size_t graph_arcs(const struct graph *g, enum ph__state state,
                  struct arc out[ARCS_MAX])
{
    const struct ph__row *row = &g->rows[state];
    int columns = row->kind == WAIT_ROW ? COLUMNS : 2;
    size_t n = 0;
    for (int i = 0; i < columns; i++)
        out[n++] = (struct arc){i, row->edge[i]};
    if (row->kind == PICK_ROW)
        return n;
    for (size_t i = 0; i < g->count; i++)
        if (g->exceptions[i].state == state)
            out[n++] = (struct arc){BY_REPLY, g->exceptions[i].edge};
    out[n++] = (struct arc){BY_REPLY, graph_due(g, state, 421)};
    out[n++] = (struct arc){BY_REPLY, graph_early(g, state, 421)};
    out[n++] = (struct arc){BY_REPLY, graph_due(g, state, GARBAGE)};
    out[n++] = (struct arc){BY_REPLY, graph_early(g, state, GARBAGE)};
    return n;
}

static bool may_take(const struct graph *g, const struct walk *w,
                     enum ph__state state, const struct arc *arc)
{
    const struct ph__row *row = &g->rows[state];
    enum ph__state next = arc->edge.next;
    if (w->closed[next] || (w->cut.from == state && w->cut.to == next))
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

void graph_walk(const struct graph *g, const struct walk *w,
                bool seen[ST_COUNT])
{
    memset(seen, 0, ST_COUNT * sizeof(seen[0]));
    visit(g, w, w->from, seen);
}

bool graph_leads(const struct graph *g, const struct walk *w, enum ph__state to)
{
    bool seen[ST_COUNT];
    graph_walk(g, w, seen);
    return seen[to];
}
