#include "engine/class.h"
#include "engine/parts.h"

/* What a session does with jobs. */

static bool was_lost(const struct ph_recipient_result *r)
{
    return r->code == PH_E_CLOSED || r->reply.code == 421;
}

/* Nothing was answered to the first command on a session that had been used
 * before: it had died while idle, and that is not the job's fault (U01). */
static bool died_while_idle(const struct ph__session *s,
                            const struct ph__job *job)
{
    const struct ph_recipient_result *r = ph__job_turn_result(job, 0);
    return s->messages > 1 && !job->replayed && !s->engine->aborted &&
           !ph__result_is_open(r) && was_lost(r) && r->stage == PH_STAGE_MAIL;
}

/* Takes back what the lost session said of this turn; but who was asked for
 * was. */
static void reopen(struct ph__job *job)
{
    for (size_t i = 0; i < job->turn.env.to_count; i++)
        *ph__job_turn_result(job, i) = (struct ph_recipient_result){
            .address = ph__job_turn_result(job, i)->address,
            .outcome = ph__job_turn_result(job, i)->outcome};
}

static bool accepted_by_any(const struct ph__job *job)
{
    for (size_t i = 0; i < job->env.to_count; i++)
        if (job->results[i].outcome == PH_ACCEPTED)
            return true;
    return false;
}

static void again(struct ph__session *s, struct ph__job *job, bool counts)
{
    job->attempts -= !counts;
    ph__job_keep_texts(job);
    ph__engine_return_job(s->engine, job);
}

/* ---- what the answers mean for others ---- */

static void slow_down(struct ph__engine *e)
{
    uint64_t until =
        e->now + ph__retry_wait(&e->random, PH__BREAKER_STEP_MS,
                                PH__BREAKER_MOST_MS, ++e->slowed + 1);
    if (until > e->paced_until)
        e->paced_until = until;
    e->told = false;
}

/* The account has had its share: as if there were no server (U17). */
static void pause(struct ph__engine *e, const struct ph_recipient_result *r)
{
    struct ph_error why = {.code = r->code,
                           .stage = r->stage,
                           .state = "",
                           .reply = r->reply,
                           .detail = r->detail};
    ph__engine_remember(e, &why, true);
    ph__breaker_failed(&e->breaker, &e->random, e->now, true);
    if (e->breaker.until > e->paced_until)
        e->paced_until = e->breaker.until;
}

/* True if it was about more than its recipient. */
static bool heed(struct ph__session *s, const struct ph_recipient_result *r)
{
    struct ph__engine *e = s->engine;
    if (r->about == PH_CLASS_CONCURRENCY && !s->told_less) {
        s->told_less = true;
        ph__room_halve(&e->room, e->now, e->stats.open);
        return true;
    }
    if (!e->opts.policy.outage_ms)
        return false; /* whoever submits sees for himself */
    if (r->about == PH_CLASS_RATE)
        slow_down(e);
    else if (r->about == PH_CLASS_QUOTA)
        pause(e, r);
    return r->about == PH_CLASS_RATE || r->about == PH_CLASS_QUOTA;
}

static void heed_turn(struct ph__session *s, const struct ph__job *job)
{
    struct ph__engine *e = s->engine;
    bool heeded = false;
    if (job->answered)
        ph__engine_has_answer(e);
    for (size_t i = 0; i < job->turn.env.to_count && !heeded; i++) {
        const struct ph_recipient_result *r = ph__job_turn_result(job, i);
        heeded = r->reply.code && heed(s, r);
        if (r->outcome == PH_ACCEPTED)
            e->slowed = 0;
    }
    bool silent = ph__job_turn_result(job, 0)->about == PH_CLASS_NETWORK;
    if (!job->answered && silent && !s->lost) {
        s->lost = true;
        ph__engine_lost_session(e);
    }
}

/* ---- the end of a turn ---- */

/* Whoever waits for room asks again. */
static void give_back(struct ph__engine *e, const struct ph__job *job)
{
    ph__pace_give_back(e->opts.pace, job->paced_at, job->paced);
    if (e->paced_until != e->pace_again)
        return; /* the server holds us back, and not the pace */
    e->paced_until = 0;
    ph__engine_wake_one(e);
}

