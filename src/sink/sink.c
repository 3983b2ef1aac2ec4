#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/text.h"
#include "sink/conn.h"

enum {
    SIZE_LIMIT = 64 << 20,
    IDLE_MS = 5 * 60 * 1000, /* RFC 5321 4.5.3.2.7 */
    NAME_MAX_BYTES = 512,
    PLAIN_MAX = 1 << 20 /* decrypted from one read */
};

/* ---- the end ---- */

static void dispose(struct ph__sink *sink)
{
    void (*closed)(void *user) = sink->closed;
    void *user = sink->closed_user;
    ph__sink_faults_done(&sink->host.faults);
    ph__sink_script_done(&sink->host.script);
    ph__tls_context_free(sink->tls);
    ph__buf_done(&sink->name);
    ph__buf_wipe(&sink->plain);
    OPENSSL_cleanse(sink->input, sizeof(sink->input));
    free(sink);
    if (closed)
        closed(user);
}

/* All who matter are gone: those that brought a message when it was enough,
 * everybody when draining. */
static bool finished(const struct ph__sink *sink)
{
    switch (sink->host.mode) {
    case PH__SINK_OPEN:
        return false;
    case PH__SINK_FULL:
        return sink->delivered == 0;
    case PH__SINK_DRAINING:
        return ph__list_empty(&sink->connections);
    }
    return false;
}

/* After something was closed. */
static void settle(struct ph__sink *sink)
{
    if (sink->closing) {
        if (!sink->handles && ph__list_empty(&sink->connections))
            dispose(sink);
        return;
    }
    if (sink->done || !finished(sink))
        return;
    sink->done = true;
    if (sink->opts.done)
        sink->opts.done(sink->opts.callback_user);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct ph__sink *sink = handle->data;
    sink->handles--;
    settle(sink);
}

static void stop_listening(struct ph__sink *sink)
{
    if (!sink->listening)
        return;
    sink->listening = false;
    uv_close(&sink->listener.handle, on_handle_closed);
}

/* ---- time ---- */

static bool is_due(const struct ph__sink *sink, struct ph__link *list,
                   uint64_t after_ms)
{
    if (ph__list_empty(list))
        return false;
    struct ph__sink_conn *c = ph__of(list->next, struct ph__sink_conn, due);
    return uv_now(sink->loop) - c->since_ms >= after_ms;
}

static void on_tick(uv_timer_t *timer);

static void start_tick(struct ph__sink *sink)
{
    uint64_t ms = sink->opts.idle_ms;
    if (ms > PH__SINK_TICK_MS)
        ms = PH__SINK_TICK_MS;
    if (!uv_is_active((uv_handle_t *)&sink->tick))
        uv_timer_start(&sink->tick, on_tick, ms, ms);
}

static void take(struct ph__sink *sink)
{
    sink->starved = sink->listening && ph__sink_conn_accept(sink);
    if (sink->starved)
        start_tick(sink);
}

/* Both lists are in the order of time: their heads tell. */
static void on_tick(uv_timer_t *timer)
{
    struct ph__sink *sink = timer->data;
    if (sink->starved)
        take(sink);
    while (is_due(sink, &sink->idle, sink->opts.idle_ms))
        ph__sink_conn_expire(
            ph__of(sink->idle.next, struct ph__sink_conn, due));
    while (is_due(sink, &sink->leaving, PH__SINK_LINGER_MS))
        ph__sink_conn_close(
            ph__of(sink->leaving.next, struct ph__sink_conn, due));
    struct ph__link *next;
    for (struct ph__link *at = sink->slow.next; at != &sink->slow; at = next) {
        next = at->next;
        ph__sink_conn_drip(ph__of(at, struct ph__sink_conn, due));
    }
    if (ph__list_empty(&sink->connections) && !sink->starved)
        uv_timer_stop(timer);
}

/* ---- told by the connections ---- */

void ph__sink_opened(struct ph__sink *sink, struct ph__sink_conn *c)
{
    ph__list_append(&sink->connections, &c->all);
    start_tick(sink);
}

void ph__sink_closed(struct ph__sink *sink, struct ph__sink_conn *c)
{
    sink->delivered -= c->delivered;
    settle(sink);
}

/* The connection brought something. */
static void count(struct ph__sink_conn *c, uint64_t so_far)
{
    struct ph__sink *sink = c->sink;
    sink->delivered += !c->delivered;
    c->delivered = true;
    if (so_far != sink->opts.max_messages)
        return;
    if (sink->host.mode == PH__SINK_OPEN)
        sink->host.mode = PH__SINK_FULL;
    stop_listening(sink);
}

void ph__sink_played(void *conn, struct ph__sink_difference *difference)
{
    struct ph__sink_conn *c = conn;
    struct ph__sink *sink = c->sink;
    const struct ph__sink_options *opts = &sink->opts;
    count(c, ++sink->plays);
    if (!difference)
        return;
    sink->counts.differences++;
    if (opts->differed)
        opts->differed(opts->callback_user, difference);
}

void ph__sink_concluded(void *conn, const char *dialogue)
{
    const struct ph__sink_conn *c = conn;
    const struct ph__sink_options *opts = &c->sink->opts;
    opts->dialogue(opts->callback_user, dialogue);
}

int ph__sink_deliver(void *conn, struct ph__sink_message *message)
{
    struct ph__sink_conn *c = conn;
    struct ph__sink *sink = c->sink;
    const struct ph__sink_options *opts = &sink->opts;
    if (sink->closing || sink->host.mode == PH__SINK_FULL)
        return PH_E_CANCELED;
    int rc = opts->message ? opts->message(opts->callback_user, message) : 0;
    if (rc)
        return PH_E_LIMIT;
    sink->counts.messages++;
    sink->counts.recipients += message->to_count;
    count(c, sink->counts.messages);
    return PH_OK;
}

