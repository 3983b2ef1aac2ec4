#include <stdlib.h>
#include <string.h>

#include "trace/trace.h"

enum { FLIGHTS_STEP = 32 };

/* How one session is read. */
struct reading {
    struct ph__trace_session *s;
    struct ph__phase_reader phases;
    uint64_t now;
    bool said; /* and nothing was heard since */
};

static struct ph__flight *add_flight(struct ph__trace_session *s)
{
    if (s->count == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : FLIGHTS_STEP;
        struct ph__flight *grown = realloc(s->flights, cap * sizeof(*grown));
        if (!grown)
            return NULL;
        s->flights = grown;
        s->cap = cap;
    }
    return &s->flights[s->count++];
}

static enum ph__flight_kind kind_of(const struct ph__transcript_line *line)
{
    switch (line->kind) {
    case PH__TRANSCRIPT_HEARD:
        return PH__FLIGHT_HEARD;
    case PH__TRANSCRIPT_SAID:
    case PH__TRANSCRIPT_CONTENT:
        return PH__FLIGHT_SAID;
    case PH__TRANSCRIPT_SECURED:
        break;
    }
    return PH__FLIGHT_SECURED;
}

/* Lines before the first time have that of what was before them. */
static uint64_t time_of(const struct reading *r, uint64_t at)
{
    return at == PH__TRANSCRIPT_NO_TIME || at < r->now ? r->now : at;
}

static void count_octets(struct ph__flight *f,
                         const struct ph__transcript_line *line)
{
    size_t len = strlen(line->text);
    bool hides = line->visible != SIZE_MAX;
    bool hidden = len >= 8 && strcmp(line->text + len - 8, "<hidden>") == 0;
    if (line->kind == PH__TRANSCRIPT_CONTENT)
        f->octets += line->octets;
    else if (line->kind != PH__TRANSCRIPT_SECURED)
        f->octets += (hides ? line->visible : hidden ? len - 8 : len) + 2;
    f->hides = f->hides || hides || hidden;
}

/* Does it belong to the flight before? */
static bool joins(const struct reading *r,
                  const struct ph__transcript_line *line, uint64_t at)
{
    const struct ph__trace_session *s = r->s;
    const struct ph__flight *f = s->count ? &s->flights[s->count - 1] : NULL;
    return f && f->lines && f->lines + f->count == line &&
           f->kind == kind_of(line) && f->kind != PH__FLIGHT_SECURED &&
           at - f->to < PH__TRACE_SPLIT_US;
}

static int begin_flight(struct reading *r, struct ph__flight flight)
{
    struct ph__flight *f = add_flight(r->s);
    if (!f)
        return PH_E_NOMEM;
    flight.gap = flight.from - r->now;
    *f = flight;
    r->s->spent[f->gap_phase] += f->gap;
    r->now = f->to;
    return PH_OK;
}

static void mark_trip(struct reading *r, struct ph__flight *f)
{
    if (f->kind == PH__FLIGHT_SAID)
        r->said = true;
    if (f->kind != PH__FLIGHT_HEARD || !r->said)
        return;
    f->trip = ++r->s->trips;
    r->said = false;
}

static int take_line(struct reading *r, const struct ph__transcript_line *line)
{
    uint64_t at = time_of(r, line->at);
    enum ph__phase phase = ph__phase_of(&r->phases, line);
    struct ph__flight flight = {.kind = kind_of(line),
                                .phase = phase,
                                .gap_phase = phase,
                                .lines = line,
                                .count = 1,
                                .from = at,
                                .to = at};
    if (joins(r, line, at)) {
        struct ph__flight *f = &r->s->flights[r->s->count - 1];
        f->count++;
        f->to = at;
        r->s->spent[phase] += at - r->now;
        r->now = at;
        count_octets(f, line);
        return PH_OK;
    }
    if (flight.kind == PH__FLIGHT_SAID)
        flight.gap_phase = ph__phase_before(line, phase);
    count_octets(&flight, line);
    mark_trip(r, &flight);
    return begin_flight(r, flight);
}

