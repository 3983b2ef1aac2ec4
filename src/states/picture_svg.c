#include <string.h>

#include "states/picture.h"
#include "states/sheet.h"

struct ph__point ph__sheet_point(struct ph__spot spot)
{
    return (struct ph__point){ORIGIN_X + spot.x * PITCH_X / 100,
                              ORIGIN_Y + spot.y * PITCH_Y / 100};
}

/* States without a place stand below the page, nine in a row. */
enum { PER_ROW = 9 };

static int homeless_before(const struct ph__sheet *sheet, enum ph__state end)
{
    int n = 0;
    for (enum ph__state s = ST_START; s < end; s++)
        n += !ph__layout_place(sheet->layout, s);
    return n;
}

struct ph__point ph__sheet_spot(const struct ph__sheet *sheet,
                                enum ph__state state)
{
    const struct ph__place *place = ph__layout_place(sheet->layout, state);
    if (place)
        return ph__sheet_point(place->spot);
    int n = homeless_before(sheet, state);
    return (struct ph__point){ORIGIN_X + n % PER_ROW * PITCH_X,
                              PAGE_H + BOX_H + n / PER_ROW * PITCH_Y};
}

int ph__sheet_height(const struct ph__sheet *sheet)
{
    int n = homeless_before(sheet, ST_COUNT);
    return PAGE_H + (n + PER_ROW - 1) / PER_ROW * PITCH_Y;
}

static const char *const style =
    "<style>\n"
    "text{font-family:Helvetica,Arial,sans-serif;fill:#1b2437}\n"
    ".title{font-size:30px;font-weight:bold}\n"
    ".subtitle{font-size:14px;fill:#4a5670}\n"
    ".phase{font-size:17px;font-weight:bold;fill:#4a5670}\n"
    ".name{font-size:13px;font-weight:bold;text-anchor:middle}\n"
    ".says,.asks{font-size:10.5px;text-anchor:middle}\n"
    ".asks{font-style:italic}\n"
    ".note{font-size:9.5px;text-anchor:middle;fill:#5a6680}\n"
    ".doubt{fill:#b00020;font-weight:bold}\n"
    ".label{font-size:10.5px}\n"
    ".end{text-anchor:end}\n"
    ".reply{font-weight:bold}\n"
    ".refusal{fill:#b00020}\n"
    ".exit{font-size:10px;text-anchor:middle;fill:#ffffff}\n"
    ".pill{fill:#69748c}\n"
    ".legend{font-size:12.5px}\n"
    ".box{stroke-width:1.6}\n"
    ".wait{fill:#ffffff;stroke:#2b3a55}\n"
    ".pick{fill:#fff6cc;stroke:#8a6d00}\n"
    ".hold{fill:#d7e7ff;stroke:#1746a2;stroke-width:1.6}\n"
    ".send{fill:#ffffff;stroke:#2b3a55;stroke-dasharray:6 3}\n"
    ".line{fill:none;stroke-width:1.4}\n"
    ".main{stroke:#116b34;stroke-width:3.4}\n"
    ".plain{stroke:#4a5670}\n"
    ".bad{stroke:#b00020}\n"
    "</style>\n";

static void draw_marker(struct ph__sheet *sheet, const char *id,
                        const char *colour, int size)
{
    PH__WRITE(&sheet->pen,
              "<marker id=\"%s\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" "
              "markerUnits=\"userSpaceOnUse\" markerWidth=\"%d\" "
              "markerHeight=\"%d\" orient=\"auto\"><path fill=\"%s\" "
              "d=\"M0 1L10 5L0 9Z\"/></marker>\n",
              id, size, size, colour);
}

static void begin_page(struct ph__sheet *sheet, int width, int height)
{
    struct ph__pen *pen = &sheet->pen;
    PH__WRITE(pen,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
              "width=\"%d\" height=\"%d\">\n",
              width, height, width, height);
    PH__WRITE(pen, "%s<defs>\n", style);
    draw_marker(sheet, ph__line_name(LINE_MAIN), "#116b34", 13);
    draw_marker(sheet, ph__line_name(LINE_PLAIN), "#4a5670", 9);
    draw_marker(sheet, ph__line_name(LINE_BAD), "#b00020", 9);
    PH__WRITE(pen,
              "</defs>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
              width, height);
}

