#include <stdlib.h>

#include "engine/pace.h"
#include "engine/sums.h"

enum {
    CELLS = 60,            /* of a span; see the header */
    MINUTE_MS = 60000,     /* the spans */
    HOUR_MS = 3600000,     /* */
    DAY_MS = 86400000,     /* */
    OLDEST_MS = 2 * DAY_MS /* what is restored happened after 0, then */
};
/* Of a rate or a burst: nobody is as fast, and a product of two fits. */
#define COUNT_MOST (uint64_t) UINT32_MAX
/* Of a clock: what is left for sums is more than a span. */
#define CLOCK_MOST (uint64_t) INT64_MAX

/* `part` / count of a millisecond after `ms`; part < count. */
struct instant {
    uint64_t ms;
    uint64_t part;
};

/* GCRA (ITU-T I.371): instead of a bucket that drips, the time when it will
 * have run dry. Each takes per_ms / count of it, exactly. */
struct even {
    uint64_t count; /* 0: no such limit */
    uint64_t per_ms;
    uint64_t burst;
    struct instant dry;
    uint64_t latest; /* when the latest was taken */
};

/* A span and the cell that has just begun: whatever lies within the span,
 * however it is cut, lies within CELLS + 1 cells. */
struct span {
    uint64_t limit; /* 0: no such limit */
    uint64_t cell_ms;
    uint64_t newest; /* the number of the cell that time is in */
    uint64_t sum;
    uint64_t cells[CELLS + 1]; /* a ring */
};

enum { SPANS = 3 };
struct limited {
    struct even even;
    struct span spans[SPANS];
};
struct ph__pace {
    uint64_t now;
    struct limited kinds[PH__PACE_KINDS];
};

/* ---- evenly ---- */

/* `n` of them after `t`. */
static struct instant later_by(const struct even *e, struct instant t,
                               uint64_t n)
{
    /* n * per_ms / count, by the remainders, because n * per_ms may not fit. */
    uint64_t rest = n % e->count * (e->per_ms % e->count) + t.part;
    uint64_t whole = ph__plus(ph__times(n / e->count, e->per_ms),
                              ph__times(n % e->count, e->per_ms / e->count));
    return (struct instant){
        .ms = ph__plus(t.ms, ph__plus(whole, rest / e->count)),
        .part = rest % e->count};
}

static bool is_later(struct instant a, struct instant b)
{
    return a.ms > b.ms || (a.ms == b.ms && a.part > b.part);
}

static bool even_fits(const struct even *e, uint64_t now, uint64_t n)
{
    struct instant t = {.ms = now};
    return !is_later(e->dry, later_by(e, t, e->burst - n));
}

/* How many of `n`. */
static uint64_t even_room(const struct even *e, uint64_t now, uint64_t n)
{
    if (!e->count)
        return n;
    uint64_t fit = 0, most = ph__smaller(n, e->burst);
    while (fit < most) {
        uint64_t middle = most - (most - fit) / 2;
        if (even_fits(e, now, middle))
            fit = middle;
        else
            most = middle - 1;
    }
    return fit;
}

/* When there is room for one. */
static uint64_t even_free_at(const struct even *e, uint64_t now)
{
    if (!e->count || even_fits(e, now, 1))
        return now;
    struct instant ahead = later_by(e, (struct instant){0}, e->burst - 1);
    bool borrow = e->dry.part < ahead.part;
    bool round_up = e->dry.part != ahead.part;
    return e->dry.ms - ahead.ms - borrow + round_up;
}

static void even_spend(struct even *e, uint64_t now, uint64_t n)
{
    if (!e->count)
        return;
    /* Less than a millisecond ago is still now: it is the clock that rounds.
     * Else more than a thousand in a second could not be kept up. */
    uint64_t rest = now - ph__smaller(now, e->dry.ms);
    if (rest > 1 || (rest == 1 && !e->dry.part))
        e->dry = (struct instant){.ms = now};
    e->dry = later_by(e, e->dry, n);
    e->latest = ph__greater(e->latest, now);
}

/* Only while it is the latest: what came after it has kept its distance. */
static void even_return(struct even *e, uint64_t at, uint64_t n)
{
    if (!e->count || at != e->latest)
        return;
    struct instant back = later_by(e, (struct instant){0}, n);
    if (is_later(back, e->dry))
        return;
    uint64_t borrow = e->dry.part < back.part;
    e->dry.ms -= back.ms + borrow;
    e->dry.part += borrow * e->count - back.part;
}

/* ---- spans ---- */

/* Time has come to `now`: cells that are older than the span are forgotten. */
static void span_turn(struct span *s, uint64_t now)
{
    uint64_t newest = now / s->cell_ms;
    uint64_t turns = ph__smaller(newest - s->newest, CELLS + 1);
    for (uint64_t i = 0; i < turns; i++) {
        uint64_t *cell = &s->cells[(newest - i) % (CELLS + 1)];
        s->sum -= *cell;
        *cell = 0;
    }
    s->newest = newest;
}

static uint64_t span_room(const struct span *s)
{
    if (!s->limit)
        return UINT64_MAX;
    return s->limit > s->sum ? s->limit - s->sum : 0;
}

