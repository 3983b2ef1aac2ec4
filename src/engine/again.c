#include "engine/class.h"
#include "engine/parts.h"

/* What becomes of a job whose recipients all have a result: a table of
 * outcomes, what they are about, and what that costs (U05, U17, U18). */

enum {
    LOSSES = 5, /* policy's default */
    LOSS_WAIT_MS = 1000,
    LOSS_LONGEST_MS = 60000,
    LONGEST_MS = 3600000
};

/* Could another attempt end better? */
static bool may_help(const struct ph_recipient_result *r,
                     const struct ph__policy *policy)
{
    switch (r->outcome) {
    case PH_ACCEPTED:
    case PH_REFUSED:
        return false;
    case PH_UNCERTAIN:
        return policy->even_uncertain && r->code != PH_E_PERMANENT;
    case PH_DEFERRED:
        return true;
    case PH_UNSENT:
        break;
    }
    return r->code == PH_E_TEMPORARY || r->about == PH_CLASS_NETWORK;
}

/* Was it the connection, or the crowd, and not the message? */
static bool is_free(const struct ph_recipient_result *r)
{
    return r->about == PH_CLASS_NETWORK || r->about == PH_CLASS_CONCURRENCY ||
           r->about == PH_CLASS_RATE || r->reply.code == 421;
}

struct survey {
    size_t hopeful;
    size_t refused;
    bool free; /* all the hopeful are */
    bool greylisted;
    bool lost; /* all the hopeful are, without a word */
};

static struct survey look_at(const struct ph__job *job,
                             const struct ph__policy *policy)
{
    struct survey s = {.free = true, .lost = true};
    for (size_t i = 0; i < job->env.to_count; i++) {
        const struct ph_recipient_result *r = &job->results[i];
        s.refused += r->outcome == PH_REFUSED;
        if (!may_help(r, policy))
            continue;
        s.hopeful++;
        s.free &= is_free(r);
        s.lost &= r->about == PH_CLASS_NETWORK;
        s.greylisted |= r->about == PH_CLASS_GREYLIST;
    }
    return s;
}

/* How long to wait, and what it costs; false when it has had all it may. */
static bool charge(struct ph__job *job, struct ph__engine *e,
                   const struct survey *s, uint64_t *wait)
{
    const struct ph__policy *p = &e->opts.policy;
    unsigned losses = p->losses ? p->losses : LOSSES;
    uint64_t longest = p->longest_ms ? p->longest_ms : LONGEST_MS;
    if (s->free && job->losses < losses) {
        job->attempts--;
        job->losses++;
        *wait = s->lost && job->losses == 1
                    ? 0
                    : ph__retry_wait(&e->random, LOSS_WAIT_MS, LOSS_LONGEST_MS,
                                     job->losses);
        return true;
    }
    job->losses = 0;
    if (++job->round >= p->attempts)
        return false;
    *wait = ph__retry_wait(&e->random, p->wait_ms, longest, job->round + 1);
    if (s->greylisted && *wait < p->greylist_ms)
        *wait = p->greylist_ms;
    return true;
}

enum ph__plan ph__job_plan(struct ph__job *job, struct ph__engine *e,
                           uint64_t *wait)
{
    const struct ph__policy *p = &e->opts.policy;
    struct survey s = look_at(job, p);
    bool spoilt = job->env.all_or_nothing && s.refused;
    if (p->attempts <= 1 || e->draining || job->canceled || spoilt ||
        !s.hopeful || !charge(job, e, &s, wait))
        return PH__PLAN_FINISH;
    if (job->deadline && e->now + *wait >= job->deadline)
        return PH__PLAN_FINISH;
    ph__job_keep_texts(job);
    for (size_t i = 0; i < job->env.to_count; i++)
        if (may_help(&job->results[i], p))
            ph__result_reopen(&job->results[i]);
    e->stats.retries++;
    return PH__PLAN_LATER;
}

/* ---- what results are about ---- */

/* Without a reply; the rest is the network's, or the caller's. */
static const enum ph_class about[] = {
    [-PH_E_CANCELED] = PH_CLASS_CALLER,   [-PH_E_AUTH] = PH_CLASS_AUTH,
    [-PH_E_TLS] = PH_CLASS_CONFIG,        [-PH_E_NO_TLS] = PH_CLASS_CONFIG,
    [-PH_E_RESOLVE] = PH_CLASS_CONFIG,    [-PH_E_INVALID] = PH_CLASS_CONFIG,
    [-PH_E_ADDRESS] = PH_CLASS_RECIPIENT, [-PH_E_CONTENT] = PH_CLASS_MESSAGE,
    [-PH_E_HEADER] = PH_CLASS_MESSAGE,    [-PH_E_EXTENSION] = PH_CLASS_MESSAGE,
    [-PH_E_PROTOCOL] = PH_CLASS_SERVER};

enum ph_class ph__class_of(const struct ph_recipient_result *r,
                           const char **hint)
{
    size_t code = (size_t)-r->code;
    if (r->outcome == PH_ACCEPTED)
        return PH_CLASS_NONE;
    if (r->reply.code && r->code != PH_E_PROTOCOL && r->code != PH_E_DOUBT) {
        const struct ph__class_row *row = ph__classify(r->stage, &r->reply);
        *hint = row->hint;
        return row->class;
    }
    if (code < sizeof(about) / sizeof(*about) && about[code])
        return about[code];
    return r->stage == PH_STAGE_INPUT ? PH_CLASS_CALLER : PH_CLASS_NETWORK;
}