static void draw_phases(struct ph__sheet *sheet)
{
    for (size_t i = 0; i < sheet->layout->phase_count; i++) {
        const struct ph__phase *p = &sheet->layout->phases[i];
        struct ph__point from = ph__sheet_point(p->from);
        struct ph__point to = ph__sheet_point(p->to);
        struct ph__point title = ph__sheet_point(p->title_at);
        PH__WRITE(&sheet->pen,
                  "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                  "rx=\"10\" fill=\"%s\"/>\n",
                  from.x, from.y, to.x - from.x, to.y - from.y, p->colour);
        PH__WRITE(&sheet->pen,
                  "<text class=\"phase\" x=\"%d\" y=\"%d\">%s</text>\n",
                  title.x, title.y, p->title);
    }
}

int ph__picture_svg_by(struct ph__buf *out, const struct ph__layout *layout)
{
    struct ph__sheet sheet = {.pen = {.out = out}, .layout = layout};
    begin_page(&sheet, PAGE_W, ph__sheet_height(&sheet));
    draw_phases(&sheet);
    ph__sheet_legend(&sheet);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        ph__sheet_edges(&sheet, s, false);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        ph__sheet_edges(&sheet, s, true); /* above the others */
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        ph__sheet_box(&sheet, s, ph__sheet_spot(&sheet, s));
    PH__WRITE(&sheet.pen, "</svg>\n");
    return sheet.pen.rc;
}

/* One state on the left, where it leads on the right. */
enum { ALONE_W = 900, FIRST_Y = 48, NEXT_Y = 40, STEM_X = 210, NAME_X = 400 };

static bool every(const struct ph__cases *cases, const struct ph__case *c)
{
    return true;
}
static const struct ph__case_filter every_case = {every};

static void draw_branch(struct ph__sheet *sheet, const struct ph__cases *cases,
                        const struct ph__case *c, int y)
{
    enum { TEXT = 8, HALF = 48, DROP = 4 };
    struct ph__pen *pen = &sheet->pen;
    const char *name = ph__line_name(ph__line_of(c->edge.act));
    PH__WRITE(pen,
              "<path class=\"line %s\" marker-end=\"url(#%s)\" "
              "d=\"M%d %dL%d %d\"/>\n",
              name, name, STEM_X, y, NAME_X - HALF, y);
    PH__WRITE(pen, "<text class=\"label reply\" x=\"%d\" y=\"%d\">",
              STEM_X + TEXT, y - DROP);
    ph__case_label(pen, cases, c, &every_case);
    PH__WRITE(pen, "</text>\n");
    ph__sheet_pill(sheet, (struct ph__point){NAME_X, y}, c->edge.next);
    PH__WRITE(pen,
              "<text class=\"legend\" x=\"%d\" y=\"%d\">%s: ", NAME_X + HALF,
              y + DROP, ph__action_name(c->edge.act));
    const char *words = ph__action_text(c->edge.act);
    ph__sheet_text(sheet, words, strlen(words));
    PH__WRITE(pen, "</text>\n");
}

static int draw_alone(struct ph__buf *out, enum ph__state state)
{
    struct ph__cases cases;
    struct ph__sheet sheet = {.pen = {.out = out}, .layout = &ph__layout};
    sheet.pen.rc = ph__cases_of(&cases, state);
    int branches = 0;
    for (size_t i = 0; !sheet.pen.rc && i < cases.count; i++)
        branches += ph__case_leads(&cases, &cases.list[i], &every_case);
    int last_y = FIRST_Y + (branches - 1) * NEXT_Y;
    struct ph__point box = {STEM_X / 2, (FIRST_Y + last_y) / 2};
    begin_page(&sheet, ALONE_W, last_y + FIRST_Y);
    PH__WRITE(&sheet.pen,
              "<path class=\"line plain\" d=\"M%d %dL%d %d\"/>\n"
              "<path class=\"line plain\" d=\"M%d %dL%d %d\"/>\n",
              box.x + BOX_W / 2, box.y, STEM_X, box.y, STEM_X, FIRST_Y, STEM_X,
              last_y);
    int y = FIRST_Y;
    for (size_t i = 0; !sheet.pen.rc && i < cases.count; i++) {
        if (!ph__case_leads(&cases, &cases.list[i], &every_case))
            continue;
        draw_branch(&sheet, &cases, &cases.list[i], y);
        y += NEXT_Y;
    }
    ph__sheet_box(&sheet, state, box);
    PH__WRITE(&sheet.pen, "</svg>\n");
    return sheet.pen.rc;
}

int ph__picture_svg(struct ph__buf *out, enum ph__state only)
{
    if (only != ST_COUNT)
        return draw_alone(out, only);
    return ph__picture_svg_by(out, &ph__layout);
}
