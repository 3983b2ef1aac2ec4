#include "trace/page.h"

/* Times to scale, and the legend. */

enum { BAR_X = 84, BAR_W = 900, BAR_H = 12, BAR_STEP = 17 };
enum { LEGEND_W = 242, LEGEND_STEP = 18, LEGEND_COLUMNS = 4, SQUARE = 11 };

/* Where a time is on the bar, in tenths of a pixel. */
static unsigned place(const struct ph__page *p, uint64_t at)
{
    uint64_t all = p->t->end - p->t->begin;
    /* Not before the multiplication: a recording may be of a year. */
    double part = all ? (double)(at - p->t->begin) / (double)all : 0;
    return (unsigned)(part * 10 * BAR_W);
}

static void draw_part(struct ph__page *p, enum ph__phase phase, uint64_t from,
                      uint64_t to)
{
    unsigned left = place(p, from);
    unsigned width = place(p, to) - left;
    left += 10 * BAR_X;
    if (width)
        PH__WRITE(&p->pen,
                  "<rect x=\"%u.%u\" y=\"%d\" width=\"%u.%u\" height=\"%d\" "
                  "fill=\"%s\"/>\n",
                  left / 10, left % 10, p->y, width / 10, width % 10, BAR_H,
                  ph__phase_colour(phase));
}

/* What follows in the same colour is one part. */
static void draw_bar(struct ph__page *p, const struct ph__trace_session *s)
{
    uint64_t from = s->begin;
    uint64_t to = s->begin;
    enum ph__phase phase = PH__PHASE_CONNECT;
    for (size_t i = 0; i < s->count; i++) {
        const struct ph__flight *f = &s->flights[i];
        if (f->gap_phase != phase) {
            draw_part(p, phase, from, to);
            phase = f->gap_phase;
            from = to;
        }
        to = f->to;
    }
    draw_part(p, phase, from, to);
    PH__WRITE(&p->pen, "<text class=\"at\" x=\"%d\" y=\"%d\">%zu</text>\n",
              PH__PAGE_TIME_END, p->y + 10, s->number);
    p->y += BAR_STEP;
}

static void draw_axis(struct ph__page *p)
{
    PH__WRITE(&p->pen,
              "<text class=\"note\" x=\"%d\" y=\"%d\">" PH__MS " ms</text>\n"
              "<text class=\"at\" x=\"%d\" y=\"%d\">" PH__MS " ms</text>\n",
              BAR_X, p->y + 9, PH__MS_OF(p->t->begin), PH__PAGE_RIGHT, p->y + 9,
              PH__MS_OF(p->t->end));
    p->y += 26;
}

static bool occurs(const struct ph__trace *t, enum ph__phase phase)
{
    if (t->spent[phase])
        return true;
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < t->sessions[i].count; k++)
            if (t->sessions[i].flights[k].phase == phase)
                return true;
    return false;
}

static void draw_sign(struct ph__page *p, enum ph__phase phase, int n)
{
    uint64_t total = 0;
    int x = PH__PAGE_LEFT + n % LEGEND_COLUMNS * LEGEND_W;
    int y = p->y + n / LEGEND_COLUMNS * LEGEND_STEP;
    for (size_t i = 0; i < PH__PHASE_COUNT; i++)
        total += p->t->spent[i];
    PH__WRITE(&p->pen,
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
              "fill=\"%s\"/>\n<text class=\"legend\" x=\"%d\" y=\"%d\">%s",
              x, y, SQUARE, SQUARE, ph__phase_colour(phase), x + SQUARE + 6,
              y + 10, ph__phase_name(phase));
    if (p->t->timed)
        PH__WRITE(&p->pen,
                  " <tspan class=\"grey\">" PH__MS " ms, %u %%</tspan>",
                  PH__MS_OF(p->t->spent[phase]),
                  ph__show_share(p->t->spent[phase], total));
    PH__WRITE(&p->pen, "</text>\n");
}

static void draw_legend(struct ph__page *p)
{
    int n = 0;
    for (int phase = 0; phase < PH__PHASE_COUNT; phase++)
        if (occurs(p->t, (enum ph__phase)phase))
            draw_sign(p, (enum ph__phase)phase, n++);
    p->y += (n + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS * LEGEND_STEP + 10;
}

void ph__page_sums(struct ph__page *p)
{
    const struct ph__trace *t = p->t;
    size_t bars = t->count < PH__TRACE_BARS_MAX ? t->count : PH__TRACE_BARS_MAX;
    for (size_t i = 0; i < bars && t->timed; i++)
        draw_bar(p, &t->sessions[i]);
    if (t->timed)
        draw_axis(p);
    draw_legend(p);
}
