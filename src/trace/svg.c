#include <string.h>

#include "trace/page.h"

enum { TITLE_Y = 36, NOTE_Y = 56, NOTE_H = 16, PAGE_MAX = 64 << 20 };

static const char *const style =
    "<style>\n"
    "text{font-family:Helvetica,Arial,sans-serif;fill:#1b2437}\n"
    ".title{font-size:22px;font-weight:bold}\n"
    ".session{font-size:14px;font-weight:bold}\n"
    ".legend{font-size:12px}\n"
    ".note,.at{font-size:11px;fill:#4a5670}\n"
    ".grey{fill:#4a5670;font-weight:normal}\n"
    ".at,.said{text-anchor:end}\n"
    ".said,.heard{font-family:'DejaVu Sans Mono',Consolas,Menlo,monospace;"
    "font-size:11px;white-space:pre}\n"
    ".remark{font-style:italic;fill:#4a5670}\n"
    ".more{fill:#4a5670}\n"
    ".refusal{fill:#b00020;font-weight:bold}\n"
    ".end1{font-size:12px;font-weight:bold;text-anchor:middle}\n"
    ".trip{font-size:11px}\n"
    ".life{stroke:#8b95a7;stroke-width:1.2;fill:none}\n"
    ".rule{stroke:#c9ced6;stroke-width:1;fill:none}\n"
    ".arrow{stroke-width:1.6;fill:none}\n"
    ".bracket{stroke-width:1.4;fill:none}\n"
    ".break{stroke:#ffffff;stroke-width:2.5;fill:none}\n"
    "</style>\n";

void ph__page_words(struct ph__page *p, const char *class, int x, int y,
                    const char *words)
{
    PH__WRITE(&p->pen, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
    ph__pen_xml(&p->pen, words, strlen(words));
    PH__WRITE(&p->pen, "</text>\n");
}

void ph__page_shown(struct ph__page *p, const char *class, int x, int y)
{
    ph__page_words(p, class, x, y, ph__buf_text(&p->line));
}

static void draw_notes(struct ph__page *p)
{
    static const char *const timed[] = {
        "Time runs down, in milliseconds since the start. A step is to scale "
        "unless its text needs more room; a long wait is shortened, and its "
        "bar "
        "cut.",
        "The bar on the client's line is the colour of what was waited for; "
        "the bars below are to scale."};
    static const char *const untimed[] = {
        "There are no times in the recording: the steps are in order, and not "
        "to scale."};
    size_t count = p->t->timed ? 2 : 1;
    for (size_t i = 0; i < count; i++, p->y += NOTE_H)
        ph__page_words(p, "note", PH__PAGE_LEFT, p->y,
                       p->t->timed ? timed[i] : untimed[i]);
    p->y += 6;
}

static void draw_title(struct ph__page *p)
{
    enum { TITLE_COLUMNS = 60 };
    const struct ph__trace *t = p->t;
    const char *peer = t->sessions[0].peer;
    PH__WRITE(&p->pen, "<text class=\"title\" x=\"%d\" y=\"%d\">",
              PH__PAGE_LEFT, TITLE_Y);
    if (t->count > 1)
        PH__WRITE(&p->pen, "%zu sessions", t->count);
    else
        PH__WRITE(&p->pen, "One session");
    if (*peer) {
        p->pen.rc = p->pen.rc ? p->pen.rc
                              : ph__show_text(&p->line, peer, TITLE_COLUMNS);
        PH__WRITE(&p->pen, " with ");
        ph__pen_xml(&p->pen, ph__buf_text(&p->line), p->line.len);
    }
    PH__WRITE(&p->pen, "</text>\n");
    p->y = NOTE_Y;
}

static void draw_sessions(struct ph__page *p)
{
    size_t i = 0;
    for (; i < p->t->count && p->drawn < PH__TRACE_FLIGHTS_MAX; i++)
        ph__page_session(p, &p->t->sessions[i]);
    if (i == p->t->count)
        return;
    PH__WRITE(&p->pen,
              "<text class=\"note\" x=\"%d\" y=\"%d\">%zu more sessions are "
              "not drawn: --session draws one</text>\n",
              PH__PAGE_LEFT, p->y, p->t->count - i);
    p->y += NOTE_H;
}

/* Its height is known when all is drawn. */
int ph__trace_svg(struct ph__buf *out, const struct ph__trace *t)
{
    struct ph__buf body = PH__BUF(PAGE_MAX);
    struct ph__page p = {
        .pen = {.out = &body}, .t = t, .line = PH__BUF(2 * PH__TRACE_TEXT_MAX)};
    draw_title(&p);
    draw_notes(&p);
    ph__page_sums(&p);
    draw_sessions(&p);
    struct ph__pen pen = {.out = out, .rc = p.pen.rc};
    PH__WRITE(&pen,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
              "width=\"%d\" height=\"%d\">\n%s"
              "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
              PH__PAGE_W, p.y, PH__PAGE_W, p.y, style, PH__PAGE_W, p.y);
    pen.rc = pen.rc ? pen.rc : ph__buf_add(out, body.data, body.len);
    PH__WRITE(&pen, "</svg>\n");
    ph__buf_done(&body);
    ph__buf_done(&p.line);
    return pen.rc;
}
