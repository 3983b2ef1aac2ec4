#include "engine/parts.h"

/* Jobs that no session has: those that could go, those that wait for a time to
 * come, those that are decided. */

enum { WORTH_TELLING_MS = 1000 /* a pace holds back all the time */ };

static struct ph__job *by_link(struct ph__link *link)
{
    return ph__of(link, struct ph__job, link);
}

/* ---- who takes the next one ---- */

bool ph__engine_is_crowded(const struct ph__engine *e)
{
    unsigned room = e->room.limit;
    unsigned to_dial = room > e->stats.open ? room - e->stats.open : 0;
    return e->stats.queued > to_dial + e->connecting;
}

void ph__engine_wake_one(struct ph__engine *e)
{
    struct ph__link *from = &e->idle;
    if (ph__list_empty(from) && ph__engine_is_crowded(e))
        from = &e->riding;
    if (ph__list_empty(from))
        return;
    struct ph__session *s = ph__of(from->next, struct ph__session, rest);
    ph__list_remove(&s->rest);
    ph__session_wake(s);
}

/* ---- in and out ---- */

static void enqueue(struct ph__engine *e, struct ph__job *job,
                    struct ph__link *behind)
{
    job->place = PH__QUEUED;
    job->last = NULL;
    ph__list_append(behind, &job->link);
    e->stats.queued++;
    ph__engine_wake_one(e);
}

void ph__engine_submit(struct ph__engine *e, struct ph__job *job)
{
    if (job->deadline)
        ph__heap_add(&e->ends, &job->end, job->deadline);
    enqueue(e, job, &e->queue);
}

/* Room for it, in the pace that is set (U25). */
static bool may_go(struct ph__engine *e, struct ph__job *job)
{
    if (e->paced_until > e->now)
        return false;
    e->paced_until = 0;
    job->paced = 0;
    if (!e->opts.pace)
        return true;
    uint64_t again;
    uint64_t wanted = ph__job_open(job);
    if (wanted > e->recipients)
        wanted = e->recipients;
    job->paced = ph__pace_take(e->opts.pace, e->now, wanted, &again);
    job->paced_at = e->now;
    if (job->paced)
        return true;
    e->paced_until = e->pace_again = again;
    e->told &= again - e->now < WORTH_TELLING_MS;
    return false;
}

struct ph__job *ph__engine_take_job(struct ph__engine *e)
{
    if (ph__list_empty(&e->queue) || !may_go(e, by_link(e->queue.next)))
        return NULL;
    struct ph__job *job = by_link(e->queue.next);
    ph__list_remove(&job->link);
    e->stats.queued--;
    return job;
}

void ph__engine_return_job(struct ph__engine *e, struct ph__job *job)
{
    enqueue(e, job, e->queue.next); /* in front of the first */
}

void ph__engine_put_off(struct ph__engine *e, struct ph__job *job,
                        uint64_t until)
{
    if (until <= e->now) {
        enqueue(e, job, &e->queue);
        return;
    }
    job->place = PH__WAITING;
    job->last = NULL;
    ph__heap_add(&e->waiting, &job->timer, until);
    e->stats.waiting++;
}

static void leave(struct ph__engine *e, struct ph__job *job)
{
    if (job->place == PH__QUEUED) {
        ph__list_remove(&job->link);
        e->stats.queued--;
    }
    if (job->place == PH__WAITING) {
        ph__heap_remove(&e->waiting, &job->timer);
        e->stats.waiting--;
    }
}

void ph__engine_finish_job(struct ph__engine *e, struct ph__job *job)
{
    ph__heap_remove(&e->ends, &job->end);
    job->session = NULL;
    job->place = PH__DECIDED;
    ph__list_append(&e->finished, &job->link);
}

void ph__engine_go(struct ph__job *job)
{
    struct ph__session *s = job->session;
    if (!s)
        return; /* lost meanwhile */
    (void)ph_machine_tell(s->machine, PH_SIGNAL_GO, NULL);
    ph__session_wake(s);
}

/* ---- told without a session ---- */

static void tell(struct ph__engine *e, struct ph__job *job,
                 const struct ph_error *why)
{
    leave(e, job);
    ph__job_judge(job, PH_UNSENT, why);
    ph__engine_finish_job(e, job);
}

static void tell_failure(struct ph__engine *e, struct ph__job *job)
{
    job->reached |= e->failure.reached;
    job->mechanism = e->failure.mechanism;
    tell(e, job, &e->failure.error);
}

void ph__engine_doom(struct ph__engine *e, bool all)
{
    while (!ph__list_empty(&e->queue))
        tell_failure(e, by_link(e->queue.next));
    while (all && e->waiting.top)
        tell_failure(e, ph__of(e->waiting.top, struct ph__job, timer));
}

void ph__engine_finish_waiting(struct ph__engine *e)
{
    struct ph_error none = {.reply = {.text = ""}, .state = ""};
    tell(e, ph__of(e->waiting.top, struct ph__job, timer), &none);
}

const char *ph__job_cancel_words(const struct ph__job *job)
{
    return job->canceled == PH_E_TIMEOUT ? "its time is over" : "canceled";
}

void ph__job_judge_canceled(struct ph__job *job)
{
    struct ph_error why = {.code = job->canceled,
                           .stage = PH_STAGE_INPUT,
                           .state = "",
                           .reply = {.text = ""},
                           .detail = ph__job_cancel_words(job)};
    ph__job_judge(job, PH_UNSENT, &why);
}

void ph__engine_cancel(struct ph__engine *e, struct ph__job *job,
                       enum ph_code code)
{
    if (job->canceled || job->place == PH__NOWHERE || job->place == PH__DECIDED)
        return;
    job->canceled = code;
    ph__heap_remove(&e->ends, &job->end);
    if (job->place == PH__UNDER_WAY) {
        ph__session_wake(job->session);
        return;
    }
    leave(e, job);
    ph__job_judge_canceled(job);
    ph__engine_finish_job(e, job);
}

/* ---- time ---- */

void ph__engine_tick_jobs(struct ph__engine *e)
{
    while (ph__heap_least(&e->waiting) <= e->now) {
        struct ph__job *job = ph__of(e->waiting.top, struct ph__job, timer);
        leave(e, job);
        enqueue(e, job, &e->queue);
    }
    while (ph__heap_least(&e->ends) <= e->now)
        ph__engine_cancel(e, ph__of(e->ends.top, struct ph__job, end),
                          PH_E_TIMEOUT);
    if (e->paced_until && e->paced_until <= e->now) {
        e->paced_until = 0;
        e->told = false;
        ph__engine_wake_one(e);
    }
}