static int take_remark(struct reading *r,
                       const struct ph__transcript_remark *remark)
{
    static const char connected[] = "connected to ";
    uint64_t at = time_of(r, remark->at);
    enum ph__phase phase = ph__phase_of_remark(&r->phases, remark->text);
    if (strncmp(remark->text, connected, sizeof(connected) - 1) == 0)
        r->s->peer = remark->text + sizeof(connected) - 1;
    return begin_flight(r, (struct ph__flight){.kind = PH__FLIGHT_REMARK,
                                               .phase = phase,
                                               .gap_phase = phase,
                                               .remark = remark->text,
                                               .from = at,
                                               .to = at});
}

/* The first thing that has a time; only the very first session of a file is
 * known to have begun with it. */
static uint64_t beginning(const struct ph__dialogue *d, bool first)
{
    uint64_t at = PH__TRANSCRIPT_NO_TIME;
    bool dialled = d->remark_count &&
                   (!d->count || d->remarks[0].number < d->lines[0].number);
    if (first && dialled)
        return 0;
    for (size_t i = 0; i < d->count && at == PH__TRANSCRIPT_NO_TIME; i++)
        at = d->lines[i].at;
    for (size_t i = 0; i < d->remark_count; i++)
        if (d->remarks[i].at < at)
            at = d->remarks[i].at;
    return at == PH__TRANSCRIPT_NO_TIME ? 0 : at;
}

/* Lines and remarks in their order. */
static int read_session(struct ph__trace_session *s,
                        const struct ph__dialogue *d, bool first)
{
    struct reading r = {.s = s, .now = beginning(d, first)};
    size_t line = 0;
    size_t remark = 0;
    int rc = PH_OK;
    s->begin = r.now;
    s->peer = "";
    while (!rc && (line < d->count || remark < d->remark_count)) {
        bool remarks = remark < d->remark_count &&
                       (line == d->count ||
                        d->remarks[remark].number < d->lines[line].number);
        rc = remarks ? take_remark(&r, &d->remarks[remark++])
                     : take_line(&r, &d->lines[line++]);
    }
    s->end = r.now;
    return rc;
}

static bool is_timed(const struct ph__dialogue *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->lines[i].at != PH__TRANSCRIPT_NO_TIME)
            return true;
    return d->remark_count &&
           d->remarks[d->remark_count - 1].at != PH__TRANSCRIPT_NO_TIME;
}

static size_t first_number(const struct ph__dialogue *d)
{
    size_t line = d->count ? d->lines[0].number : SIZE_MAX;
    size_t remark = d->remark_count ? d->remarks[0].number : SIZE_MAX;
    return line < remark ? line : remark;
}

static size_t find_first(const struct ph__transcript *t)
{
    size_t first = 0;
    for (size_t i = 1; i < t->count; i++)
        if (first_number(&t->dialogues[i]) < first_number(&t->dialogues[first]))
            first = i;
    return first;
}

static void sum_up(struct ph__trace *t)
{
    t->begin = t->sessions[0].begin;
    for (size_t i = 0; i < t->count; i++) {
        const struct ph__trace_session *s = &t->sessions[i];
        t->begin = s->begin < t->begin ? s->begin : t->begin;
        t->end = s->end > t->end ? s->end : t->end;
        for (size_t p = 0; p < PH__PHASE_COUNT; p++)
            t->spent[p] += s->spent[p];
    }
}

int ph__trace_make(struct ph__trace *out, const struct ph__transcript *t,
                   size_t only)
{
    struct ph__trace trace = {
        .sessions = calloc(t->count + 1, sizeof(*trace.sessions))};
    size_t first = find_first(t);
    int rc = trace.sessions ? PH_OK : PH_E_NOMEM;
    for (size_t i = 0; i < t->count && !rc; i++) {
        const struct ph__dialogue *d = &t->dialogues[i];
        if ((only && only != i + 1) || !(d->count || d->remark_count))
            continue;
        struct ph__trace_session *s = &trace.sessions[trace.count++];
        s->number = i + 1;
        trace.timed = trace.timed || is_timed(d);
        rc = read_session(s, d, i == first);
    }
    if (!rc && !trace.count)
        rc = PH_E_INVALID;
    if (rc) {
        ph__trace_done(&trace);
        return rc;
    }
    sum_up(&trace);
    *out = trace;
    return PH_OK;
}

void ph__trace_done(struct ph__trace *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->sessions[i].flights);
    free(t->sessions);
    *t = (struct ph__trace){0};
}