static uint64_t span_free_at(const struct span *s, uint64_t now)
{
    uint64_t sum = s->sum, cell = s->newest - CELLS;
    if (span_room(s))
        return now;
    while ((sum -= s->cells[cell % (CELLS + 1)]) >= s->limit)
        cell++;
    return (cell + CELLS + 1) * s->cell_ms;
}

/* The cell of a time that is not yet forgotten, or NULL. */
static uint64_t *span_cell(struct span *s, uint64_t at)
{
    uint64_t number = at / s->cell_ms;
    bool known = number <= s->newest && s->newest - number <= CELLS;
    return known ? &s->cells[number % (CELLS + 1)] : NULL;
}

static void span_spend(struct span *s, uint64_t at, uint64_t n)
{
    uint64_t *cell = span_cell(s, at);
    n = ph__smaller(n, UINT64_MAX - s->sum);
    if (!cell)
        return;
    *cell += n;
    s->sum += n;
}

static void span_return(struct span *s, uint64_t at, uint64_t n)
{
    uint64_t *cell = span_cell(s, at);
    if (!cell)
        return;
    n = ph__smaller(n, *cell);
    *cell -= n;
    s->sum -= n;
}

/* ---- all of one kind ---- */

static uint64_t room(const struct limited *l, uint64_t now, uint64_t n)
{
    n = even_room(&l->even, now, n);
    for (size_t i = 0; i < SPANS; i++)
        n = ph__smaller(n, span_room(&l->spans[i]));
    return n;
}

static uint64_t free_at(const struct limited *l, uint64_t now)
{
    uint64_t at = even_free_at(&l->even, now);
    for (size_t i = 0; i < SPANS; i++)
        at = ph__greater(at, span_free_at(&l->spans[i], now));
    return at;
}

static void spend(struct limited *l, uint64_t at, uint64_t n)
{
    even_spend(&l->even, at, n);
    for (size_t i = 0; i < SPANS; i++)
        span_spend(&l->spans[i], at, n);
}

static void give_back(struct limited *l, uint64_t at, uint64_t n)
{
    even_return(&l->even, at, n);
    for (size_t i = 0; i < SPANS; i++)
        span_return(&l->spans[i], at, n);
}

/* ---- the calls ---- */

static void set_limits(struct limited *l, const struct ph__pace_limits *limits)
{
    bool paced = limits->count && limits->per_ms;
    l->even.count = paced ? ph__smaller(limits->count, COUNT_MOST) : 0;
    l->even.per_ms = limits->per_ms;
    l->even.burst = ph__greater(ph__smaller(limits->burst, COUNT_MOST), 1);
    const struct {
        uint64_t limit, ms;
    } spans[SPANS] = {{limits->minute, MINUTE_MS},
                      {limits->hour, HOUR_MS},
                      {limits->day, DAY_MS}};
    for (size_t i = 0; i < SPANS; i++) {
        l->spans[i].limit = spans[i].limit;
        l->spans[i].cell_ms = spans[i].ms / CELLS;
    }
}

int ph__pace_new(struct ph__pace **out,
                 const struct ph__pace_limits limits[PH__PACE_KINDS])
{
    struct ph__pace *p = calloc(1, sizeof *p);
    if (!p)
        return PH_E_NOMEM;
    for (size_t i = 0; i < PH__PACE_KINDS; i++)
        set_limits(&p->kinds[i], &limits[i]);
    *out = p;
    return PH_OK;
}

void ph__pace_free(struct ph__pace *p)
{
    free(p);
}

/* Our clock is ahead, so that what was before 0 has a time as well. */
static uint64_t ours(uint64_t at)
{
    return ph__smaller(at, CLOCK_MOST) + OLDEST_MS;
}

/* The time now, which never goes back. */
static uint64_t turn(struct ph__pace *p, uint64_t now)
{
    p->now = ph__greater(p->now, ours(now));
    for (size_t k = 0; k < PH__PACE_KINDS; k++)
        for (size_t i = 0; i < SPANS; i++)
            span_turn(&p->kinds[k].spans[i], p->now);
    return p->now;
}

uint64_t ph__pace_take(struct ph__pace *p, uint64_t now, uint64_t recipients,
                       uint64_t *again)
{
    struct limited *messages = &p->kinds[PH__PACE_MESSAGES];
    struct limited *mailboxes = &p->kinds[PH__PACE_RECIPIENTS];
    uint64_t t = turn(p, now);
    uint64_t n = room(mailboxes, t, recipients);
    if (!n || !room(messages, t, 1)) {
        *again = ph__greater(free_at(messages, t), free_at(mailboxes, t)) -
                 OLDEST_MS;
        return 0;
    }
    spend(messages, t, 1);
    spend(mailboxes, t, n);
    return n;
}

void ph__pace_give_back(struct ph__pace *p, uint64_t taken_at,
                        uint64_t recipients)
{
    give_back(&p->kinds[PH__PACE_MESSAGES], ours(taken_at), 1);
    give_back(&p->kinds[PH__PACE_RECIPIENTS], ours(taken_at), recipients);
}

void ph__pace_restore(struct ph__pace *p, uint64_t now, uint64_t age_ms,
                      uint64_t messages, uint64_t recipients)
{
    uint64_t t = turn(p, now);
    uint64_t at = t - ph__smaller(age_ms, OLDEST_MS);
    spend(&p->kinds[PH__PACE_MESSAGES], at, messages);
    spend(&p->kinds[PH__PACE_RECIPIENTS], at, recipients);
}
