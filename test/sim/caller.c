#include "sim/caller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/books.h"

enum {
    RESTART_MS = 1000, /* from one life to the next */
    LATE_MS = 100 * 1000,
    NEAR_MS = 10 * 1000,
    FAR_MS = 30 * 60 * 1000, /* a wish or a deadline comes within */
    /* Within it a session that was told to end has ended, whatever goes before
     * what it was told for. */
    GRACE_MS = 2 * 3600 * 1000
};

/* ---- mails ---- */

/* Lines with dots in front, lines without anything, an end without CRLF. */
static void write_content(struct sim_world *w, struct sim_mail *m)
{
    static const char *const lines[] = {
        "", ".", "..", ".x", "x.", "dear you,", "yours", "QUIT", "354 no"};
    size_t wanted = sim_below(&w->caller, w->plan.content + 1);
    char *at = sim_resize(NULL, wanted + 128);
    m->content = at;
    at += snprintf(at, 64, "Subject: m%u\r\n\r\n", m->number);
    while ((size_t)(at - m->content) < wanted) {
        const char *line = lines[sim_below(&w->caller, 9)];
        size_t len = strlen(line);
        memcpy(at, line, len);
        memcpy(at + len, "\r\n", 2);
        at += len + 2;
    }
    bool open_end = sim_chance(&w->caller, 100);
    if (open_end)
        *at++ = 'x';
    m->content_len = (size_t)(at - m->content);
}

static void *zeroed(size_t count, size_t size)
{
    void *made = sim_resize(NULL, count * size);
    memset(made, 0, count * size);
    return made;
}

static void prepare(struct sim_world *w, struct sim_mail *m, unsigned number)
{
    struct sim_random *r = &w->caller;
    m->number = number;
    m->count = sim_between(r, 1, w->plan.recipients);
    m->fates = zeroed(m->count, sizeof(*m->fates));
    m->results = zeroed(m->count, sizeof(*m->results));
    m->addresses = zeroed(m->count, sizeof(*m->addresses));
    m->to = zeroed(m->count, sizeof(*m->to));
    m->which = zeroed(m->count, sizeof(*m->which));
    m->commits = sim_chance(r, w->plan.commits);
    m->whole = sim_chance(r, w->plan.whole);
    snprintf(m->from, sizeof(m->from), "m%u@sim.test", number);
    for (size_t i = 0; i < m->count; i++)
        snprintf(m->addresses[i], sizeof(m->addresses[i]), "r%u.%zu@sim.test",
                 number, i);
    write_content(w, m);
    if (number && sim_chance(r, w->plan.chained)) {
        struct sim_mail *before = m - 1;
        before->chained = number + 1;
        m->waits = true;
    }
}

void sim_caller_prepare(struct sim_world *w)
{
    w->mails = zeroed(w->plan.mails, sizeof(*w->mails));
    for (unsigned i = 0; i < w->plan.mails; i++)
        prepare(w, &w->mails[i], i);
    w->figures.mails = w->plan.mails;
    for (unsigned i = 0; i < w->plan.mails; i++)
        w->figures.recipients += w->mails[i].count;
}

/* ---- a life ---- */

/* Uncertain ones are sent again only where somebody insists. */
static bool is_open(const struct sim_fate *fate)
{
    return !fate->told || fate->outcome == PH_UNSENT ||
           fate->outcome == PH_DEFERRED;
}

static void put_down(struct sim_world *w, uint64_t at, enum sim_event_type type,
                     unsigned who)
{
    sim_agenda_add(&w->agenda, at, type, who, w->life);
}

/* True if somebody is left to be sent to. */
static bool revive(struct sim_mail *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->count; i++) {
        struct sim_fate *fate = &m->fates[i];
        fate->seen = fate->refused = false;
        fate->put_off = 0;
        fate->put_off_at = 0;
        if (is_open(fate))
            m->which[n++] = i;
    }
    m->job.env.to_count = n;
    m->submitted = m->canceled = false;
    m->finished = 0;
    m->begun = 0;
    m->most = 0;
    m->stopped_at = 0;
    m->journal = SIM_UNKNOWN;
    return n > 0;
}

