#include <posthaste/mx.h>

#include <stdlib.h>

#include "client/complete.h"
#include "mx/limits.h"
#include "mx/parts.h"

/* ---- birth ---- */

/* To wait for better times is the caller's, who knows of all exchangers. */
static bool paces_only(const struct ph_policy *p)
{
    return !p ||
           (p->size == sizeof(*p) && p->attempts <= 1 && !p->outage_secs &&
            !p->even_uncertain && !p->queue_messages && !p->queue_octets);
}

/* A server, or credentials, would be for one exchanger alone. */
static bool is_for_all(const struct ph_client_options *o)
{
    const struct ph_session_options *s = o->session;
    return o->size == sizeof(*o) && !o->host && !o->port && !o->unix_path &&
           !o->tls_name && !o->tls_pins && !o->login && paces_only(o->policy) &&
           (!s || (!s->auth && !s->ask_login && !s->lmtp &&
                   s->tls != PH_TLS_IMPLICIT));
}

static int make_clients(struct ph_mx *mx, const struct ph_client_options *opts)
{
    struct ph_client_options own = {.size = sizeof(own)};
    struct ph_session_options session = {.size = sizeof(session),
                                         .tls = PH_TLS_OPPORTUNISTIC};
    if (opts && !is_for_all(opts))
        return PH_E_INVALID;
    if (opts)
        own = *opts;
    if (own.session)
        session = *own.session;
    own.session = &session;
    own.host = "mx.invalid"; /* RFC 2606 2: nobody; it is never dialled */
    mx->floor = session.tls == PH_TLS_REQUIRED;
    bool encrypts = session.tls != PH_TLS_NONE;
    int rc = ph_client_new(&mx->usual, mx->loop, &own);
    session.tls = PH_TLS_REQUIRED;
    own.tls_insecure = false;
    if (!rc && encrypts)
        rc = ph_client_new(&mx->strict, mx->loop, &own);
    if (!rc && encrypts)
        ph__client_side_with(mx->strict, mx->usual);
    return rc;
}

static int make_dns(struct ph_mx *mx, const struct ph_mx_options *opts)
{
    const struct ph_network *network =
        opts->client ? opts->client->network : NULL;
    struct ph__dns_options dns = {.servers =
                                      network ? network->resolvers : NULL,
                                  .trust = opts->trust_resolver};
    return ph__dns_new(&mx->dns, mx->loop, &dns);
}

static struct ph_mx *alloc(uv_loop_t *loop, const struct ph_mx_options *opts)
{
    struct ph_mx *mx = calloc(1, sizeof(*mx));
    if (!mx)
        return NULL;
    mx->loop = loop;
    mx->port = opts->port ? opts->port : PH__MX_PORT;
    mx->deliveries = opts->deliveries ? opts->deliveries : PH__MX_DELIVERIES;
    ph__list_init(&mx->waiting);
    ph__list_init(&mx->jobs);
    ph__list_init(&mx->finished);
    ph__list_init(&mx->hosts);
    ph__sts_memory_init(&mx->memory);
    mx->fetch = opts->fetch;
    mx->user = opts->user;
    uv_timer_init(loop, &mx->soon); /* cannot fail, see libuv */
    mx->soon.data = mx;
    return mx;
}

int ph_mx_new(struct ph_mx **out, struct uv_loop_s *loop,
              const struct ph_mx_options *opts)
{
    static const struct ph_mx_options none = {.size = sizeof(none)};
    if (!opts)
        opts = &none;
    if (!loop || opts->size != sizeof(*opts))
        return PH_E_INVALID;
    struct ph_mx *mx = alloc(loop, opts);
    if (!mx)
        return PH_E_NOMEM;
    int rc = make_clients(mx, opts->client);
    if (!rc)
        rc = make_dns(mx, opts);
    if (rc) {
        mx->closing = true; /* its handles take a turn of the loop to close */
        ph__mx_finish_close(mx);
        return rc;
    }
    *out = mx;
    return PH_OK;
}

/* ---- work ---- */

static void begin_some(struct ph_mx *mx)
{
    while (mx->active < mx->deliveries && !ph__list_empty(&mx->waiting)) {
        struct ph__link *first = mx->waiting.next;
        ph__list_remove(first);
        ph__mx_delivery_begin(ph__of(first, struct ph__mx_delivery, link));
    }
}

static void tell_all(struct ph_mx *mx)
{
    while (!ph__list_empty(&mx->finished)) {
        struct ph__link *first = mx->finished.next;
        ph__list_remove(first);
        ph__mx_job_tell(ph__of(first, struct ph__mx_job, link));
    }
}

/* Callbacks of the caller run inside. */
static void on_soon(uv_timer_t *timer)
{
    struct ph_mx *mx = timer->data;
    mx->working = true;
    begin_some(mx);
    tell_all(mx);
    mx->working = false;
    ph__mx_finish_close(mx);
}

void ph__mx_work_soon(struct ph_mx *mx)
{
    if (!uv_is_active((uv_handle_t *)&mx->soon))
        uv_timer_start(&mx->soon, on_soon, 0, 0);
}

static bool is_for_mx(const struct ph_send_options *o)
{
    return o->size == sizeof(*o) && !o->job && !o->deadline_secs;
}

int ph_mx_send(struct ph_mx *mx, struct ph_message *msg,
               const struct ph_send_options *opts, ph_sent_cb cb, void *user)
{
    struct ph__mx_job *job;
    if (!msg || mx->closing || (opts && !is_for_mx(opts)))
        return PH_E_INVALID;
    int rc = ph__message_complete(msg);
    if (!rc)
        rc = ph__mx_job_new(&job, mx, msg, opts);
    if (rc)
        return rc;
    job->cb = cb;
    job->user = user;
    job->submitted = uv_now(mx->loop);
    ph__list_append(&mx->jobs, &job->link);
    struct ph__link *l = job->deliveries.next;
    for (; l != &job->deliveries; l = l->next) {
        struct ph__mx_delivery *d = ph__of(l, struct ph__mx_delivery, of_job);
        ph__list_append(&mx->waiting, &d->link);
        mx->waiting_count++;
    }
    ph__mx_work_soon(mx);
    return PH_OK;
}

void ph_mx_stats(const struct ph_mx *mx, struct ph_stats *out)
{
    if (out->size != sizeof(*out))
        return;
    struct ph_stats sum = mx->past;
    sum.open = 0; /* of those that are closing nobody counts any more */
    const struct ph__link *l = mx->hosts.next;
    for (; l != &mx->hosts; l = l->next) {
        const struct ph__mx_host *host = ph__of(l, struct ph__mx_host, link);
        if (!host->closing)
            ph__mx_add_stats(&sum, host->client);
    }
    *out = sum;
    out->size = sizeof(*out);
    out->queued = mx->waiting_count;
    out->tls = out->cipher = "";
}
