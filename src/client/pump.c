#include <stdlib.h>

#include "client/parts.h"

static void commit(struct ph_job *job)
{
    job->commit(job, job->user);
}

static void carry_out(struct ph_client *c, const struct ph__order *order)
{
    struct ph__link_up *link =
        order->session ? ph__session_user(order->session) : NULL;
    switch (order->type) {
    case PH__DIAL:
        ph__link_dial(c, order->session);
        return;
    case PH__START_TLS:
        ph__link_trace(link);
        ph__link_start_tls(link);
        return;
    case PH__LOG_IN:
        ph__link_trace(link);
        ph__link_log_in(link);
        return;
    case PH__SETTLED:
        ph__link_settle(link);
        return;
    case PH__HEALTH:
        ph__client_tell_health(c);
        return;
    case PH__COMMIT:
        commit(ph__of(order->job, struct ph_job, job));
        return;
    case PH__FINISHED:
        ph__job_finish(ph__of(order->job, struct ph_job, job));
        return;
    case PH__CLOSE:
        if (link)
            ph__link_close(link);
        else
            ph__session_free(order->session);
        return;
    }
}

static void on_alarm(uv_timer_t *timer)
{
    ph__client_pump(timer->data);
}

/* Never in the past: what was due was pulled just now. It keeps the loop alive
 * only for submissions that wait, which is when there is one. */
static void set_alarm(struct ph_client *c)
{
    uint64_t at = ph__engine_wakeup(c->engine);
    uint64_t now = uv_now(c->loop);
    if (at == PH__NEVER || c->timers_closing)
        uv_timer_stop(&c->alarm);
    else
        uv_timer_start(&c->alarm, on_alarm, at > now ? at - now : 1, 0);
}

/* Callbacks of the caller run inside; what they ask for is carried out by the
 * loop below, not by a second pump inside the first. */
void ph__client_pump(struct ph_client *c)
{
    struct ph__order order;
    if (c->pumping)
        return;
    c->pumping = true;
    while (ph__engine_next(c->engine, uv_now(c->loop), &order))
        carry_out(c, &order);
    ph__client_offer_room(c);
    c->pumping = false;
    set_alarm(c);
    ph__client_finish_close(c);
}

static void on_soon(uv_timer_t *timer)
{
    ph__client_pump(timer->data);
}

void ph__client_pump_soon(struct ph_client *c)
{
    if (!c->pumping && !uv_is_active((uv_handle_t *)&c->soon))
        uv_timer_start(&c->soon, on_soon, 0, 0);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct ph_client *c = handle->data;
    ph_closed_cb cb = c->closed;
    void *user = c->closed_user;
    if (--c->timers)
        return;
    ph__client_free(c);
    if (cb)
        cb(user);
}

void ph__client_finish_close(struct ph_client *c)
{
    uv_timer_t *timers[] = {&c->soon, &c->alarm, &c->patience};
    if (!c->closing || c->pumping || c->links || c->timers_closing ||
        !ph__engine_empty(c->engine))
        return;
    c->timers_closing = true;
    c->timers = sizeof(timers) / sizeof(*timers);
    for (unsigned i = 0; i < sizeof(timers) / sizeof(*timers); i++)
        uv_close((uv_handle_t *)timers[i], on_timer_closed);
}
