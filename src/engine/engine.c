#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "engine/parts.h"

int ph__engine_new(struct ph__engine **out,
                   const struct ph__engine_options *opts)
{
    struct ph__engine *e = calloc(1, sizeof(*e));
    if (!e)
        return PH_E_NOMEM;
    e->opts = *opts;
    e->limit = opts->connections;
    e->recipients = opts->recipients ? opts->recipients : UINT_MAX;
    ph__list_init(&e->queue);
    ph__list_init(&e->finished);
    ph__list_init(&e->sessions);
    ph__list_init(&e->work);
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
           ph__list_empty(&e->sessions);
}

struct ph__engine_stats ph__engine_stats(const struct ph__engine *e)
{
    return e->stats;
}

/* ---- jobs ---- */

static struct ph__session *find(struct ph__engine *e,
                                bool (*suits)(const struct ph__session *))
{
    for (struct ph__link *l = e->sessions.next; l != &e->sessions;
         l = l->next) {
        struct ph__session *s = ph__of(l, struct ph__session, link);
        if (suits(s) && ph__list_empty(&s->work))
            return s;
    }
    return NULL;
}

static bool has_a_content_out(const struct ph__session *s)
{
    return s->phase == PH__TALKING && ph_machine_may_begin(s->machine);
}

bool ph__engine_is_crowded(const struct ph__engine *e)
{
    unsigned to_dial = e->limit > e->stats.open ? e->limit - e->stats.open : 0;
    return e->stats.queued > to_dial + e->connecting;
}

static void wake_one(struct ph__engine *e)
{
    struct ph__session *s = find(e, ph__session_idle);
    if (!s && ph__engine_is_crowded(e))
        s = find(e, has_a_content_out);
    if (s)
        ph__session_wake(s);
}

void ph__engine_submit(struct ph__engine *e, struct ph__job *job)
{
    ph__list_append(&e->queue, &job->link);
    e->stats.queued++;
    wake_one(e);
}

struct ph__job *ph__engine_take_job(struct ph__engine *e)
{
    if (ph__list_empty(&e->queue))
        return NULL;
    struct ph__job *job = ph__of(e->queue.next, struct ph__job, link);
    ph__list_remove(&job->link);
    e->stats.queued--;
    return job;
}

void ph__engine_return_job(struct ph__engine *e, struct ph__job *job)
{
    ph__list_append(e->queue.next, &job->link); /* in front of the first */
    e->stats.queued++;
}

void ph__engine_finish_job(struct ph__engine *e, struct ph__job *job)
{
    job->session = NULL;
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

/* ---- sessions that cannot be had ---- */

static const char *keep(char *out, size_t size, const char *text)
{
    size_t len = text ? strnlen(text, size - 1) : 0;
    if (len)
        memmove(out, text, len);
    out[len] = '\0';
    return out;
}

static void remember(struct ph__failure *f, const struct ph_error *why,
                     bool reached)
{
    f->error = *why;
    f->error.reply.text = keep(f->text, sizeof(f->text), why->reply.text);
    f->error.detail = keep(f->detail, sizeof(f->detail), why->detail);
    f->reached = reached;
}

static void doom_queue(struct ph__engine *e)
{
    struct ph__job *job;
    while ((job = ph__engine_take_job(e)) != NULL) {
        ph__job_judge(job, PH_UNSENT, &e->failure.error);
        job->reached |= e->failure.reached;
        job->mechanism = e->failure.mechanism;
        ph__engine_finish_job(e, job);
    }
}

/* U29: credentials that are asked for anew may have been too old. */
static bool may_ask_again(const struct ph__engine *e,
                          const struct ph_error *why)
{
    return e->opts.session.ask_login && !e->refused && why->code == PH_E_AUTH &&
           why->reply.code == 535;
}

/* S03: opportunistic TLS is better than none, but none is better than no mail:
 * the next session does without. Nothing secret goes over it. */
static bool may_go_in_clear(const struct ph__engine *e,
                            const struct ph_error *why)
{
    const struct ph_session_options *o = &e->opts.session;
    bool failed = why->code == PH_E_TLS || why->code == PH_E_TIMEOUT ||
                  why->code == PH_E_CLOSED; /* but was not attacked: S01 */
    return o->tls == PH_TLS_OPPORTUNISTIC && !o->auth && !o->ask_login &&
           why->stage == PH_STAGE_TLS && failed;
}

bool ph__engine_goes_in_clear(const struct ph__engine *e)
{
    return e->in_clear > 0;
}

const struct ph_error *ph__engine_refusal(const struct ph__engine *e)
{
    return e->refused ? &e->failure.error : NULL;
}

/* While others live, ask for fewer from now on; when there is none, nobody can
 * be served. The session itself no longer counts as open. */
void ph__engine_no_session(struct ph__engine *e, const struct ph_error *why,
                           bool reached)
{
    remember(&e->failure, why, reached);
    if (may_go_in_clear(e, why)) {
        e->in_clear++;
        return;
    }
    if (may_ask_again(e, why)) {
        e->refused = true;
        return;
    }
    if (e->stats.open > 0) {
        e->limit = e->stats.open;
        return;
    }
    e->limit = e->opts.connections;
    doom_queue(e);
}

void ph__engine_avoid_groups(struct ph__engine *e)
{
    static const char word[] = "PIPELINING,";
    const char *others = e->opts.session.without;
    size_t len = others ? strlen(others) : 0;
    if (e->without)
        return;
    e->without = malloc(sizeof(word) + len);
    if (!e->without)
        return;
    memcpy(e->without, word, sizeof(word));
    if (len)
        memcpy(e->without + sizeof(word) - 1, others, len + 1);
    e->opts.session.without = e->without;
}

/* ---- leaving ---- */

static void wake_all(struct ph__engine *e)
{
    for (struct ph__link *l = e->sessions.next; l != &e->sessions; l = l->next)
        ph__session_wake(ph__of(l, struct ph__session, link));
}

void ph__engine_drain(struct ph__engine *e)
{
    e->draining = true;
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
    remember(&e->failure, &why, false);
    doom_queue(e);
    struct ph__link *next;
    for (struct ph__link *l = e->sessions.next; l != &e->sessions; l = next) {
        next = l->next;
        ph__session_failed(ph__of(l, struct ph__session, link), PH_E_CANCELED,
                           PH_STAGE_INPUT, "canceled");
    }
}

/* ---- orders ---- */

/* A session for each job that waits, connecting ones counted. */
static bool want_session(const struct ph__engine *e)
{
    return e->stats.queued > e->connecting && e->stats.open < e->limit;
}

static bool order_dial(struct ph__engine *e, uint64_t now,
                       struct ph__order *out)
{
    struct ph__session *s;
    if (!want_session(e))
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
    s->deadline = now + e->opts.dial_ms;
    *out = (struct ph__order){.type = PH__DIAL, .session = s};
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
    for (;;) {
        if (order_finished(e, out))
            return true;
        if (ph__list_empty(&e->work))
            break;
        struct ph__session *s = ph__of(e->work.next, struct ph__session, work);
        if (ph__session_serve(s, now, out))
            return true;
    }
    return order_dial(e, now, out) || order_finished(e, out);
}
