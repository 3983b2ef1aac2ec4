#include <stdlib.h>

#include "states/sheet.h"

const char *ph__line_name(enum ph__line_class class)
{
    static const char *const names[] = {
        [LINE_MAIN] = "main", [LINE_PLAIN] = "plain", [LINE_BAD] = "bad"};
    return names[class];
}

enum ph__line_class ph__line_of(enum ph__action act)
{
    switch (act) {
    case ACT_pass:
    case ACT_learn:
    case ACT_forget:
    case ACT_challenge:
    case ACT_begin:
    case ACT_accept:
    case ACT_next:
    case ACT_deliver:
        return LINE_PLAIN;
    case ACT_drop:
    case ACT_unfit:
    case ACT_reject:
    case ACT_spoil:
    case ACT_finish:
    case ACT_refuse:
    case ACT_fail:
    case ACT_no_tls:
    case ACT_no_auth:
    case ACT_breach:
        break;
    }
    return LINE_BAD;
}

/* Turns: the start, a corner before each lane's end, the last one, the end. */
enum { POINTS = PH__LANES + 3 };
struct path {
    struct ph__point at[POINTS];
    size_t count;
};

static bool sideways(enum ph__side side)
{
    return side == SIDE_LEFT || side == SIDE_RIGHT;
}

static struct ph__point port(struct ph__point centre, enum ph__side side,
                             int shift)
{
    int right = side == SIDE_RIGHT ? BOX_W / 2 : -BOX_W / 2;
    int down = side == SIDE_BOTTOM ? BOX_H / 2 : -BOX_H / 2;
    if (sideways(side))
        return (struct ph__point){centre.x + right, centre.y + shift};
    return (struct ph__point){centre.x + shift, centre.y + down};
}

static void add_point(struct path *p, struct ph__point at)
{
    struct ph__point last = p->at[p->count - 1];
    if (last.x != at.x || last.y != at.y)
        p->at[p->count++] = at;
}

static struct path plan(const struct ph__sheet *sheet,
                        const struct ph__route *r)
{
    struct ph__point a =
        port(ph__sheet_spot(sheet, r->from), r->out, r->out_shift);
    struct ph__point b =
        port(ph__sheet_spot(sheet, r->edge.next), r->in, r->in_shift);
    struct path p = {.at = {a}, .count = 1};
    bool along_x = sideways(r->out);
    for (int i = 0; i < PH__LANES && r->lanes[i] != PH__NO_LANE; i++) {
        struct ph__point lane = ph__sheet_point(
            (struct ph__spot){.x = r->lanes[i], .y = r->lanes[i]});
        if (along_x)
            a.x = lane.x;
        else
            a.y = lane.y;
        add_point(&p, a);
        along_x = !along_x;
    }
    if (sideways(r->in))
        a.y = b.y;
    else
        a.x = b.x;
    add_point(&p, a);
    add_point(&p, b);
    return p;
}

static int toward(int from, int to, int step)
{
    if (abs(to - from) < 2 * step)
        step = abs(to - from) / 2;
    return to > from ? from + step : from - step;
}

/* Corners are rounded. */
static void draw_path(struct ph__sheet *sheet, const struct path *p,
                      enum ph__line_class class)
{
    enum { ROUND = 8 };
    struct ph__pen *pen = &sheet->pen;
    const char *name = ph__line_name(class);
    PH__WRITE(pen, "<path class=\"line %s\" marker-end=\"url(#%s)\" d=\"M%d %d",
              name, name, p->at[0].x, p->at[0].y);
    for (size_t i = 1; i + 1 < p->count; i++) {
        struct ph__point before = p->at[i - 1];
        struct ph__point here = p->at[i];
        struct ph__point after = p->at[i + 1];
        PH__WRITE(pen, "L%d %dQ%d %d %d %d", toward(here.x, before.x, ROUND),
                  toward(here.y, before.y, ROUND), here.x, here.y,
                  toward(here.x, after.x, ROUND),
                  toward(here.y, after.y, ROUND));
    }
    PH__WRITE(pen, "L%d %d\"/>\n", p->at[p->count - 1].x,
              p->at[p->count - 1].y);
}

struct label {
    const struct ph__cases *cases;
    const struct ph__case *of;
};
enum { WHAT_ALL, WHAT_REPLY, WHAT_ACTION };

