#include "trace/page.h"

/* One session: a step down the page for each flight, as high as the time it
 * was waited for, or as its text needs. */

enum { LINE_H = 13, STEP = 18, TRIP_STEP = 28, TIME_STEP = 12 };
enum { PIXELS = 420, WAIT_MAX = 110 }; /* all waits; the longest one drawn */
enum { HEAD_H = 50, FOOT_H = 26, BRACKET_X = PH__PAGE_CLIENT + 16 };

struct column {
    int x;
    size_t columns;
    const char *class;
    const char *refusal;
    int bottom;
};

struct drawing {
    struct ph__page *p;
    const struct ph__trace_session *s;
    struct column said;
    struct column heard;
    double scale; /* pixels a microsecond */
    int time_y;   /* where a time was written last */
    uint64_t time;
};

static bool is_shortened(const struct drawing *d, uint64_t gap)
{
    return (double)gap * d->scale > WAIT_MAX;
}

static int wait_height(const struct drawing *d, uint64_t gap)
{
    return is_shortened(d, gap) ? WAIT_MAX : (int)((double)gap * d->scale);
}

/* A wait that would be drawn longer than WAIT_MAX is shortened, and the others
 * share what room is left, up to their fair part of it. */
static void choose_scale(struct drawing *d)
{
    enum { ROUNDS = 4, FAIR = 24 };
    for (int round = 0; round < ROUNDS; round++) {
        double rest = 0;
        double room = PIXELS;
        double fair = 0;
        for (size_t i = 0; i < d->s->count; i++) {
            uint64_t gap = d->s->flights[i].gap;
            bool shortened = is_shortened(d, gap);
            rest += shortened ? 0 : (double)gap;
            room -= shortened ? WAIT_MAX : 0;
            fair += shortened || !gap ? 0 : FAIR;
        }
        room = room < PIXELS && fair < room ? fair : room;
        if (rest <= 0 || room <= 0)
            return;
        d->scale = room / rest;
    }
}

/* Worth a word: it ends a round trip, or took its time. */
static bool has_bracket(const struct drawing *d, const struct ph__flight *f)
{
    uint64_t all = d->s->end - d->s->begin;
    return f->trip || (d->p->t->timed && f->gap >= PH__TRACE_SPLIT_US / 2 &&
                       f->gap >= all / 100);
}

static void draw_lifelines(struct drawing *d, const struct ph__flight *f,
                           int to)
{
    struct ph__pen *pen = &d->p->pen;
    int from = d->p->y;
    PH__WRITE(pen, "<path class=\"life\" d=\"M%d %dV%dM%d %dV%d\"/>\n",
              PH__PAGE_CLIENT, from, to, PH__PAGE_SERVER, from, to);
    if (f && f->gap && has_bracket(d, f))
        PH__WRITE(pen,
                  "<rect x=\"%d\" y=\"%d\" width=\"8\" height=\"%d\" "
                  "fill=\"%s\"/>\n",
                  PH__PAGE_CLIENT - 4, from, to - from,
                  ph__phase_colour(f->gap_phase));
}

static void draw_bracket(struct drawing *d, const struct ph__flight *f, int to)
{
    struct ph__pen *pen = &d->p->pen;
    int from = d->p->y;
    PH__WRITE(pen,
              "<path class=\"bracket\" stroke=\"%s\" "
              "d=\"M%d %dh-4V%dh4\"/>\n<text class=\"trip\" x=\"%d\" "
              "y=\"%d\">",
              ph__phase_colour(f->gap_phase), BRACKET_X + 4, from + 5, to - 5,
              BRACKET_X + 10, (from + to) / 2 + 4);
    if (f->trip)
        PH__WRITE(pen, "round trip %zu", f->trip);
    else
        PH__WRITE(pen, "%s", ph__phase_name(f->gap_phase));
    if (d->p->t->timed)
        PH__WRITE(pen, ": " PH__MS " ms", PH__MS_OF(f->gap));
    PH__WRITE(pen, "</text>\n");
    if (is_shortened(d, f->gap))
        PH__WRITE(pen,
                  "<path class=\"break\" d=\"M%d %dl16 -6M%d %dl16 -6\"/>\n",
                  PH__PAGE_CLIENT - 8, (from + to) / 2, PH__PAGE_CLIENT - 8,
                  (from + to) / 2 + 6);
}

static void draw_arrow(struct drawing *d, const struct ph__flight *f, int y)
{
    struct ph__pen *pen = &d->p->pen;
    const char *colour = ph__phase_colour(f->phase);
    bool right = f->kind == PH__FLIGHT_SAID || f->kind == PH__FLIGHT_SECURED;
    bool left = f->kind == PH__FLIGHT_HEARD || f->kind == PH__FLIGHT_SECURED;
    int from = PH__PAGE_CLIENT + 5;
    int to = PH__PAGE_SERVER - 1;
    if (f->kind == PH__FLIGHT_REMARK) {
        PH__WRITE(pen, "<circle cx=\"%d\" cy=\"%d\" r=\"4.5\" fill=\"%s\"/>\n",
                  PH__PAGE_CLIENT, y, colour);
        return;
    }
    PH__WRITE(pen, "<path class=\"arrow\" stroke=\"%s\" d=\"M%d %dH%d\"/>\n",
              colour, from + (left ? 7 : 0), y, to - (right ? 7 : 0));
    if (right)
        PH__WRITE(pen, "<path fill=\"%s\" d=\"M%d %dl-9 -4.5v9z\"/>\n", colour,
                  to, y);
    if (left)
        PH__WRITE(pen, "<path fill=\"%s\" d=\"M%d %dl9 -4.5v9z\"/>\n", colour,
                  from, y);
}

