#include "states/picture.h"
#include "states/print.h"
#include "states/sheet.h"

/* Graphviz input. Words of the table hold neither quotes nor backslashes; a
 * test has Graphviz read the whole. */

static const char *kind_look(enum ph__kind kind)
{
    static const char *const looks[] = {
        [WAIT_ROW] = "shape=box, style=\"rounded,filled\", fillcolor=white",
        [PICK_ROW] = "shape=hexagon, fillcolor=\"#fff6cc\"",
        [HOLD_ROW] = "shape=box, peripheries=2, fillcolor=\"#d7e7ff\""};
    return looks[kind];
}

static const char *line_look(enum ph__line_class class)
{
    static const char *const looks[] = {
        [LINE_MAIN] = "color=\"#116b34\", penwidth=3, weight=9",
        [LINE_PLAIN] = "color=\"#4a5670\"",
        [LINE_BAD] = "color=\"#b00020\", fontcolor=\"#b00020\""};
    return looks[class];
}

static void write_node(struct ph__pen *pen, const struct ph__row *row)
{
    PH__WRITE(pen, "    %s [%s, label=\"%s\\n%s", row->name,
              kind_look(row->kind), row->name, ph__row_words(row));
    if (row->kind != PICK_ROW)
        PH__WRITE(pen, "\\nlost: %s%s", ph__loss_name(row->lost),
                  row->ahead ? ", ahead" : "");
    if (row->secs)
        PH__WRITE(pen, ", %u s", row->secs);
    PH__WRITE(pen, "\"]\n");
}

static bool in_stage(enum ph__state state, enum ph_stage stage,
                     enum ph__state only)
{
    return ph__table[state].stage == stage &&
           (only == ST_COUNT || only == state);
}

static void write_stage(struct ph__pen *pen, enum ph_stage stage,
                        enum ph__state only)
{
    bool open = false;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        if (!in_stage(s, stage, only))
            continue;
        if (!open)
            PH__WRITE(pen,
                      "  subgraph cluster_%s {\n"
                      "    label=\"%s\"; style=filled; color=\"#eef0f6\"\n",
                      ph_stage_name(stage), ph_stage_name(stage));
        open = true;
        write_node(pen, &ph__table[s]);
    }
    PH__WRITE(pen, "%s", open ? "  }\n" : "");
}

static void write_edge(struct ph__pen *pen, const struct ph__cases *cases,
                       const struct ph__case *c)
{
    const struct ph__row *row = &ph__table[cases->state];
    const char *target = ph__table[c->edge.next].name;
    const struct ph__route *r =
        ph__layout_route(&ph__layout, cases->state, c->edge);
    bool main = r && r->look == PH__ROUTE_MAIN;
    /* What the drawing shows as a stub points to a small copy of its target's
     * name, so that QUIT and CLEAR do not pull the whole together. */
    bool copy = r && r->look == PH__ROUTE_STUB;
    if (copy)
        PH__WRITE(pen,
                  "  %s_%s_%s [shape=box, style=\"rounded,filled\", "
                  "fillcolor=\"#69748c\", fontcolor=white, fontsize=9, "
                  "height=0.2, width=0.5, margin=0.04, label=\"%s\"]\n",
                  row->name, target, ph__action_name(c->edge.act), target);
    PH__WRITE(pen, "  %s -> ", row->name);
    if (copy)
        PH__WRITE(pen, "%s_", row->name);
    PH__WRITE(pen, "%s", target);
    if (copy)
        PH__WRITE(pen, "_%s", ph__action_name(c->edge.act));
    PH__WRITE(pen, " [%s, label=\"  ",
              line_look(main ? LINE_MAIN : ph__line_of(c->edge.act)));
    ph__case_label(pen, cases, c, &ph__case_picture);
    if (c->edge.act != ACT_pass)
        PH__WRITE(pen, "\\n  %s", ph__action_name(c->edge.act));
    PH__WRITE(pen, "\"]\n");
}

static void write_edges(struct ph__pen *pen, enum ph__state state)
{
    struct ph__cases cases;
    if (!pen->rc)
        pen->rc = ph__cases_of(&cases, state);
    for (size_t i = 0; !pen->rc && i < cases.count; i++)
        if (ph__case_leads(&cases, &cases.list[i], &ph__case_picture))
            write_edge(pen, &cases, &cases.list[i]);
}

static void write_legend(struct ph__pen *pen)
{
    PH__WRITE(pen, "  legend [shape=note, fillcolor=white, label=\""
                   "rounded: sends a command, waits for its reply\\l"
                   "hexagon: asks a question, moves on at once\\l"
                   "double: raises an event, waits for the driver\\l"
                   "green: the way of a message that is delivered\\l"
                   "red: somebody is refused, or something fails\\l"
                   "any other reply is a breach, then CLOSED\\l"
                   "421 does what 4yz does, then CLOSED\\l"
                   "early: before the command has left\\l\"]\n");
}

int ph__picture_dot(struct ph__buf *out, enum ph__state only)
{
    struct ph__pen pen = {.out = out};
    PH__WRITE(
        &pen,
        "digraph smtp {\n"
        "  graph [fontname=Helvetica, labeljust=l, nodesep=0.3, ranksep=0.35]\n"
        "  node [fontname=Helvetica, fontsize=11, style=filled, "
        "fillcolor=\"#eef0f6\"]\n"
        "  edge [fontname=Helvetica, fontsize=10]\n");
    for (enum ph_stage stage = 0; stage <= PH_STAGE_QUIT; stage++)
        write_stage(&pen, stage, only);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        if (only == ST_COUNT || only == s)
            write_edges(&pen, s);
    write_legend(&pen);
    PH__WRITE(&pen, "}\n");
    return pen.rc;
}
