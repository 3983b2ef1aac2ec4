#include "states/picture.h"
#include "states/sheet.h"

enum { PAGE_H = 1736 };

static const char *const style =
    "<style>\n"
    "text{font-family:Helvetica,Arial,sans-serif;fill:#1b2437}\n"
    ".title{font-size:24px;font-weight:bold}\n"
    ".subtitle{font-size:12px;fill:#4a5670}\n"
    ".phase{font-size:14px;font-weight:bold;fill:#4a5670}\n"
    ".name{font-size:11.5px;font-weight:bold;text-anchor:middle}\n"
    ".says,.asks{font-size:10px;text-anchor:middle}\n"
    ".asks{font-style:italic}\n"
    ".note{font-size:10px;text-anchor:middle;fill:#4a5670}\n"
    ".doubt{fill:#b00020;font-weight:bold}\n"
    ".label{font-size:10px}\n"
    ".end{text-anchor:end}\n"
    ".reply,.more{font-weight:bold}\n"
    ".refusal{fill:#b00020}\n"
    ".exit{font-size:10px;text-anchor:middle;fill:#ffffff}\n"
    ".pill{fill:#5d6880}\n"
    ".legend{font-size:11px}\n"
    ".box{stroke-width:1.4}\n"
    ".wait{fill:#ffffff;stroke:#2b3a55}\n"
    ".pick{fill:#fff6cc;stroke:#8a6d00}\n"
    ".hold{fill:#d7e7ff;stroke:#1746a2;stroke-width:1.4}\n"
    ".line{fill:none;stroke-width:1.3}\n"
    ".main{stroke:#116b34;stroke-width:3}\n"
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

void ph__sheet_begin(struct ph__sheet *sheet, int width, int height)
{
    struct ph__pen *pen = &sheet->pen;
    PH__WRITE(pen,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
              "width=\"%d\" height=\"%d\">\n",
              width, height, width, height);
    PH__WRITE(pen, "%s<defs>\n", style);
    draw_marker(sheet, ph__line_name(LINE_MAIN), "#116b34", 12);
    draw_marker(sheet, ph__line_name(LINE_PLAIN), "#4a5670", 8);
    draw_marker(sheet, ph__line_name(LINE_BAD), "#b00020", 8);
    PH__WRITE(pen,
              "</defs>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
              width, height);
}

void ph__sheet_end(struct ph__sheet *sheet)
{
    PH__WRITE(&sheet->pen, "</svg>\n");
}

static void draw_area(struct ph__sheet *sheet, const struct ph__area *a)
{
    PH__WRITE(&sheet->pen,
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
              "fill=\"%s\"/>\n",
              a->from.x, a->from.y, a->to.x - a->from.x, a->to.y - a->from.y,
              a->colour);
    if (a->title)
        ph__sheet_line_of_text(sheet, "phase", a->title_at, a->title);
}

static void draw_areas(struct ph__sheet *sheet)
{
    for (size_t p = 0; p < PH__LAYOUT_PARTS; p++) {
        const struct ph__layout_part *part = sheet->layout->parts[p];
        for (size_t i = 0; i < part->area_count; i++)
            draw_area(sheet, &part->areas[i]);
    }
}

static int draw_table(struct ph__sheet *sheet)
{
    ph__sheet_begin(sheet, PH__PAGE_W, PAGE_H);
    draw_areas(sheet);
    ph__sheet_title(sheet);
    ph__sheet_legend(sheet);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        ph__sheet_edges(sheet, s, false);
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        ph__sheet_edges(sheet, s, true); /* above the others */
    for (enum ph__state s = ST_START; s < ST_COUNT; s++)
        ph__sheet_box(sheet, s, ph__layout_place(sheet->layout, s)->centre);
    ph__sheet_end(sheet);
    return sheet->pen.rc;
}

int ph__picture_svg_by(struct ph__buf *out, const struct ph__layout *layout)
{
    struct ph__sheet sheet = {.pen = {.out = out}, .layout = layout};
    if (ph__layout_check(layout).what != GAP_NONE)
        return PH_E_INVALID;
    return draw_table(&sheet);
}

int ph__picture_svg(struct ph__buf *out, enum ph__state only)
{
    struct ph__sheet sheet = {.pen = {.out = out}, .layout = &ph__layout};
    if (only == ST_COUNT)
        return ph__picture_svg_by(out, &ph__layout);
    ph__sheet_alone(&sheet, only);
    return sheet.pen.rc;
}