static void draw_label(struct ph__sheet *sheet, const struct label *label,
                       int what, struct ph__point at, bool leftward)
{
    struct ph__pen *pen = &sheet->pen;
    enum ph__action act = label->of->edge.act;
    bool acts = act != ACT_pass && what != WHAT_REPLY;
    if (what == WHAT_ACTION && !acts)
        return;
    PH__WRITE(pen, "<text class=\"label%s%s\" x=\"%d\" y=\"%d\">",
              leftward ? " end" : "",
              ph__line_of(act) == LINE_BAD ? " refusal" : "", at.x, at.y);
    if (what != WHAT_ACTION) {
        PH__WRITE(pen, "<tspan class=\"reply\">");
        ph__case_label(pen, label->cases, label->of, &ph__case_picture);
        PH__WRITE(pen, "</tspan>%s", acts ? " " : "");
    }
    PH__WRITE(pen, "%s</text>\n", acts ? ph__action_name(act) : "");
}

/* Beside the line's beginning. A short level line has the reply above and the
 * action below. */
static void label_path(struct ph__sheet *sheet, const struct label *label,
                       const struct path *p, const struct ph__route *r)
{
    enum { SHORT = 90, OFF = 5, RISE = 14 };
    bool flip = r->look == PH__ROUTE_FLIP;
    struct ph__point at = p->at[0];
    int dx = p->at[1].x - at.x;
    int dy = p->at[1].y - at.y;
    if (dx == 0) {
        at.x += flip ? -OFF : OFF;
        at.y += dy > 0 ? RISE : -RISE / 2;
        draw_label(sheet, label, WHAT_ALL, at, flip);
        return;
    }
    bool leftward = dx < 0;
    at.x += leftward ? -OFF : OFF;
    struct ph__point above = {at.x, at.y - OFF};
    struct ph__point below = {at.x, at.y + RISE};
    if (abs(dx) >= SHORT) {
        draw_label(sheet, label, WHAT_ALL, flip ? below : above, leftward);
        return;
    }
    draw_label(sheet, label, WHAT_REPLY, above, leftward);
    draw_label(sheet, label, WHAT_ACTION, below, leftward);
}

/* An arrow to the name of the target: number `n` of this state. */
static void draw_exit(struct ph__sheet *sheet, const struct label *label, int n)
{
    enum { LENGTH = 22, STEP = 72, PILL = 8 };
    enum ph__state from = label->cases->state;
    const struct ph__place *place = ph__layout_place(sheet->layout, from);
    bool up = place && place->exits == SIDE_TOP;
    int shift = (place ? place->shift : -BOX_W / 3) + n * STEP;
    struct ph__point a =
        port(ph__sheet_spot(sheet, from), up ? SIDE_TOP : SIDE_BOTTOM, shift);
    struct ph__point b = {a.x, a.y + (up ? -LENGTH : LENGTH)};
    struct path p = {.at = {a, b}, .count = 2};
    draw_path(sheet, &p, ph__line_of(label->of->edge.act));
    b.y += up ? -PILL : PILL;
    ph__sheet_pill(sheet, b, label->of->edge.next);
    struct ph__point text = {a.x + 5, a.y + (up ? -7 : 14)};
    draw_label(sheet, label, WHAT_ALL, text, false);
}

static void draw_route(struct ph__sheet *sheet, const struct label *label,
                       const struct ph__route *r)
{
    struct path p = plan(sheet, r);
    draw_path(sheet, &p,
              r->look == PH__ROUTE_MAIN ? LINE_MAIN
                                        : ph__line_of(label->of->edge.act));
    label_path(sheet, label, &p, r);
}

void ph__sheet_edges(struct ph__sheet *sheet, enum ph__state state, bool main)
{
    struct ph__cases cases;
    if (!sheet->pen.rc)
        sheet->pen.rc = ph__cases_of(&cases, state);
    int exits = 0;
    for (size_t i = 0; !sheet->pen.rc && i < cases.count; i++) {
        struct label label = {&cases, &cases.list[i]};
        if (!ph__case_leads(&cases, label.of, &ph__case_picture))
            continue;
        const struct ph__route *r =
            ph__layout_route(sheet->layout, state, label.of->edge);
        if (main != (r && r->look == PH__ROUTE_MAIN))
            continue;
        if (r)
            draw_route(sheet, &label, r);
        else
            draw_exit(sheet, &label, exits++);
    }
}