void sim_caller_begin(struct sim_world *w)
{
    const struct sim_plan *p = &w->plan;
    for (unsigned i = 0; i < p->mails; i++) {
        struct sim_mail *m = &w->mails[i];
        bool waits = m->waits && w->life == 0;
        if (!revive(m))
            m->finished = 1; /* in an earlier life */
        else if (!waits)
            put_down(w,
                     w->now + (w->life ? RESTART_MS
                                       : sim_below(&w->caller, p->spread_ms)),
                     SIM_SUBMIT, i);
    }
    enum sim_end end = p->ends[w->life];
    if (end == SIM_END_DRAIN || end == SIM_END_ABORT)
        put_down(w, w->now + p->end_at[w->life], SIM_STOP, 0);
}

static void make_job(struct sim_mail *m)
{
    size_t count = m->job.env.to_count;
    m->job = (struct ph__job){.deadline = m->job.deadline};
    ph__list_init(&m->job.link);
    for (size_t i = 0; i < count; i++) {
        m->to[i] = m->addresses[m->which[i]];
        m->results[i] = (struct ph_recipient_result){
            .address = m->to[i], .detail = "", .reply = {.text = ""}};
    }
    m->job.env = (struct ph_envelope){.size = sizeof(m->job.env),
                                      .from = m->from,
                                      .to = m->to,
                                      .to_count = count,
                                      .content_size = m->content_len,
                                      .all_or_nothing = m->whole,
                                      .commit = m->commits};
    m->wanted = count;
    size_t cut = m->content_len / 3;
    m->slices[0] = (struct ph_slice){m->content, cut};
    m->slices[1] = (struct ph_slice){m->content + cut, m->content_len - cut};
    m->job.content = cut ? m->slices : m->slices + 1;
    m->job.slices = cut ? 2 : 1;
    m->job.results = m->results;
}

static void submit(struct sim_world *w, struct sim_mail *m)
{
    struct sim_random *r = &w->caller;
    if (w->stopping || m->submitted)
        return;
    make_job(m);
    m->job.deadline = 0;
    if (sim_chance(r, w->plan.overdue)) {
        m->job.deadline =
            w->now + 1 + sim_below(r, sim_chance(r, 500) ? NEAR_MS : FAR_MS);
        put_down(w, m->job.deadline + 1, SIM_CHECK, m->number);
    }
    if (sim_chance(r, w->plan.canceled))
        put_down(w, w->now + sim_below(r, FAR_MS), SIM_CANCEL, m->number);
    m->submitted = true;
    sim_note(w, "m%u submitted, %zu recipients, %zu octets", m->number,
             m->job.env.to_count, m->content_len);
    ph__engine_submit(w->engine, &m->job);
}

/* ---- wishes ---- */

static void cancel(struct sim_world *w, struct sim_mail *m)
{
    if (!m->submitted || m->finished)
        return;
    sim_count(w, SIM_CANCELED);
    sim_note(w, "m%u canceled", m->number);
    m->canceled = true;
    m->stopped_at = w->now;
    ph__engine_cancel(w->engine, &m->job, PH_E_CANCELED);
    if (sim_chance(&w->caller, 500)) /* insists */
        ph__engine_cancel(w->engine, &m->job, PH_E_CANCELED);
    put_down(w, w->now + 1, SIM_CHECK, m->number);
}

/* ---- orders ---- */

void sim_caller_commit(struct sim_world *w, struct ph__job *job)
{
    struct sim_mail *m = ph__of(job, struct sim_mail, job);
    if (!m->commits || m->finished)
        sim_violation(w, "m%u: a commit that nobody wants", m->number);
    m->journal = SIM_PENDING;
    sim_note(w, "m%u to be committed", m->number);
    if (sim_strikes(w, &w->caller, SIM_GO_NEVER))
        return;
    if (sim_strikes(w, &w->caller, SIM_GO_LATE)) {
        put_down(w, w->now + sim_below(&w->caller, LATE_MS), SIM_GO, m->number);
        return;
    }
    m->gone = true;
    ph__engine_go(job);
}

