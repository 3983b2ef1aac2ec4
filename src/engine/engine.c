#include <limits.h>
#include <stdlib.h>

#include "engine/parts.h"

int ph__engine_new(struct ph__engine **out,
                   const struct ph__engine_options *opts)
{
    struct ph__engine *e = calloc(1, sizeof(*e));
    if (!e)
        return PH_E_NOMEM;
    e->opts = *opts;
    e->random.state = opts->seed;
    e->told = true;
    ph__room_init(&e->room, opts->connections);
    e->recipients = opts->recipients ? opts->recipients : UINT_MAX;
    ph__list_init(&e->queue);
    ph__list_init(&e->finished);
    ph__list_init(&e->sessions);
    ph__list_init(&e->work);
    ph__list_init(&e->idle);
    ph__list_init(&e->riding);
    *out = e;
    return PH_OK;
}

void ph__engine_free(struct ph__engine *e)
{
    if (e)
        free(e->without);
    free(e);
}

bool ph__engine_empty(const struct ph__engine *e)
{
    return ph__list_empty(&e->queue) && ph__list_empty(&e->finished) &&
           ph__list_empty(&e->sessions) && !e->waiting.top;
}

struct ph__engine_stats ph__engine_stats(const struct ph__engine *e)
{
    struct ph__engine_stats stats = e->stats;
    stats.limit = e->room.limit;
    return stats;
}

struct ph__engine_health ph__engine_health(const struct ph__engine *e)
{
    const struct ph__failure *f = &e->failure;
    return (struct ph__engine_health){
        .breaker = e->breaker.state,
        .dial_again =
            e->breaker.state == PH__BREAKER_OPEN ? e->breaker.until : 0,
        .paced_until = e->paced_until,
        .why = f->now ? &f->error : NULL};
}

/* ---- leaving ---- */

static void wake_all(struct ph__engine *e)
{
    for (struct ph__link *l = e->sessions.next; l != &e->sessions; l = l->next)
        ph__session_wake(ph__of(l, struct ph__session, link));
}

/* What was put off has had its last word. */
void ph__engine_drain(struct ph__engine *e)
{
    e->draining = true;
    while (e->waiting.top)
        ph__engine_finish_waiting(e);
    wake_all(e);
}

void ph__engine_abort(struct ph__engine *e)
{
    struct ph_error why = {.code = PH_E_CANCELED,
                           .stage = PH_STAGE_INPUT,
                           .state = "",
                           .reply = {.text = ""},
                           .detail = "canceled"};
    e->draining = true;
    e->aborted = true;
    ph__engine_remember(e, &why, false);
    ph__engine_doom(e, true);
    struct ph__link *next;
    for (struct ph__link *l = e->sessions.next; l != &e->sessions; l = next) {
        next = l->next;
        ph__session_failed(ph__of(l, struct ph__session, link), PH_E_CANCELED,
                           PH_STAGE_INPUT, "canceled");
    }
}

/* ---- orders ---- */

static bool order_dial(struct ph__engine *e, struct ph__order *out)
{
    struct ph__session *s;
    if (!ph__engine_may_dial(e))
        return false;
    if (ph__session_new(&s, e)) {
        struct ph_error why = {.code = PH_E_NOMEM,
                               .stage = PH_STAGE_CONNECT,
                               .state = "",
                               .reply = {.text = ""},
                               .detail = ""};
        ph__engine_no_session(e, &why, false);
        return false;
    }
    e->stats.dials++;
    s->deadline = e->now + e->opts.dial_ms;
    *out = (struct ph__order){.type = PH__DIAL, .session = s};
    return true;
}

static bool order_health(struct ph__engine *e, struct ph__order *out)
{
    if (e->told)
        return false;
    e->told = true;
    *out = (struct ph__order){.type = PH__HEALTH};
    return true;
}

static bool order_finished(struct ph__engine *e, struct ph__order *out)
{
    if (ph__list_empty(&e->finished))
        return false;
    struct ph__job *job = ph__of(e->finished.next, struct ph__job, link);
    ph__list_remove(&job->link);
    *out = (struct ph__order){.type = PH__FINISHED, .job = job};
    return true;
}

bool ph__engine_next(struct ph__engine *e, uint64_t now, struct ph__order *out)
{
    e->now = now;
    ph__engine_tick_jobs(e);
    ph__engine_tick_outage(e);
    ph__room_grow(&e->room, now);
    for (;;) {
        if (order_finished(e, out))
            return true;
        if (ph__list_empty(&e->work))
            break;
        struct ph__session *s = ph__of(e->work.next, struct ph__session, work);
        if (ph__session_serve(s, now, out))
            return true;
    }
    return order_dial(e, out) || order_finished(e, out) || order_health(e, out);
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What is past has had no effect, and will have none by itself. */
static uint64_t ahead(const struct ph__engine *e, uint64_t at)
{
    return at > e->now ? at : PH__NEVER;
}

/* When the queue could move again by itself. */
static uint64_t queue_moves(const struct ph__engine *e)
{
    uint64_t at = ph__engine_outage_end(e);
    if (ph__list_empty(&e->queue))
        return PH__NEVER;
    if (e->breaker.state == PH__BREAKER_OPEN)
        at = sooner(at, ahead(e, e->breaker.until));
    if (e->paced_until)
        at = sooner(at, e->paced_until);
    if (e->stats.open >= e->room.limit)
        at = sooner(at, ahead(e, e->room.grow_at));
    return at;
}

uint64_t ph__engine_wakeup(const struct ph__engine *e)
{
    uint64_t at = sooner(ph__heap_least(&e->waiting), ph__heap_least(&e->ends));
    return sooner(at, queue_moves(e));
}
