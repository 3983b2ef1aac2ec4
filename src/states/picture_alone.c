#include <string.h>

#include "states/sheet.h"

/* The state on the left, where it leads on the right. */
enum { ALONE_W = 1000, FIRST_Y = 48, NEXT_Y = 34, STEM_X = 190, NAME_X = 500 };

static void draw_branch(struct ph__sheet *sheet, const struct ph__label *label,
                        int y)
{
    enum { HALF = 48, OFF = 8, RISE = 4 };
    struct ph__pen *pen = &sheet->pen;
    struct ph__edge edge = label->of->edge;
    const char *name = ph__line_name(ph__line_of(edge.act));
    PH__WRITE(pen,
              "<path class=\"line %s\" marker-end=\"url(#%s)\" "
              "d=\"M%d %dL%d %d\"/>\n",
              name, name, STEM_X, y, NAME_X - HALF, y);
    ph__sheet_label(sheet, label, (struct ph__point){STEM_X + OFF, y - RISE},
                    (struct ph__label_look){LABEL_REPLY, false, 0});
    ph__sheet_pill(sheet, (struct ph__point){NAME_X, y}, edge.next);
    PH__WRITE(pen,
              "<text class=\"legend\" x=\"%d\" y=\"%d\">%s: ", NAME_X + HALF,
              y + RISE, ph__action_name(edge.act));
    const char *words = ph__action_text(edge.act);
    ph__sheet_text(sheet, words, strlen(words));
    PH__WRITE(pen, "</text>\n");
}

static int branch_count(const struct ph__cases *cases)
{
    int n = 0;
    for (size_t i = 0; i < cases->count; i++)
        n += ph__case_leads(cases, &cases->list[i], &ph__case_every);
    return n;
}

static void draw_branches(struct ph__sheet *sheet,
                          const struct ph__cases *cases)
{
    int last_y = FIRST_Y + (branch_count(cases) - 1) * NEXT_Y;
    struct ph__point box = {STEM_X / 2, (FIRST_Y + last_y) / 2};
    ph__sheet_begin(sheet, ALONE_W, last_y + FIRST_Y);
    PH__WRITE(&sheet->pen,
              "<path class=\"line plain\" d=\"M%d %dL%d %d\"/>\n"
              "<path class=\"line plain\" d=\"M%d %dL%d %d\"/>\n",
              box.x + PH__BOX_W / 2, box.y, STEM_X, box.y, STEM_X, FIRST_Y,
              STEM_X, last_y);
    int y = FIRST_Y;
    for (size_t i = 0; i < cases->count; i++) {
        struct ph__label label = {cases, &cases->list[i], &ph__case_every};
        if (!ph__case_leads(cases, label.of, label.filter))
            continue;
        draw_branch(sheet, &label, y);
        y += NEXT_Y;
    }
    ph__sheet_box(sheet, cases->state, box);
    ph__sheet_end(sheet);
}

void ph__sheet_alone(struct ph__sheet *sheet, enum ph__state state)
{
    struct ph__cases cases;
    sheet->pen.rc = ph__cases_of(&cases, state);
    if (!sheet->pen.rc)
        draw_branches(sheet, &cases);
}