void sim_caller_finished(struct sim_world *w, struct ph__job *job)
{
    struct sim_mail *m = ph__of(job, struct sim_mail, job);
    m->finished++;
    sim_books_finish(w, m);
    ph__job_done(job);
    m->journal = SIM_SETTLED;
    if (m->chained && w->life == 0)
        submit(w, &w->mails[m->chained - 1]);
    if (sim_chance(&w->caller, w->plan.canceled)) /* from inside */
        cancel(w, &w->mails[sim_below(&w->caller, w->plan.mails)]);
    if (sim_caller_is_done(w) && !w->stopping) {
        sim_note(w, "all done: drain");
        w->stopping = true;
        ph__engine_drain(w->engine);
    }
}

/* ---- time ---- */

/* Canceled or overdue: it may only be in a session that is about to end. */
static void check(struct sim_world *w, struct sim_mail *m)
{
    uint64_t since = m->stopped_at ? m->stopped_at : m->job.deadline;
    if (!m->submitted || m->finished)
        return;
    if (!m->canceled)
        sim_count(w, SIM_OVERDUE);
    if (!m->job.session)
        sim_violation(w, "m%u still waits, though %s", m->number,
                      m->canceled ? "canceled" : "its time is over");
    else if (w->now > since + GRACE_MS || w->plan.options.session.ahead == 1)
        sim_violation(w, "m%u is still under way, though %s", m->number,
                      m->canceled ? "canceled" : "its time is over");
    else
        put_down(w, since + GRACE_MS + 1, SIM_CHECK, m->number);
}

static void stop(struct sim_world *w)
{
    bool abort_it = w->plan.ends[w->life] == SIM_END_ABORT;
    if (w->stopping)
        return;
    sim_count(w, SIM_STOPPED);
    sim_note(w, abort_it ? "abort" : "drain");
    w->stopping = true;
    if (abort_it)
        ph__engine_abort(w->engine);
    else
        ph__engine_drain(w->engine);
}

void sim_caller_event(struct sim_world *w, const struct sim_event *ev)
{
    struct sim_mail *m = &w->mails[ev->who];
    if (ev->arg != w->life || !w->engine)
        return;
    if (ev->type == SIM_SUBMIT)
        submit(w, m);
    else if (ev->type == SIM_CANCEL)
        cancel(w, m);
    else if (ev->type == SIM_CHECK)
        check(w, m);
    else if (ev->type == SIM_STOP)
        stop(w);
    else if (ev->type == SIM_GO && m->submitted && !m->finished) {
        m->gone = true;
        ph__engine_go(&m->job);
    }
}

bool sim_caller_is_done(const struct sim_world *w)
{
    for (unsigned i = 0; i < w->plan.mails; i++)
        if (!w->mails[i].finished)
            return false;
    return true;
}

/* ---- the end of a life ---- */

/* Between COMMIT and FINISHED the journal says "pending": it may have arrived.
 */
static void leave_in_doubt(struct sim_world *w, struct sim_mail *m)
{
    for (size_t i = 0; i < m->job.env.to_count; i++) {
        struct sim_fate *fate = &m->fates[m->which[i]];
        fate->told = true;
        fate->outcome = PH_UNCERTAIN;
    }
}

void sim_caller_take_stock(struct sim_world *w)
{
    for (unsigned i = 0; i < w->plan.mails; i++) {
        struct sim_mail *m = &w->mails[i];
        if (m->submitted && m->journal == SIM_PENDING)
            leave_in_doubt(w, m);
        for (size_t k = 0; w->plan.by_force && k < m->count; k++) {
            struct sim_fate *fate = &m->fates[k];
            if (!fate->told || fate->outcome != PH_UNCERTAIN)
                continue;
            fate->told = false;
            fate->in_doubt++;
        }
        if (m->submitted && !m->finished)
            ph__job_done(&m->job);
    }
}

void sim_caller_free(struct sim_world *w)
{
    for (unsigned i = 0; i < w->plan.mails; i++) {
        struct sim_mail *m = &w->mails[i];
        free(m->fates);
        free(m->results);
        free(m->addresses);
        free((void *)m->to);
        free(m->which);
        free(m->content);
    }
    free(w->mails);
}
