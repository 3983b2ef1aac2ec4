#include "engine/parts.h"

/* What a session does with jobs. */

/* Nothing was answered to the first command on a session that had been used
 * before: it had died while idle, and that is not the job's fault (U01). */
static bool died_while_idle(const struct ph__session *s,
                            const struct ph__job *job)
{
    const struct ph_recipient_result *r = ph__job_turn_result(job, 0);
    bool died = r->code == PH_E_CLOSED || r->reply.code == 421;
    return s->messages > 1 && !job->replayed && !s->engine->aborted && died &&
           r->stage == PH_STAGE_MAIL;
}

/* Takes back what the lost session said of this turn. */
static void reopen(struct ph__job *job)
{
    for (size_t i = 0; i < job->turn.env.to_count; i++) {
        struct ph_recipient_result *r = ph__job_turn_result(job, i);
        r->outcome = PH_UNSENT;
        r->code = PH_OK;
    }
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

void ph__session_job_done(struct ph__session *s, struct ph__job *job)
{
    struct ph__engine *e = s->engine;
    ph__list_remove(&job->link);
    job->session = NULL;
    job->secure = ph_machine_secure(s->machine);
    job->mechanism = ph_machine_mechanism(s->machine);
    size_t limit = ph__job_take_verdicts(job, s->machine, e->aborted);
    if (limit && limit < e->recipients)
        e->recipients = (unsigned)limit; /* U21: it will be so next time */
    if (ph__job_is_open(job)) {
        again(s, job, !job->untouched);
        return;
    }
    if (died_while_idle(s, job)) {
        job->replayed = true;
        reopen(job);
        again(s, job, false);
        return;
    }
    e->stats.messages += accepted_by_any(job);
    ph__engine_finish_job(e, job);
}

/* The machine will not even begin: an address that cannot be sent. */
static void job_unfit(struct ph__session *s, struct ph__job *job, int rc)
{
    struct ph_error why = {.code = rc,
                           .stage = PH_STAGE_MAIL,
                           .state = "",
                           .reply = {.text = ""},
                           .detail = ""};
    bool for_now = rc == PH_E_NOMEM;
    ph__job_judge(job, for_now ? PH_UNSENT : PH_REFUSED, &why);
    ph__engine_finish_job(s->engine, job);
}

static int begin(struct ph__session *s, struct ph__job *job)
{
    int rc = ph__job_take_turn(job, s->engine->recipients);
    if (rc)
        return rc;
    /* The machine may raise its end at once: first among the jobs, then told */
    ph__list_append(&s->jobs, &job->link);
    job->session = s;
    rc = ph_machine_begin(s->machine, &job->turn.env);
    if (!rc)
        return PH_OK;
    ph__list_remove(&job->link);
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
    s->idle = false;
    s->messages++;
    job->attempts++;
    return true;
}
