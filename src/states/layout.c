#include "states/layout.h"

const struct ph__layout ph__layout = {
    {&ph__layout_open, &ph__layout_mail, &ph__layout_end}};

const struct ph__place *ph__layout_place(const struct ph__layout *layout,
                                         enum ph__state state)
{
    for (size_t p = 0; p < PH__LAYOUT_PARTS; p++)
        for (size_t i = 0; i < layout->parts[p]->place_count; i++)
            if (layout->parts[p]->places[i].state == state)
                return &layout->parts[p]->places[i];
    return NULL;
}

const struct ph__route *ph__layout_route(const struct ph__layout *layout,
                                         enum ph__state from,
                                         struct ph__edge edge)
{
    for (size_t p = 0; p < PH__LAYOUT_PARTS; p++)
        for (size_t i = 0; i < layout->parts[p]->route_count; i++) {
            const struct ph__route *r = &layout->parts[p]->routes[i];
            if (r->from == from && ph__edge_same(r->edge, edge))
                return r;
        }
    return NULL;
}

/* Does the table have this edge, as a picture shows it? */
static bool in_table(enum ph__state from, struct ph__edge edge)
{
    struct ph__cases cases;
    if (ph__cases_of(&cases, from))
        return false;
    for (size_t i = 0; i < cases.count; i++)
        if (ph__case_leads(&cases, &cases.list[i], &ph__case_picture) &&
            ph__edge_same(cases.list[i].edge, edge))
            return true;
    return false;
}

/* Is there a line for each edge of this state? */
static struct ph__gap check_state(const struct ph__layout *layout,
                                  enum ph__state state)
{
    struct ph__gap found = {GAP_NONE, state, state};
    struct ph__cases cases;
    if (!ph__layout_place(layout, state))
        found.what = GAP_PLACE;
    else if (ph__cases_of(&cases, state))
        found.what = GAP_CASES;
    if (found.what != GAP_NONE)
        return found;
    for (size_t i = 0; i < cases.count; i++) {
        const struct ph__case *c = &cases.list[i];
        if (!ph__case_leads(&cases, c, &ph__case_picture) ||
            ph__layout_route(layout, state, c->edge))
            continue;
        return (struct ph__gap){GAP_ROUTE, state, c->edge.next};
    }
    return found;
}

/* ... and an edge for each line, once? */
static struct ph__gap check_part(const struct ph__layout *layout,
                                 const struct ph__layout_part *part)
{
    for (size_t i = 0; i < part->route_count; i++) {
        const struct ph__route *r = &part->routes[i];
        if (!in_table(r->from, r->edge) ||
            ph__layout_route(layout, r->from, r->edge) != r)
            return (struct ph__gap){GAP_EDGE, r->from, r->edge.next};
    }
    return (struct ph__gap){GAP_NONE, ST_START, ST_START};
}

struct ph__gap ph__layout_check(const struct ph__layout *layout)
{
    struct ph__gap found = {GAP_NONE, ST_START, ST_START};
    for (enum ph__state s = ST_START; s < ST_COUNT && found.what == GAP_NONE;
         s++)
        found = check_state(layout, s);
    for (size_t p = 0; p < PH__LAYOUT_PARTS && found.what == GAP_NONE; p++)
        found = check_part(layout, layout->parts[p]);
    return found;
}