static void take_results(struct ph__session *s, struct ph__job *job)
{
    struct ph__engine *e = s->engine;
    bool final = e->aborted || job->canceled;
    size_t limit = ph__job_take_verdicts(job, s->machine, final);
    if (limit && limit < e->recipients)
        e->recipients = (unsigned)limit; /* U21: it will be so next time */
    if (job->canceled)
        ph__job_blame_caller(job);
    if (job->paced && !job->reached_content)
        give_back(e, job);
    job->paced = 0;
}

/* Every recipient has a result: is that the last word? */
static void end_round(struct ph__engine *e, struct ph__job *job)
{
    uint64_t wait;
    switch (ph__job_plan(job, e, &wait)) {
    case PH__PLAN_FINISH:
        e->stats.messages += accepted_by_any(job);
        ph__engine_finish_job(e, job);
        return;
    case PH__PLAN_LATER:
        ph__engine_put_off(e, job, e->now + wait);
        return;
    }
}

void ph__session_job_done(struct ph__session *s, struct ph__job *job)
{
    struct ph__engine *e = s->engine;
    ph__list_remove(&job->link);
    e->stats.under_way--;
    job->session = NULL;
    job->last = s;
    job->secure = ph_machine_secure(s->machine);
    job->mechanism = ph_machine_mechanism(s->machine);
    take_results(s, job);
    if (job->canceled)
        ph__job_judge_canceled(job); /* who was not in this turn */
    if (died_while_idle(s, job) && !job->canceled) {
        e->stats.replays++;
        job->replayed = true;
        reopen(job);
        again(s, job, false);
        return;
    }
    if (ph__job_open(job)) {
        job->replayed &= !job->answered;
        if (job->answered)
            heed_turn(s, job);
        again(s, job, !job->untouched);
        return;
    }
    heed_turn(s, job);
    end_round(e, job);
}

void ph__session_heed_cancel(struct ph__session *s)
{
    if (ph__list_empty(&s->jobs))
        return;
    const struct ph__job *first = ph__of(s->jobs.next, struct ph__job, link);
    if (first->canceled)
        ph__session_failed(s, first->canceled, PH_STAGE_INPUT,
                           ph__job_cancel_words(first));
}

/* ---- the beginning of one ---- */

/* The machine will not even begin: an address that cannot be sent. */
static void job_unfit(struct ph__session *s, struct ph__job *job, int rc)
{
    struct ph__engine *e = s->engine;
    struct ph_error why = {.code = rc,
                           .stage = PH_STAGE_MAIL,
                           .state = "",
                           .reply = {.text = ""},
                           .detail = ""};
    bool for_now = rc == PH_E_NOMEM;
    if (job->paced)
        give_back(e, job);
    ph__job_judge(job, for_now ? PH_UNSENT : PH_REFUSED, &why);
    ph__engine_finish_job(e, job);
}

static int begin(struct ph__session *s, struct ph__job *job)
{
    size_t most = s->engine->recipients;
    if (job->paced && job->paced < most)
        most = job->paced;
    int rc = ph__job_take_turn(job, most);
    if (rc)
        return rc;
    /* The machine may raise its end at once: first among the jobs, then told */
    ph__list_append(&s->jobs, &job->link);
    s->engine->stats.under_way++;
    job->place = PH__UNDER_WAY;
    job->session = s;
    rc = ph_machine_begin(s->machine, &job->turn.env);
    if (!rc)
        return PH_OK;
    ph__list_remove(&job->link);
    s->engine->stats.under_way--;
    job->session = NULL;
    return rc;
}

bool ph__session_begin_next(struct ph__session *s)
{
    struct ph__job *job;
    while ((job = ph__engine_take_job(s->engine)) != NULL) {
        job->reached = true;
        int rc = begin(s, job);
        if (!rc)
            break;
        job_unfit(s, job, rc);
    }
    if (!job)
        return false;
    ph__engine_wake_one(s->engine);
    s->idle = false;
    s->messages++;
    job->attempts++;
    return true;
}