static void on_connection(uv_stream_t *listener, int status)
{
    if (status == 0)
        take(listener->data);
}

/* ---- the beginning ---- */

/* Do any options say what the server says? */
static bool decides(const struct ph__sink_options *opts)
{
    return opts->user || opts->lmtp || opts->reply_count || opts->limits ||
           opts->with || opts->without || opts->max_recipients;
}

static int check(const struct ph__sink_options *opts, struct ph__buf *why)
{
    const char *problem = NULL;
    if (!opts->tls_cert != !opts->tls_key)
        problem = "certificate and key go together";
    else if (opts->implicit_tls && !opts->tls_cert)
        problem = "TLS from the first octet needs a certificate and a key";
    else if (!opts->user != !opts->password)
        problem = "user and password go together";
    else if (opts->max_recipients > PH__SINK_RECIPIENTS_MAX)
        problem = "more recipients than a message can have";
    else if (opts->script && decides(opts))
        problem = "a script says everything: no user, LMTP, replies, limits "
                  "or extensions go with it";
    else if (opts->user && !ph__text_is_utf8(opts->user, strlen(opts->user)))
        problem = "the user's name is not UTF-8";
    if (!problem)
        return PH_OK;
    ph__buf_add_text(why, problem);
    return PH_E_INVALID;
}

/* What the sessions are to say. */
static int configure_host(struct ph__sink_host *host, struct ph__buf *why)
{
    const struct ph__sink_options *opts = host->opts;
    int rc = ph__sink_extension_set(&host->extensions, opts->with,
                                    opts->without, why);
    bool tls = ph__sink_has(host->extensions, PH__SINK_EXT_REQUIRETLS);
    if (!rc && tls && !opts->tls_cert) {
        ph__buf_add_text(why, "REQUIRETLS needs a certificate and a key");
        return PH_E_INVALID;
    }
    if (!rc && opts->limits)
        rc = ph__sink_quota_parse(&host->quotas, opts->limits, why);
    if (!rc && opts->script)
        rc = ph__sink_script_read(&host->script, opts->script, why);
    for (size_t i = 0; !rc && i < opts->reply_count; i++)
        rc = ph__sink_faults_add(&host->faults, opts->replies[i], why);
    return rc;
}

static int configure(struct ph__sink *sink, struct ph__buf *why)
{
    struct ph__sink_options *opts = &sink->opts;
    struct ph__sink_host *host = &sink->host;
    host->opts = opts;
    host->deliver = ph__sink_deliver;
    host->played = ph__sink_played;
    host->concluded = opts->dialogue ? ph__sink_concluded : NULL;
    if (!opts->listen)
        opts->listen = "127.0.0.1:2525";
    if (!opts->idle_ms)
        opts->idle_ms = IDLE_MS;
    host->size_limit = opts->size_limit ? opts->size_limit : SIZE_LIMIT;
    int rc = check(opts, why);
    if (!rc)
        rc = configure_host(host, why);
    if (!rc && opts->tls_cert) {
        struct ph__tls_options tls = {.server = true,
                                      .cert_file = opts->tls_cert,
                                      .key_file = opts->tls_key};
        rc = ph__tls_context_new(&sink->tls, &tls, why);
    }
    return rc;
}

int ph__sink_new(struct ph__sink **out, uv_loop_t *loop,
                 const struct ph__sink_options *opts, struct ph__buf *why)
{
    struct ph__sink *sink = calloc(1, sizeof(*sink));
    if (!sink)
        return PH_E_NOMEM;
    sink->loop = loop;
    sink->opts = *opts;
    ph__buf_init(&sink->name, NAME_MAX_BYTES);
    ph__buf_init(&sink->plain, PLAIN_MAX);
    ph__list_init(&sink->connections);
    ph__list_init(&sink->idle);
    ph__list_init(&sink->leaving);
    ph__list_init(&sink->slow);
    uv_timer_init(loop, &sink->tick);
    sink->tick.data = sink;
    sink->handles++;
    int rc = configure(sink, why);
    if (!rc)
        rc = ph__sink_listen(sink, on_connection, why);
    if (rc) {
        ph__sink_close(sink, NULL, NULL);
        return rc;
    }
    *out = sink;
    return PH_OK;
}

/* ---- for the owner ---- */

uint16_t ph__sink_port(const struct ph__sink *s)
{
    return s->port;
}

const char *ph__sink_name(const struct ph__sink *s)
{
    return ph__buf_text(&s->name);
}

const struct ph__sink_counts *ph__sink_counts(const struct ph__sink *s)
{
    return &s->counts;
}

/* The next of the list may be closed meanwhile, but not freed: that is later,
 * from the loop. */
static void for_each(struct ph__sink *sink,
                     void (*tell)(struct ph__sink_conn *c))
{
    struct ph__link *head = &sink->connections;
    for (struct ph__link *at = head->next; at != head; at = at->next)
        tell(ph__of(at, struct ph__sink_conn, all));
}

void ph__sink_drain(struct ph__sink *s)
{
    if (s->closing || s->host.mode == PH__SINK_DRAINING)
        return;
    s->host.mode = PH__SINK_DRAINING;
    stop_listening(s); /* its end, or a connection's, leads to settle() */
    for_each(s, ph__sink_conn_drain);
}

void ph__sink_close(struct ph__sink *s, void (*cb)(void *user), void *user)
{
    if (s->closing)
        return;
    s->closing = true;
    s->closed = cb;
    s->closed_user = user;
    stop_listening(s);
    uv_close((uv_handle_t *)&s->tick, on_handle_closed);
    for_each(s, ph__sink_conn_close);
}
