#include <stdlib.h>
#include <string.h>

#include "sim/books.h"

/* What the caller is told, and what the engine wants done. */

enum {
    DIALS_A_MINUTE = 20,
    /* while nobody lets us in (U05) */ MINUTE_MS = 60000,
    QUIET_MS = 60000,    /* before a further session is tried (U26) */
    ORDERS_A_EVENT = 100 /* and some for each mail and session */
};

/* ---- results ---- */

/* Every reply about a mail says whose it is: [m12] or [m12.3]. */
static void check_token(struct sim_world *w, const struct sim_mail *m, size_t i,
                        const struct ph_recipient_result *r)
{
    const char *at = strstr(r->reply.text, "[m");
    char *end;
    if (!at)
        return;
    unsigned long number = strtoul(at + 2, &end, 10);
    bool mine =
        number == m->number && (*end != '.' || strtoul(end + 1, NULL, 10) == i);
    if (!mine)
        sim_violation(w, "m%u.%zu is told what is about another: \"%s\"",
                      m->number, i, r->reply.text);
}

static bool is_ours(const struct ph_recipient_result *r)
{
    return !r->reply.code &&
           (r->code == PH_E_LIMIT || r->code == PH_E_EXTENSION ||
            r->code == PH_E_ADDRESS);
}

static const char *find_lie(const struct sim_mail *m, const struct sim_fate *f,
                            const struct ph_recipient_result *r)
{
    switch (r->outcome) {
    case PH_ACCEPTED:
        return r->code                           ? "an error"
               : !f->accepted || !f->heard       ? "nobody has taken it"
               : !strstr(r->reply.text, "taken") ? "that is another reply"
                                                 : NULL;
    case PH_REFUSED:
        return !f->refused && !is_ours(r) && !m->mangled
                   ? "nobody has refused it"
                   : NULL;
    case PH_UNCERTAIN:
        return m->commits && !m->gone ? "it had not been let go" : NULL;
    case PH_UNSENT:
        return f->seen ? "the server has seen its RCPT" : NULL;
    case PH_DEFERRED:
        return r->code ? NULL : "no reason";
    }
    return "no such outcome";
}

/* Nothing was wrong, or it would not be wrong for ever and there was time; and
 * nobody was in a hurry. */
static bool must_arrive(const struct sim_world *w, const struct sim_mail *m)
{
    const struct ph__policy *p = &w->plan.options.policy;
    bool patient = p->attempts == SIM_ENDLESS && p->losses == SIM_ENDLESS &&
                   p->outage_ms == PH__NEVER && p->patient;
    return (sim_plan_is_calm(&w->plan) || patient) && !w->stopping &&
           !m->canceled && !m->job.deadline && !m->whole &&
           m->content_len <= w->plan.server.size_max;
}

static void check_attempts(struct sim_world *w, const struct sim_mail *m)
{
    unsigned most = w->plan.options.policy.attempts;
    if (m->job.env.to_count == 1 && m->job.attempts > (most ? most : 1))
        sim_violation(w, "m%u has had %u attempts, where %u may be", m->number,
                      m->job.attempts, most);
}

void sim_books_finish(struct sim_world *w, struct sim_mail *m)
{
    sim_mix(w, m->number, m->finished);
    if (m->finished != 1 || !m->submitted)
        sim_violation(w, "m%u comes back again", m->number);
    check_attempts(w, m);
    for (size_t i = 0; i < m->job.env.to_count; i++) {
        const struct ph_recipient_result *r = &m->results[i];
        struct sim_fate *fate = &m->fates[m->which[i]];
        const char *lie = find_lie(m, fate, r);
        sim_mix(w, r->outcome, (uint64_t)r->reply.code);
        sim_note(w, "m%u.%zu %s: %s, %d %s %s", m->number, m->which[i],
                 ph_outcome_name(r->outcome), ph_stage_name(r->stage),
                 r->reply.code, r->reply.text, r->detail);
        if (r->address != m->to[i])
            sim_violation(w, "m%u.%zu is told as another", m->number, i);
        if (lie && !m->tainted)
            sim_violation(w, "m%u.%zu is told \"%s\", but %s", m->number,
                          m->which[i], ph_outcome_name(r->outcome), lie);
        if (must_arrive(w, m) && !m->tainted && !m->mangled &&
            (r->outcome == PH_UNSENT || r->outcome == PH_DEFERRED))
            sim_violation(w, "m%u.%zu is told \"%s\", and could have gone",
                          m->number, m->which[i], ph_outcome_name(r->outcome));
        if (!m->tainted && !m->mangled)
            check_token(w, m, m->which[i], r);
        fate->told = true;
        fate->outcome = r->outcome;
    }
}

/* ---- orders ---- */

void sim_books_dial(struct sim_world *w)
{
    const size_t room = sizeof(w->dials) / sizeof(w->dials[0]);
    uint64_t greeted = ph__engine_stats(w->engine).connections;
    if (w->open > w->plan.options.connections)
        sim_violation(w, "%u sessions, where %u may be", w->open,
                      w->plan.options.connections);
    if (w->open == 1)
        w->fewer_at = 0; /* it begins anew */
    if (w->now - w->fewer_at >= QUIET_MS)
        w->fewer_at = 0;
    if (w->fewer_at && w->open > 1 && w->open > w->fewer)
        sim_violation(w, "%u sessions, though %u are to do", w->open, w->fewer);
    if (greeted != w->greeted)
        w->dial_count = 0;
    w->greeted = greeted;
    w->dials[w->dial_count++ % room] = w->now;
    /* Without a breaker each mail is told at once, and the next one dials. */
    if (!w->plan.options.policy.outage_ms || w->dial_count <= DIALS_A_MINUTE)
        return;
    uint64_t then = w->dials[(w->dial_count - 1 - DIALS_A_MINUTE) % room];
    if (w->now - then < 60000)
        sim_violation(w, "%d dials in %llu ms, and nobody lets us in",
                      DIALS_A_MINUTE + 1, (unsigned long long)(w->now - then));
}

/* Room in the pace that nobody uses, though somebody waits for it. */
static void check_thrift(struct sim_world *w)
{
    const struct ph__engine_stats s = ph__engine_stats(w->engine);
    const struct ph__engine_health h = ph__engine_health(w->engine);
    uint64_t limit = w->plan.pace[PH__PACE_MESSAGES].minute;
    uint64_t count = s.under_way;
    if (!s.queued || h.paced_until <= w->now || h.breaker != PH__BREAKER_CLOSED)
        return;
    for (size_t i = 0; i < w->taken_count; i++)
        count += w->taken[i].at + MINUTE_MS + MINUTE_MS / 60 > w->now;
    if (count < limit)
        sim_violation(w, "%llu of %llu a minute, and %u wait",
                      (unsigned long long)count, (unsigned long long)limit,
                      s.queued);
}

void sim_books_pulled(struct sim_world *w, unsigned orders)
{
    unsigned most = ORDERS_A_EVENT + 8 * (w->plan.mails + w->open);
    w->figures.orders += orders;
    if (w->stopping && ph__engine_stats(w->engine).waiting)
        sim_violation(w, "drained, and mails still wait for better times");
    if (w->plan.thrifty)
        check_thrift(w);
    if (orders > most)
        sim_violation(w, "more than %u orders at once", most);
}
