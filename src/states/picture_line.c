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
    case ACT_only_plain:
    case ACT_report:
    case ACT_begin:
    case ACT_accept:
    case ACT_postpone:
    case ACT_next:
    case ACT_finish:
    case ACT_deliver:
        return LINE_PLAIN;
    case ACT_drop:
    case ACT_turn_away:
    case ACT_unfit:
    case ACT_reject:
    case ACT_reject_last:
    case ACT_spoil:
    case ACT_spoil_last:
    case ACT_withdraw:
    case ACT_refuse:
    case ACT_refuse_last:
    case ACT_decline:
    case ACT_decline_last:
    case ACT_fail:
    case ACT_no_ehlo:
    case ACT_no_tls:
    case ACT_no_auth:
    case ACT_no_proof:
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

/* Where a line meets the box of `state`. The sides of a question slant. */
static struct ph__point port(const struct ph__sheet *sheet,
                             enum ph__state state, enum ph__side side,
                             int shift)
{
    struct ph__point c = ph__layout_place(sheet->layout, state)->centre;
    if (!sideways(side)) {
        int down = side == SIDE_BOTTOM ? PH__BOX_H / 2 : -PH__BOX_H / 2;
        return (struct ph__point){c.x + shift, c.y + down};
    }
    int half = PH__BOX_W / 2;
    if (ph__table[state].kind == PICK_ROW)
        half -= PH__BOX_POINT * abs(shift) / (PH__BOX_H / 2);
    return (struct ph__point){side == SIDE_RIGHT ? c.x + half : c.x - half,
                              c.y + shift};
}

static void add_point(struct path *p, struct ph__point at)
{
    struct ph__point last = p->at[p->count - 1];
    if (last.x != at.x || last.y != at.y)
        p->at[p->count++] = at;
}

static struct path plan_line(const struct ph__sheet *sheet,
                             const struct ph__route *r)
{
    struct ph__point a = port(sheet, r->from, r->out, r->out_shift);
    struct ph__point b = port(sheet, r->edge.next, r->in, r->in_shift);
    struct path p = {.at = {a}, .count = 1};
    bool along_x = sideways(r->out);
    for (int i = 0; i < PH__LANES && r->lanes[i]; i++) {
        if (along_x)
            a.x = r->lanes[i];
        else
            a.y = r->lanes[i];
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
    enum { ROUND = 6 };
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

/* Beside the beginning of a leg. At a short level one the reply stands above
 * and the action below; flipped, both below, a word a line. */
static void label_line(struct ph__sheet *sheet, const struct ph__label *label,
                       const struct path *p, const struct ph__route *r)
{
    enum { SHORT = 60, OFF = 4, ABOVE = 5, RISE = 12, DROP = 13, NARROW = 1 };
    struct ph__point at = p->at[r->leg];
    struct ph__point end = p->at[r->leg + 1];
    struct ph__label_look look = {LABEL_ALL, r->flip, r->wrap};
    if (at.x == end.x) {
        at.x += r->flip ? -OFF : OFF;
        at.y += end.y > at.y ? DROP : -DROP / 2;
        ph__sheet_label(sheet, label, at, look);
        return;
    }
    look.leftward = end.x < at.x;
    bool is_short = abs(end.x - at.x) < SHORT;
    at.x += look.leftward ? -OFF : OFF;
    struct ph__point above = {at.x, at.y - ABOVE};
    struct ph__point below = {at.x, at.y + RISE};
    if (is_short && r->flip)
        look.wrap = NARROW;
    else if (is_short)
        look.part = LABEL_REPLY;
    ph__sheet_label(sheet, label, r->flip ? below : above, look);
    look.part = LABEL_ACTION;
    if (is_short && !r->flip)
        ph__sheet_label(sheet, label, below, look);
}

static void draw_line(struct ph__sheet *sheet, const struct ph__label *label,
                      const struct ph__route *r)
{
    struct path p = plan_line(sheet, r);
    draw_path(sheet, &p,
              r->look == PH__ROUTE_MAIN ? LINE_MAIN
                                        : ph__line_of(label->of->edge.act));
    label_line(sheet, label, &p, r);
}

/* Down (or up), and to the name of the target, behind which the label stands.
 */
static void draw_stub(struct ph__sheet *sheet, const struct ph__label *label,
                      const struct ph__route *r)
{
    enum { STEM = 12, ROW = 14, ARROW = 13, OFF = 4, RISE = 4 };
    struct ph__point a = port(sheet, r->from, r->out, r->out_shift);
    int down = STEM + ROW * r->row;
    struct ph__point turn = {a.x, r->out == SIDE_TOP ? a.y - down : a.y + down};
    int right = r->flip ? -1 : 1;
    struct ph__point tip = {a.x + right * ARROW, turn.y};
    struct path p = {.at = {a, turn, tip}, .count = 3};
    draw_path(sheet, &p, ph__line_of(label->of->edge.act));
    int width = ph__sheet_pill_width(label->of->edge.next);
    ph__sheet_pill(sheet, (struct ph__point){tip.x + right * width / 2, tip.y},
                   label->of->edge.next);
    struct ph__point at = {tip.x + right * (width + OFF), tip.y + RISE};
    ph__sheet_label(sheet, label, at,
                    (struct ph__label_look){LABEL_ALL, r->flip, r->wrap});
}

void ph__sheet_edges(struct ph__sheet *sheet, enum ph__state state, bool main)
{
    struct ph__cases cases;
    if (!sheet->pen.rc)
        sheet->pen.rc = ph__cases_of(&cases, state);
    for (size_t i = 0; !sheet->pen.rc && i < cases.count; i++) {
        struct ph__label label = {&cases, &cases.list[i], &ph__case_picture};
        if (!ph__case_leads(&cases, label.of, label.filter))
            continue;
        const struct ph__route *r =
            ph__layout_route(sheet->layout, state, label.of->edge);
        if (main != (r->look == PH__ROUTE_MAIN))
            continue;
        if (r->look == PH__ROUTE_STUB)
            draw_stub(sheet, &label, r);
        else
            draw_line(sheet, &label, r);
    }
}