static void draw_lines(struct drawing *d, struct column *c,
                       const struct ph__flight *f, int y)
{
    struct ph__page *p = d->p;
    bool all = f->count <= PH__TRACE_LINES_MAX;
    size_t shown = all ? f->count : PH__TRACE_LINES_MAX - 1;
    y += 4;
    for (size_t i = 0; i < shown && !p->pen.rc; i++, y += LINE_H) {
        const struct ph__transcript_line *line = &f->lines[i];
        p->pen.rc = ph__show_line(&p->line, line, c->columns);
        ph__page_shown(p, ph__show_is_refusal(line) ? c->refusal : c->class,
                       c->x, y);
    }
    if (!all) {
        PH__WRITE(&p->pen,
                  "<text class=\"%s more\" x=\"%d\" y=\"%d\">\u2026 %zu more "
                  "lines</text>\n",
                  c->class, c->x, y, f->count - shown);
        y += LINE_H;
    }
    c->bottom = y;
}

static void draw_remark(struct drawing *d, const struct ph__flight *f, int y)
{
    struct ph__page *p = d->p;
    struct column *c = &d->said;
    p->pen.rc =
        p->pen.rc ? p->pen.rc : ph__show_text(&p->line, f->remark, c->columns);
    ph__page_shown(p, "remark said", c->x, y + 4);
    c->bottom = y + 4 + LINE_H;
}

static void draw_time(struct drawing *d, uint64_t at, int y)
{
    bool same = d->time_y && at - d->time < 100;
    if (!d->p->t->timed || same || y - d->time_y < TIME_STEP)
        return;
    PH__WRITE(&d->p->pen,
              "<text class=\"at\" x=\"%d\" y=\"%d\">" PH__MS "</text>\n",
              PH__PAGE_TIME_END, y + 4, PH__MS_OF(at));
    d->time = at;
    d->time_y = y;
}

static void draw_flight(struct drawing *d, const struct ph__flight *f)
{
    struct column *c =
        f->kind == PH__FLIGHT_SAID || f->kind == PH__FLIGHT_REMARK ? &d->said
                                                                   : &d->heard;
    bool bracket = has_bracket(d, f);
    int height = wait_height(d, f->gap);
    int least = bracket ? TRIP_STEP : STEP;
    int y = d->p->y + (height > least ? height : least);
    if (y < c->bottom + 4)
        y = c->bottom + 4;
    draw_lifelines(d, f, y);
    if (bracket)
        draw_bracket(d, f, y);
    draw_arrow(d, f, y);
    draw_time(d, f->from, y);
    if (f->kind == PH__FLIGHT_REMARK)
        draw_remark(d, f, y);
    else
        draw_lines(d, c, f, y);
    d->p->y = y;
}

static void draw_head(struct drawing *d)
{
    struct ph__page *p = d->p;
    const struct ph__trace_session *s = d->s;
    PH__WRITE(&p->pen,
              "<path class=\"rule\" d=\"M%d %dH%d\"/>\n<text class=\"session\" "
              "x=\"%d\" y=\"%d\">session %zu",
              PH__PAGE_LEFT, p->y, PH__PAGE_RIGHT, PH__PAGE_LEFT, p->y + 22,
              s->number);
    PH__WRITE(&p->pen, "<tspan class=\"grey\" dx=\"12\">");
    if (p->t->timed)
        PH__WRITE(&p->pen, PH__MS " ms, ", PH__MS_OF(s->end - s->begin));
    PH__WRITE(&p->pen, "%zu round trip%s</tspan></text>\n", s->trips,
              ph__show_plural(s->trips));
    p->y += HEAD_H;
    if (p->t->timed)
        ph__page_words(p, "at", PH__PAGE_TIME_END, p->y - 6, "ms");
    ph__page_words(p, "end1", PH__PAGE_CLIENT, p->y - 6, "client");
    ph__page_words(p, "end1", PH__PAGE_SERVER, p->y - 6, "server");
}

static void draw_foot(struct drawing *d, size_t left)
{
    struct ph__page *p = d->p;
    int low =
        d->said.bottom > d->heard.bottom ? d->said.bottom : d->heard.bottom;
    if (low < p->y + 10)
        low = p->y + 10;
    draw_lifelines(d, NULL, low);
    p->y = low + FOOT_H;
    if (!left)
        return;
    PH__WRITE(&p->pen,
              "<text class=\"note\" x=\"%d\" y=\"%d\">%zu more steps are not "
              "drawn</text>\n",
              PH__PAGE_LEFT, p->y, left);
    p->y += FOOT_H;
}

void ph__page_session(struct ph__page *p, const struct ph__trace_session *s)
{
    struct drawing d = {
        .p = p,
        .s = s,
        .said = {PH__PAGE_SAID_END, PH__PAGE_SAID_COLUMNS, "said", "said", 0},
        .heard = {PH__PAGE_HEARD, PH__PAGE_HEARD_COLUMNS, "heard",
                  "heard refusal", 0}};
    size_t room = PH__TRACE_FLIGHTS_MAX - p->drawn;
    size_t shown = s->count < room ? s->count : room;
    choose_scale(&d);
    draw_head(&d);
    for (size_t i = 0; i < shown && !p->pen.rc; i++)
        draw_flight(&d, &s->flights[i]);
    p->drawn += shown;
    draw_foot(&d, s->count - shown);
}
