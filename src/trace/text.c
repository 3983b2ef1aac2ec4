#include "states/pen.h"
#include "trace/show.h"

/* A table of flights, and sums. */

enum { WIDTH = 60, PERCENT = 100 };

static void write_sign(struct ph__pen *pen, const struct ph__flight *f)
{
    static const char *const signs[] = {[PH__FLIGHT_SAID] = "C",
                                        [PH__FLIGHT_HEARD] = "S",
                                        [PH__FLIGHT_SECURED] = "#",
                                        [PH__FLIGHT_REMARK] = "#"};
    PH__WRITE(pen, " %-8s %s", ph__phase_name(f->phase), signs[f->kind]);
    if (f->kind == PH__FLIGHT_SAID || f->kind == PH__FLIGHT_HEARD)
        PH__WRITE(pen, " %5zu %8" PRIu64 "%s", f->count, f->octets,
                  f->hides ? "+" : " ");
    else
        PH__WRITE(pen, " %15s", "");
}

static void write_first_line(struct ph__pen *pen, const struct ph__flight *f)
{
    struct ph__buf line = PH__BUF(2 * PH__TRACE_TEXT_MAX);
    int rc = f->remark ? ph__show_text(&line, f->remark, WIDTH)
                       : ph__show_line(&line, f->lines, WIDTH);
    pen->rc = pen->rc ? pen->rc : rc;
    PH__WRITE(pen, "  %s", ph__buf_text(&line));
    if (f->count > 1)
        PH__WRITE(pen, " (+%zu)", f->count - 1);
    PH__WRITE(pen, "\n");
    ph__buf_done(&line);
}

/* Wide enough for days. */
static void write_ms(struct ph__pen *pen, uint64_t us, int width)
{
    PH__WRITE(pen, "%*" PRIu64 ".%u", width - 2, (us + 50) / 1000,
              (unsigned)((us + 50) / PERCENT % 10));
}

static void write_flight(struct ph__pen *pen, const struct ph__trace *t,
                         const struct ph__trace_session *s,
                         const struct ph__flight *f)
{
    if (t->timed) {
        write_ms(pen, f->from, 11);
        write_ms(pen, f->gap, 11);
        PH__WRITE(pen, " %4u", ph__show_share(f->gap, s->end - s->begin));
    }
    if (f->trip)
        PH__WRITE(pen, " %5zu", f->trip);
    else
        PH__WRITE(pen, " %5s", "");
    write_sign(pen, f);
    write_first_line(pen, f);
}

static void write_sums(struct ph__pen *pen, const uint64_t *spent)
{
    uint64_t total = 0;
    for (size_t p = 0; p < PH__PHASE_COUNT; p++)
        total += spent[p];
    for (size_t p = 0; p < PH__PHASE_COUNT; p++) {
        if (!spent[p])
            continue;
        PH__WRITE(pen, "  %-8s ", ph__phase_name((enum ph__phase)p));
        write_ms(pen, spent[p], 11);
        PH__WRITE(pen, " ms %3u %%  %s\n", ph__show_share(spent[p], total),
                  ph__phase_words((enum ph__phase)p));
    }
}

static void write_slowest(struct ph__pen *pen,
                          const struct ph__trace_session *s)
{
    const struct ph__flight *f = ph__show_slowest(s);
    if (!f)
        return;
    PH__WRITE(pen, "  slowest  ");
    write_ms(pen, f->gap, 11);
    PH__WRITE(pen, " ms       %s, until", ph__phase_name(f->gap_phase));
    write_first_line(pen, f);
}

static void write_head(struct ph__pen *pen, const struct ph__trace *t,
                       const struct ph__trace_session *s)
{
    struct ph__buf peer = PH__BUF(2 * PH__TRACE_TEXT_MAX);
    int rc = ph__show_text(&peer, s->peer, PH__SHOW_ALL);
    pen->rc = pen->rc ? pen->rc : rc;
    PH__WRITE(pen, "session %zu%s%s: ", s->number, *s->peer ? ", " : "",
              ph__buf_text(&peer));
    if (t->timed)
        PH__WRITE(pen, PH__MS " ms, ", PH__MS_OF(s->end - s->begin));
    PH__WRITE(pen, "%zu round trip%s\n\n", s->trips, ph__show_plural(s->trips));
    ph__buf_done(&peer);
    if (t->timed)
        PH__WRITE(pen, "      at ms    step ms    %%");
    PH__WRITE(pen, "  trip phase      lines   octets\n");
}

static void write_session(struct ph__pen *pen, const struct ph__trace *t,
                          const struct ph__trace_session *s)
{
    write_head(pen, t, s);
    for (size_t i = 0; i < s->count; i++)
        write_flight(pen, t, s, &s->flights[i]);
    PH__WRITE(pen, "\n");
    if (!t->timed)
        return;
    write_sums(pen, s->spent);
    write_slowest(pen, s);
    PH__WRITE(pen, "\n");
}

int ph__trace_text(struct ph__buf *out, const struct ph__trace *t)
{
    struct ph__pen pen = {.out = out};
    for (size_t i = 0; i < t->count; i++)
        write_session(&pen, t, &t->sessions[i]);
    if (!t->timed) {
        PH__WRITE(&pen, "There are no times in it: --trace-times records "
                        "them.\n");
        return pen.rc;
    }
    if (t->count == 1)
        return pen.rc;
    PH__WRITE(&pen,
              "%zu sessions, within " PH__MS " ms; the time of all of "
              "them:\n\n",
              t->count, PH__MS_OF(t->end - t->begin));
    write_sums(&pen, t->spent);
    return pen.rc;
}
