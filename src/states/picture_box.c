#include <string.h>

#include "states/print.h"
#include "states/sheet.h"
#include "states/wrap.h"

/* Lines of text in a box, top to bottom. */
enum { WRAP = 20, ASKS_WRAP = 21, NAME_H = 13, WORDS_H = 11, NOTE_H = 12 };

void ph__sheet_text(struct ph__sheet *sheet, const char *text, size_t len)
{
    ph__pen_xml(&sheet->pen, text, len);
}

void ph__sheet_line_of_text(struct ph__sheet *sheet, const char *class,
                            struct ph__point at, const char *words)
{
    PH__WRITE(&sheet->pen, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, at.x,
              at.y);
    ph__sheet_text(sheet, words, strlen(words));
    PH__WRITE(&sheet->pen, "</text>\n");
}

void ph__sheet_shape(struct ph__sheet *sheet, enum ph__kind kind,
                     struct ph__point c)
{
    enum { BAR = 5, POINT = PH__BOX_POINT };
    struct ph__pen *pen = &sheet->pen;
    int left = c.x - PH__BOX_W / 2;
    int right = c.x + PH__BOX_W / 2;
    int top = c.y - PH__BOX_H / 2;
    int low = c.y + PH__BOX_H / 2;
    if (kind == PICK_ROW) {
        PH__WRITE(pen,
                  "<path class=\"box pick\" d=\"M%d %dL%d %dL%d %dL%d %dL%d "
                  "%dL%d %dZ\"/>\n",
                  left, c.y, left + POINT, top, right - POINT, top, right, c.y,
                  right - POINT, low, left + POINT, low);
        return;
    }
    PH__WRITE(pen,
              "<rect class=\"box %s\" x=\"%d\" y=\"%d\" width=\"%d\" "
              "height=\"%d\" rx=\"%d\"/>\n",
              kind == WAIT_ROW ? "wait" : "hold", left, top, PH__BOX_W,
              PH__BOX_H, kind == HOLD_ROW ? 0 : 7);
    if (kind == HOLD_ROW)
        PH__WRITE(pen, "<path class=\"hold\" d=\"M%d %dV%dM%d %dV%d\"/>\n",
                  left + BAR, top, low, right - BAR, top, low);
}

static void begin_line(struct ph__sheet *sheet, const char *class, int x, int y)
{
    PH__WRITE(&sheet->pen, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x,
              y);
}

static void end_line(struct ph__sheet *sheet)
{
    PH__WRITE(&sheet->pen, "</text>\n");
}

/* "300 s, lost: retry, ahead" */
static void draw_note(struct ph__sheet *sheet, const struct ph__row *row, int x,
                      int y)
{
    struct ph__pen *pen = &sheet->pen;
    begin_line(sheet, row->lost == LOST_doubt ? "note doubt" : "note", x, y);
    if (row->secs)
        PH__WRITE(pen, "%u s, ", row->secs);
    PH__WRITE(pen, "lost: %s%s", ph__loss_name(row->lost),
              row->ahead ? ", ahead" : "");
    end_line(sheet);
}

static const char *words_of(const struct ph__row *row)
{
    bool silent = row->kind == WAIT_ROW && row->say == SAY_nothing;
    return silent ? "(sends nothing)" : ph__row_words(row);
}

static void draw_words(struct ph__sheet *sheet, const struct ph__row *row,
                       const char *words, size_t len)
{
    if (row->kind == HOLD_ROW)
        PH__WRITE(&sheet->pen, "event ");
    const char *quote = len == 1 ? "\"" : ""; /* "." alone is hard to see */
    PH__WRITE(&sheet->pen, "%s", quote);
    ph__sheet_text(sheet, words, len);
    PH__WRITE(&sheet->pen, "%s", quote);
}

void ph__sheet_box(struct ph__sheet *sheet, enum ph__state state,
                   struct ph__point centre)
{
    const struct ph__row *row = &ph__table[state];
    const char *words = words_of(row);
    bool pick = row->kind == PICK_ROW;
    size_t wrap = pick ? ASKS_WRAP : WRAP;
    int height = NAME_H + ph__wrap_count(words, wrap) * WORDS_H;
    if (!pick)
        height += NOTE_H;
    int y = centre.y - height / 2 + NAME_H - 3;
    PH__WRITE(&sheet->pen, "<g id=\"%s\">\n", row->name);
    ph__sheet_shape(sheet, row->kind, centre);
    begin_line(sheet, "name", centre.x, y);
    PH__WRITE(&sheet->pen, "%s", row->name);
    end_line(sheet);
    while (*words) {
        size_t len = ph__wrap_len(words, wrap);
        y += WORDS_H;
        begin_line(sheet, pick ? "asks" : "says", centre.x, y);
        draw_words(sheet, row, words, len);
        end_line(sheet);
        words = ph__wrap_next(words, len);
    }
    if (!pick)
        draw_note(sheet, row, centre.x, y + NOTE_H);
    PH__WRITE(&sheet->pen, "</g>\n");
}

int ph__sheet_pill_width(enum ph__state state)
{
    enum { ENDS = 8, LETTER = 7 };
    return ENDS + LETTER * (int)strlen(ph__table[state].name);
}

void ph__sheet_pill(struct ph__sheet *sheet, struct ph__point centre,
                    enum ph__state state)
{
    int width = ph__sheet_pill_width(state);
    PH__WRITE(&sheet->pen,
              "<rect class=\"pill\" x=\"%d\" y=\"%d\" width=\"%d\" "
              "height=\"13\" rx=\"6\"/>\n",
              centre.x - width / 2, centre.y - 6, width);
    PH__WRITE(&sheet->pen, "<text class=\"exit\" x=\"%d\" y=\"%d\">%s</text>\n",
              centre.x, centre.y + 4, ph__table[state].name);
}
