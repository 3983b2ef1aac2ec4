#include "sim/driver.h"

#include <stdlib.h>
#include <string.h>

#include "sim/books.h"
#include "sim/caller.h"
#include "sim/net.h"

enum { SLICES = 16, SHAKE_MS = 500, LOGIN_MS = 2000, WAKEUPS_FOR_NOTHING = 20 };

/* ---- a life ---- */

void sim_driver_begin(struct sim_world *w)
{
    struct ph__engine_options opts = w->plan.options;
    if (w->plan.paced && ph__pace_new(&w->pace, w->plan.pace))
        exit(2);
    opts.pace = w->pace;
    if (ph__engine_new(&w->engine, &opts))
        exit(2);
    w->stopping = false;
    w->wakeup = PH__NEVER;
    w->greeted = 0;
    w->dial_count = 0;
    w->fewer_at = 0;
}

void sim_driver_end(struct sim_world *w)
{
    for (size_t i = 0; i < w->conn_count; i++) {
        struct sim_conn *c = w->conns[i];
        if (!c->session)
            continue;
        ph__session_free(c->session);
        sim_net_client_dies(w, c);
    }
    w->figures.sessions += ph__engine_stats(w->engine).connections;
    ph__engine_free(w->engine);
    w->engine = NULL;
    ph__pace_free(w->pace);
    w->pace = NULL;
    w->open = 0;
}

bool sim_driver_crashes(const struct sim_world *w)
{
    const struct sim_plan *p = &w->plan;
    return w->engine && p->ends[w->life] == SIM_END_CRASH &&
           w->steps >= p->end_at[w->life];
}

/* ---- orders ---- */

static void later(struct sim_world *w, const struct sim_conn *c, uint64_t ms,
                  enum sim_event_type type)
{
    sim_agenda_add(&w->agenda, w->now + ms, type, c->number, 0);
}

static void set_timer(struct sim_world *w, struct sim_conn *c)
{
    uint64_t deadline = ph__session_deadline(c->session);
    if (deadline == PH__NEVER || (c->timer && c->timer <= deadline))
        return;
    c->timer = deadline > w->now ? deadline : w->now + 1;
    sim_agenda_add(&w->agenda, c->timer, SIM_TIMER, c->number, 0);
}

static void flush(struct sim_world *w, struct sim_conn *c)
{
    struct ph_slice slices[SLICES];
    size_t count;
    while (!c->busy && c->connected &&
           (count = ph__session_output(c->session, slices, SLICES)) > 0) {
        size_t total = 0;
        for (size_t i = 0; i < count && !c->busy; i++)
            total += sim_net_write(w, c, slices[i].data, slices[i].len);
        if (total)
            ph__session_sent(c->session, total);
    }
}

static void settle(struct sim_world *w, struct sim_conn *c)
{
    sim_books_taint(w, c);
    flush(w, c);
    set_timer(w, c);
}

static void dial(struct sim_world *w, struct ph__session *s)
{
    w->open++;
    w->figures.dials++;
    sim_books_dial(w);
    struct sim_conn *c = sim_net_dial(w, s);
    ph__session_set_user(s, c);
    set_timer(w, c);
}

static void hang_up(struct sim_world *w, struct ph__session *s)
{
    struct sim_conn *c = ph__session_user(s);
    w->open--;
    flush(w, c);
    sim_note(w, "#%u closed", c->number);
    sim_net_client_closes(w, c);
    ph__session_free(s);
}

static void carry_out(struct sim_world *w, const struct ph__order *o)
{
    struct sim_conn *c = o->session ? ph__session_user(o->session) : NULL;
    switch (o->type) {
    case PH__DIAL:
        dial(w, o->session);
        return;
    case PH__START_TLS:
        flush(w, c);
        if (!sim_strikes(w, &w->net, SIM_SHAKE_UNANSWERED))
            later(w, c, sim_below(&w->net, SHAKE_MS), SIM_SHAKEN);
        return;
    case PH__LOG_IN:
        if (!sim_strikes(w, &w->caller, SIM_LOGIN_UNANSWERED))
            later(w, c, sim_below(&w->caller, LOGIN_MS), SIM_LOGIN);
        return;
    case PH__SETTLED:
        settle(w, c);
        return;
    case PH__COMMIT:
        sim_caller_commit(w, o->job);
        return;
    case PH__FINISHED:
        sim_caller_finished(w, o->job);
        return;
    case PH__HEALTH:
        return;
    case PH__CLOSE:
        hang_up(w, o->session);
        return;
    }
}

/* Whoever wants to be pulled now, and now again, would keep a loop busy. */
static void set_wakeup(struct sim_world *w)
{
    uint64_t at = ph__engine_wakeup(w->engine);
    if (at > w->now)
        w->woken = 0;
    if (at <= w->now && ++w->woken > WAKEUPS_FOR_NOTHING)
        sim_violation(w, "the engine wants to be pulled again and again");
    if (at < w->now)
        at = w->now;
    if (at == w->wakeup && at > w->now)
        return; /* it is put down */
    w->wakeup = at;
    if (at != PH__NEVER)
        sim_agenda_add(&w->agenda, at, SIM_WAKEUP, 0, w->life);
}

void sim_driver_pump(struct sim_world *w)
{
    struct ph__order order;
    unsigned count = 0;
    while (!w->failed && !sim_driver_crashes(w) &&
           ph__engine_next(w->engine, w->now, &order)) {
        w->steps++;
        sim_mix(w, w->now, order.type);
        carry_out(w, &order);
        if (++count % 64 == 0)
            sim_books_pulled(w, count);
    }
    sim_books_pulled(w, count);
    if (!sim_driver_crashes(w))
        set_wakeup(w);
}

/* ---- what happens ---- */

static void on_shaken(struct sim_world *w, struct sim_conn *c)
{
    if (sim_strikes(w, &w->net, SIM_SHAKE_FAILED)) {
        sim_note(w, "#%u TLS has failed", c->number);
        ph__session_failed(c->session, PH_E_TLS, PH_STAGE_TLS, "broken");
        return;
    }
    sim_note(w, "#%u TLS", c->number);
    sim_peer_secured(w, c);
    ph__session_secured(c->session);
}

static void on_login(struct sim_world *w, struct sim_conn *c)
{
    static const struct ph_credentials tim = {.size = sizeof(tim),
                                              .user = "tim",
                                              .password = "secret",
                                              .plaintext = true};
    if (sim_strikes(w, &w->caller, SIM_LOGIN_MISSING)) {
        sim_note(w, "#%u nobody is in", c->number);
        ph__session_no_login(c->session, "nobody is in");
        return;
    }
    (void)ph__session_log_in(c->session, &tim);
}

static void on_timer(struct sim_world *w, struct sim_conn *c,
                     const struct sim_event *ev)
{
    if (ev->at != c->timer)
        return;
    c->timer = 0;
    if (ph__session_deadline(c->session) <= w->now)
        sim_note(w, "#%u deadline", c->number);
    ph__session_expired(c->session, w->now);
    set_timer(w, c);
}

void sim_driver_event(struct sim_world *w, const struct sim_event *ev)
{
    struct sim_conn *c = w->conns[ev->who];
    if (!c->session)
        return;
    if (ev->type == SIM_SHAKEN)
        on_shaken(w, c);
    else if (ev->type == SIM_LOGIN)
        on_login(w, c);
    else if (ev->type == SIM_TIMER)
        on_timer(w, c, ev);
}
