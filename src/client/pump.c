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
    c->pumping = false;
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

static void on_soon_closed(uv_handle_t *handle)
{
    struct ph_client *c = handle->data;
    ph_closed_cb cb = c->closed;
    void *user = c->closed_user;
    ph__client_free(c);
    if (cb)
        cb(user);
}

void ph__client_finish_close(struct ph_client *c)
{
    if (!c->closing || c->pumping || c->links || c->soon_closed ||
        !ph__engine_empty(c->engine))
        return;
    c->soon_closed = true;
    uv_close((uv_handle_t *)&c->soon, on_soon_closed);
}
