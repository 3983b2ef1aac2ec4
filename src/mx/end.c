/* The end: submissions first, then exchangers, then what all of them used. */
#include <stdlib.h>

#include "mx/parts.h"

static void part_closed(void *user)
{
    struct ph_mx *mx = user;
    if (--mx->parts)
        return;
    ph_closed_cb cb = mx->closed;
    void *closed_user = mx->closed_user;
    ph__sts_memory_done(&mx->memory);
    free(mx);
    if (cb)
        cb(closed_user);
}

static void on_timer_closed(uv_handle_t *handle)
{
    part_closed(handle->data);
}

static void close_parts(struct ph_mx *mx)
{
    mx->parts =
        1U + (mx->dns != NULL) + (mx->usual != NULL) + (mx->strict != NULL);
    if (mx->dns)
        ph__dns_close(mx->dns, part_closed, mx);
    if (mx->strict)
        ph_client_close(mx->strict, part_closed, mx);
    if (mx->usual)
        ph_client_close(mx->usual, part_closed, mx);
    uv_close((uv_handle_t *)&mx->soon, on_timer_closed);
}

static void close_hosts(struct ph_mx *mx, bool abort)
{
    struct ph__link *next;
    for (struct ph__link *l = mx->hosts.next; l != &mx->hosts; l = next) {
        next = l->next;
        ph__mx_host_close(ph__of(l, struct ph__mx_host, link), abort);
    }
}

void ph__mx_finish_close(struct ph_mx *mx)
{
    if (!mx->closing || mx->working || mx->parts ||
        !ph__list_empty(&mx->jobs) || !ph__list_empty(&mx->finished))
        return;
    close_hosts(mx, mx->aborted);
    if (ph__list_empty(&mx->hosts))
        close_parts(mx);
}

static void begin_close(struct ph_mx *mx, ph_closed_cb cb, void *user)
{
    if (mx->closing)
        return;
    mx->closing = true;
    mx->closed = cb;
    mx->closed_user = user;
}

void ph_mx_close(struct ph_mx *mx, ph_closed_cb cb, void *user)
{
    begin_close(mx, cb, user);
    if (!mx->parts)
        ph__mx_work_soon(mx);
}

static void cancel_job(struct ph__mx_job *job)
{
    struct ph__link *next;
    struct ph__link *l = job->deliveries.next;
    for (; l != &job->deliveries; l = next) {
        next = l->next;
        ph__mx_delivery_cancel(ph__of(l, struct ph__mx_delivery, of_job));
    }
}

void ph_mx_abort(struct ph_mx *mx, ph_closed_cb cb, void *user)
{
    struct ph__link *next;
    begin_close(mx, cb, user);
    mx->aborted = true;
    for (struct ph__link *l = mx->jobs.next; l != &mx->jobs; l = next) {
        next = l->next;
        cancel_job(ph__of(l, struct ph__mx_job, link));
    }
    close_hosts(mx, true);
    if (!mx->parts)
        ph__mx_work_soon(mx);
}
