#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/class.h"
#include "engine/parts.h"

/* Sessions that cannot be had: what is remembered of it, who is told, and when
 * one is tried again. */

void ph__engine_remember(struct ph__engine *e, const struct ph_error *why,
                         bool reached)
{
    struct ph__failure *f = &e->failure;
    f->error = *why;
    f->error.reply.text =
        ph__text_fit(f->text, sizeof(f->text), why->reply.text);
    f->error.detail = ph__text_fit(f->detail, sizeof(f->detail), why->detail);
    f->reached = reached;
    f->now = true;
    e->told = false;
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

/* ---- the circuit breaker ---- */

/* Who is told at once needs none. */
static bool has_breaker(const struct ph__engine *e)
{
    return e->opts.policy.outage_ms > 0;
}

/* When those who wait for a session have waited long enough. */
static uint64_t patience_ends(const struct ph__engine *e)
{
    const struct ph__policy *p = &e->opts.policy;
    uint64_t since = e->breaker.failing_at;
    if (e->draining || !(e->served || p->patient))
        return 0;
    return p->outage_ms < PH__NEVER - since ? since + p->outage_ms : PH__NEVER;
}

/* A server that does not know us or whose certificate is wrong will say the
 * same in a minute: asking often may lock us out. */
static bool is_hard(const struct ph_error *why)
{
    bool for_now = why->reply.code / 100 == 4;
    return why->code == PH_E_TLS || why->code == PH_E_NO_TLS ||
           why->code == PH_E_RESOLVE || why->code == PH_E_PERMANENT ||
           (why->code == PH_E_AUTH && !for_now);
}

static bool is_greeted(const struct ph__session *s)
{
    return s->greeted && s->phase == PH__TALKING;
}

static unsigned greeted(const struct ph__engine *e)
{
    unsigned n = 0;
    for (struct ph__link *l = e->sessions.next; l != &e->sessions; l = l->next)
        n += is_greeted(ph__of(l, struct ph__session, link));
    return n;
}

/* While others live, ask for fewer from now on; when there is none, nobody can
 * be served. The session itself no longer counts as open. */
void ph__engine_no_session(struct ph__engine *e, const struct ph_error *why,
                           bool reached)
{
    e->stats.dial_failures++;
    ph__engine_remember(e, why, reached);
    if (may_go_in_clear(e, why)) {
        e->in_clear++;
        return;
    }
    if (may_ask_again(e, why)) {
        e->refused = true;
        return;
    }
    /* One that was turned away says nothing of those that are being let in. */
    unsigned others = why->reply.code ? e->stats.open : greeted(e);
    if (others) {
        ph__room_full(&e->room, e->now, others);
        return;
    }
    if (has_breaker(e))
        ph__breaker_failed(&e->breaker, &e->random, e->now, is_hard(why));
    if (e->stats.open > 0)
        return; /* one of those may have more luck */
    ph__room_init(&e->room, e->opts.connections);
    if (!has_breaker(e) || patience_ends(e) <= e->now)
        ph__engine_doom(e, false);
}

void ph__engine_has_session(struct ph__engine *e)
{
    e->told &= !e->failure.now;
    e->failure.now = false;
    e->served = true;
    e->refused = false;
}

void ph__engine_has_answer(struct ph__engine *e)
{
    e->told &= e->breaker.state == PH__BREAKER_CLOSED;
    ph__breaker_succeeded(&e->breaker);
}

void ph__engine_lost_session(struct ph__engine *e)
{
    e->stats.lost++;
    if (!has_breaker(e))
        return;
    ph__breaker_failed(&e->breaker, &e->random, e->now, false);
    e->told = false;
}

/* A session for each job that waits, connecting ones counted; but after a
 * failure one after the other, until one is READY. */
bool ph__engine_may_dial(struct ph__engine *e)
{
    bool wanted = e->stats.queued > e->connecting &&
                  e->stats.open < e->room.limit && e->paced_until <= e->now;
    if (!wanted || (e->failure.now && e->connecting))
        return false;
    return !has_breaker(e) ||
           ph__breaker_lets(&e->breaker, e->now, e->connecting);
}

uint64_t ph__engine_outage_end(const struct ph__engine *e)
{
    bool shut = e->breaker.state == PH__BREAKER_OPEN && e->failure.error.code;
    bool alone = e->stats.open == 0 && !ph__list_empty(&e->queue);
    return shut && alone ? patience_ends(e) : PH__NEVER;
}

void ph__engine_tick_outage(struct ph__engine *e)
{
    if (ph__engine_outage_end(e) <= e->now)
        ph__engine_doom(e, false);
}

/* ---- PIPELINING that is a lie ---- */

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
