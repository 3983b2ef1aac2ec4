#include <stdio.h>
#include <stdlib.h>

#include "net/parts.h"

static void meet_doom(struct ph__conn *c);

static void on_timer(uv_timer_t *timer)
{
    struct ph__conn *c = timer->data;
    c->timer_at = UINT64_MAX;
    if (c->doom.code) {
        meet_doom(c);
        return;
    }
    if (uv_now(c->net->loop) < c->deadline) {
        ph__conn_deadline(c, c->deadline); /* it was moved back meanwhile */
        return;
    }
    c->deadline = UINT64_MAX;
    c->events->expired(c->user);
}

static void set_timer(struct ph__conn *c, uint64_t at_ms)
{
    if (c->timer_at <= at_ms)
        return;
    uint64_t now = uv_now(c->net->loop);
    /* Only a handle that is closing refuses, and then we do not come here. */
    (void)uv_timer_start(&c->timer, on_timer, at_ms > now ? at_ms - now : 0, 0);
    c->timer_at = at_ms;
}

static void stop_timer(struct ph__conn *c)
{
    uv_timer_stop(&c->timer);
    c->timer_at = UINT64_MAX;
}

int ph__conn_new(struct ph__conn **out, struct ph__net *net,
                 const struct ph__conn_events *events, void *user)
{
    struct ph__conn *c = calloc(1, sizeof(*c));
    if (!c)
        return PH_E_NOMEM;
    c->net = net;
    c->events = events;
    c->user = user;
    c->fd = -1;
    c->deadline = c->timer_at = UINT64_MAX;
    ph__buf_init(&c->out, PH__NET_OUT_MAX);
    uv_timer_init(net->loop, &c->timer);
    c->timer.data = c;
    c->handles = 1;
    *out = c;
    return PH_OK;
}

void ph__conn_deadline(struct ph__conn *c, uint64_t at_ms)
{
    if (c->phase == PH__CONN_DEAD || c->closing)
        return;
    c->deadline = at_ms;
    if (c->doom.code)
        return; /* the timer has something better to do */
    if (at_ms == UINT64_MAX)
        stop_timer(c);
    else
        set_timer(c, at_ms);
}

void ph__conn_set_idle(struct ph__conn *c, bool idle)
{
    if (c->closing)
        return;
    c->idle = idle;
    void (*change)(uv_handle_t *) = idle ? uv_unref : uv_ref;
    change((uv_handle_t *)&c->timer);
    if (c->fd >= 0)
        change((uv_handle_t *)&c->poll);
}

struct ph__tls *ph__conn_tls(const struct ph__conn *c)
{
    return c->tls;
}

const char *ph__conn_peer(const struct ph__conn *c)
{
    return c->was_open ? c->where : "";
}

void ph__conn_die(struct ph__conn *c)
{
    c->phase = PH__CONN_DEAD;
    c->doom.code = PH_OK;
    stop_timer(c);
    if (c->fd >= 0)
        uv_poll_stop(&c->poll);
    ph__conn_hang_up(c);
}

void ph__conn_opened(struct ph__conn *c)
{
    ph__conn_hang_up(c);
    c->phase = PH__CONN_OPEN;
    c->was_open = true;
    ph__conn_await(c);
    c->events->opened(c->user);
}

void ph__conn_fail(struct ph__conn *c, enum ph_code code, enum ph_stage stage,
                   const char *what)
{
    char detail[2048];
    snprintf(detail, sizeof(detail), "%s: %s", c->where, what);
    ph__conn_die(c);
    c->events->failed(c->user, code, stage, detail);
}

void ph__conn_doom(struct ph__conn *c, enum ph_code code, enum ph_stage stage,
                   const char *what)
{
    if (c->doom.code || c->phase == PH__CONN_DEAD || c->closing)
        return;
    c->doom = (struct ph__conn_doom){code, stage, what};
    stop_timer(c);
    set_timer(c, 0);
}

static void meet_doom(struct ph__conn *c)
{
    /* A server may have said why before it closed: "421 too many". */
    if (c->phase == PH__CONN_OPEN && c->doom.code == PH_E_CLOSED) {
        ph__conn_read_rest(c);
        return;
    }
    if (c->phase == PH__CONN_PROXY && c->doom.code == PH_E_CLOSED)
        c->doom.code = PH_E_CONNECT; /* the server was not reached yet */
    ph__conn_fail(c, c->doom.code, c->doom.stage, c->doom.what);
}

void ph__conn_release(struct ph__conn *c)
{
    if (--c->handles)
        return;
    void (*closed)(void *user) = c->closed;
    void *user = c->closed_user;
    ph__tls_free(c->tls);
    ph__buf_wipe(&c->out);
    free(c);
    if (closed)
        closed(user);
}

static void on_timer_closed(uv_handle_t *handle)
{
    ph__conn_release(handle->data);
}

void ph__conn_close(struct ph__conn *c, void (*closed)(void *user), void *user)
{
    if (c->closing)
        return;
    c->closing = true;
    ph__conn_say_goodbye(c);
    c->closed = closed;
    c->closed_user = user;
    ph__conn_hang_up(c);
    ph__conn_unwatch(c);
    uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}
