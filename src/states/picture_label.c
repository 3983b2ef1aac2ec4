#include <string.h>

#include "states/sheet.h"
#include "states/wrap.h"

enum { LINE_H = 11, TEXT_LIMIT = 256 };

/* One line of the label. The replies are bold; the first line of them has a
 * class of its own, so that labels can be counted. */
struct line {
    struct ph__point at;
    const char *replies;
    size_t len;
    bool first;
    bool acts; /* the action stands behind them */
};

static void draw_line(struct ph__sheet *sheet, const struct ph__label *label,
                      const struct line *line, bool leftward)
{
    struct ph__pen *pen = &sheet->pen;
    enum ph__action act = label->of->edge.act;
    PH__WRITE(pen, "<text class=\"label%s%s\" x=\"%d\" y=\"%d\">",
              leftward ? " end" : "",
              ph__line_of(act) == LINE_BAD ? " refusal" : "", line->at.x,
              line->at.y);
    if (line->len) {
        PH__WRITE(pen, "<tspan class=\"%s\">", line->first ? "reply" : "more");
        ph__sheet_text(sheet, line->replies, line->len);
        PH__WRITE(pen, "</tspan>%s", line->acts ? " " : "");
    }
    PH__WRITE(pen, "%s</text>\n", line->acts ? ph__action_name(act) : "");
}

/* Has `line`, the last of the replies, room for the action too? */
static bool has_room(const struct line *line, const char *action, int wrap)
{
    return !wrap || line->len + 1 + strlen(action) <= (size_t)wrap;
}

static void draw_replies(struct ph__sheet *sheet, const struct ph__label *label,
                         struct line line, struct ph__label_look look)
{
    const char *action = ph__action_name(label->of->edge.act);
    bool acts = label->of->edge.act != ACT_pass && look.part == LABEL_ALL;
    while (*line.replies) {
        line.len = strlen(line.replies);
        if (look.wrap)
            line.len = ph__wrap_len(line.replies, (size_t)look.wrap);
        const char *next = ph__wrap_next(line.replies, line.len);
        line.acts = acts && !*next && has_room(&line, action, look.wrap);
        draw_line(sheet, label, &line, look.leftward);
        line.replies = next;
        line.first = false;
        line.at.y += LINE_H;
    }
    if (!acts || line.acts)
        return;
    line.len = 0;
    line.acts = true;
    draw_line(sheet, label, &line, look.leftward);
}

void ph__sheet_label(struct ph__sheet *sheet, const struct ph__label *label,
                     struct ph__point at, struct ph__label_look look)
{
    struct line line = {.at = at, .first = true, .acts = true};
    if (look.part == LABEL_ACTION) {
        if (label->of->edge.act != ACT_pass)
            draw_line(sheet, label, &line, look.leftward);
        return;
    }
    struct ph__buf buf = PH__BUF(TEXT_LIMIT);
    struct ph__pen text = {.out = &buf, .rc = sheet->pen.rc};
    ph__case_label(&text, label->cases, label->of, label->filter);
    sheet->pen.rc = text.rc;
    line.replies = ph__buf_text(&buf);
    line.acts = false;
    draw_replies(sheet, label, line, look);
    ph__buf_done(&buf);
}
