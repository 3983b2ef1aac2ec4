#include <string.h>

#include "states/pen.h"
#include "trace/show.h"

/* One file, no scripts, nothing fetched. */
static const char *const head =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>A recorded dialogue</title>\n<style>\n"
    ":root{color-scheme:light}\n"
    "body{font:15px/1.45 Helvetica,Arial,sans-serif;margin:1.5rem auto;"
    "max-width:1040px;padding:0 16px;color:#1b2437;background:#fff}\n"
    "svg{max-width:100%;height:auto;display:block}\n"
    "h2{font-size:1.15rem;margin:2rem 0 .5rem}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{padding:.2rem .6rem;text-align:left;vertical-align:top;"
    "border-bottom:1px solid #dfe3ea}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}\n"
    "pre,code{font:13px/1.4 'DejaVu Sans Mono',Consolas,Menlo,monospace;"
    "margin:0;white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "summary{cursor:pointer}\n"
    "b{display:inline-block;width:.7em;height:.7em;margin-right:.5em}\n"
    ".refusal{color:#b00020;font-weight:bold}\n"
    "</style>\n</head>\n<body>\n";

struct html {
    struct ph__pen pen;
    const struct ph__trace *t;
    struct ph__buf line;
};

static void write_line(struct html *h, const struct ph__flight *f, size_t i)
{
    bool refusal = !f->remark && ph__show_is_refusal(&f->lines[i]);
    int rc = f->remark ? ph__show_text(&h->line, f->remark, PH__SHOW_ALL)
                       : ph__show_line(&h->line, &f->lines[i], PH__SHOW_ALL);
    h->pen.rc = h->pen.rc ? h->pen.rc : rc;
    PH__WRITE(&h->pen, refusal ? "<span class=\"refusal\">" : "<span>");
    ph__pen_xml(&h->pen, ph__buf_text(&h->line), h->line.len);
    PH__WRITE(&h->pen, "</span>");
}

static void write_lines(struct html *h, const struct ph__flight *f)
{
    PH__WRITE(&h->pen, "<td>");
    if (f->count > 1)
        PH__WRITE(&h->pen, "<details><summary>");
    PH__WRITE(&h->pen, "<code>");
    write_line(h, f, 0);
    PH__WRITE(&h->pen, "</code>");
    if (f->count > 1)
        PH__WRITE(&h->pen, " (+%zu)</summary><pre>", f->count - 1);
    for (size_t i = 1; i < f->count && !h->pen.rc; i++) {
        write_line(h, f, i);
        PH__WRITE(&h->pen, "\n");
    }
    PH__WRITE(&h->pen, "%s</td>", f->count > 1 ? "</pre></details>" : "");
}

static void write_flight(struct html *h, const struct ph__trace_session *s,
                         const struct ph__flight *f)
{
    static const char *const sides[] = {[PH__FLIGHT_SAID] = "client",
                                        [PH__FLIGHT_HEARD] = "server",
                                        [PH__FLIGHT_SECURED] = "both",
                                        [PH__FLIGHT_REMARK] = ""};
    struct ph__pen *pen = &h->pen;
    PH__WRITE(pen, "<tr>");
    if (h->t->timed)
        PH__WRITE(pen,
                  "<td class=\"n\">" PH__MS "</td><td class=\"n\">" PH__MS
                  "</td><td class=\"n\">%u %%</td>",
                  PH__MS_OF(f->from), PH__MS_OF(f->gap),
                  ph__show_share(f->gap, s->end - s->begin));
    PH__WRITE(pen, "<td class=\"n\">");
    if (f->trip)
        PH__WRITE(pen, "%zu", f->trip);
    PH__WRITE(pen, "</td><td><b style=\"background:%s\"></b>%s</td><td>%s</td>",
              ph__phase_colour(f->phase), ph__phase_name(f->phase),
              sides[f->kind]);
    PH__WRITE(pen, "<td class=\"n\">");
    if (f->octets)
        PH__WRITE(pen, "%" PRIu64 "%s", f->octets, f->hides ? "+" : "");
    PH__WRITE(pen, "</td>");
    write_lines(h, f);
    PH__WRITE(pen, "</tr>\n");
}

static void write_slowest(struct html *h, const struct ph__trace_session *s)
{
    const struct ph__flight *f = ph__show_slowest(s);
    if (!f)
        return;
    PH__WRITE(&h->pen, "<p>Slowest: " PH__MS " ms, %s, until <code>",
              PH__MS_OF(f->gap), ph__phase_name(f->gap_phase));
    write_line(h, f, 0);
    PH__WRITE(&h->pen, "</code></p>\n");
}

static void write_session(struct html *h, const struct ph__trace_session *s)
{
    PH__WRITE(&h->pen, "<h2>Session %zu</h2>\n", s->number);
    if (h->t->timed)
        write_slowest(h, s);
    PH__WRITE(&h->pen,
              "<table>\n<tr>%s<th class=\"n\">trip</th><th>phase</th>"
              "<th>who</th><th class=\"n\">octets</th><th>lines</th>"
              "</tr>\n",
              h->t->timed ? "<th class=\"n\">at, ms</th><th class=\"n\">step, "
                            "ms</th><th class=\"n\">share</th>"
                          : "");
    for (size_t i = 0; i < s->count && !h->pen.rc; i++)
        write_flight(h, s, &s->flights[i]);
    PH__WRITE(&h->pen, "</table>\n");
}

int ph__trace_html(struct ph__buf *out, const struct ph__trace *t)
{
    struct html h = {
        .pen = {.out = out}, .t = t, .line = PH__BUF(2 * PH__TRACE_TEXT_MAX)};
    PH__WRITE(&h.pen, "%s", head);
    h.pen.rc = h.pen.rc ? h.pen.rc : ph__trace_svg(out, t);
    for (size_t i = 0; i < t->count && !h.pen.rc; i++)
        write_session(&h, &t->sessions[i]);
    PH__WRITE(&h.pen, "</body>\n</html>\n");
    ph__buf_done(&h.line);
    return h.pen.rc;
}
