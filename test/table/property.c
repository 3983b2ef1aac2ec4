#include "table/property.h"

void property_holds(void **state)
{
    const struct claim *claim = *state;
    struct graph g;
    graph_load(&g);
    assert_true(claim->holds(&g));
}

struct ph__exception *property_exception(struct graph *g, enum ph__state state,
                                         bool early, int code)
{
    const struct ph__exception *e = graph_exception(g, state, early, code);
    assert_non_null(e);
    return &g->exceptions[e - g->exceptions];
}

static struct ph__edge *changed(struct graph *g, const struct mutant *m)
{
    if (m->column >= 0)
        return &g->rows[m->state].edge[m->column];
    bool early = m->column == WHEN_EARLY;
    return &property_exception(g, m->state, early, m->code)->edge;
}

void mutant_is_noticed(void **state)
{
    const struct mutant *m = *state;
    struct graph g;
    graph_load(&g);
    assert_true(m->notices(&g));
    *changed(&g, m) = m->edge;
    assert_false(m->notices(&g));
}
