#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sink/conn.h"

enum {
    BACKLOG_MAX = 256 * 1024, /* replies waiting: hear no more commands */
    WIRE_MAX = 32 << 20,      /* encrypted: more than any `out` makes */
    KEEP_BYTES = 4096         /* of a buffer, while nothing happens */
};

static void on_closed(uv_handle_t *handle)
{
    struct ph__sink_conn *c = handle->data;
    if (--c->handles)
        return;
    ph__list_remove(&c->all);
    ph__sink_late_done(&c->late);
    ph__sink_session_done(&c->session);
    ph__tls_free(c->tls);
    ph__buf_done(&c->wire);
    ph__buf_done(&c->flying);
    ph__sink_closed(c->sink, c);
    free(c);
}

void ph__sink_conn_close(struct ph__sink_conn *c)
{
    if (c->phase == PH__SINK_CLOSING)
        return;
    c->phase = PH__SINK_CLOSING;
    /* A script may be cut short here. */
    if (c->session.next == PH__SINK_GO_ON && !c->sink->closing)
        ph__sink_session_ended(&c->session);
    ph__list_remove(&c->due);
    uv_close(&c->socket.handle, on_closed);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}

static void queue(struct ph__sink_conn *c, struct ph__link *list)
{
    ph__list_remove(&c->due);
    ph__list_append(list, &c->due);
    c->since_ms = uv_now(c->sink->loop);
}

static bool secure(const struct ph__sink_conn *c)
{
    return c->tls && ph__tls_up(c->tls);
}

static void clear(struct ph__buf *b)
{
    ph__buf_clear(b);
    if (b->cap > KEEP_BYTES)
        ph__buf_done(b);
}

/* ---- writing ---- */

static void go_on(struct ph__sink_conn *c);

static void on_written(uv_write_t *request, int status)
{
    struct ph__sink_conn *c = request->data;
    if (c->phase == PH__SINK_CLOSING)
        return;
    clear(&c->flying);
    if (status < 0)
        ph__sink_conn_close(c);
    else
        go_on(c);
}

static void fly(struct ph__sink_conn *c, const char *data, size_t len)
{
    int rc = ph__buf_add(&c->flying, data, len);
    if (!rc) {
        uv_buf_t buf = uv_buf_init(c->flying.data, (unsigned)len);
        rc = uv_write(&c->write, &c->socket.stream, &buf, 1, on_written);
    }
    if (rc)
        ph__sink_conn_close(c);
}

/* One system call and no request when the kernel takes it all. An endless
 * reply is written by request only: others want their turn. */
static void put(struct ph__sink_conn *c, char *data, size_t len)
{
    int n = UV_EAGAIN;
    uv_buf_t buf = uv_buf_init(data, (unsigned)len);
    if (c->phase != PH__SINK_GUSHING)
        n = uv_try_write(&c->socket.stream, &buf, 1);
    if (n == UV_EAGAIN)
        n = 0;
    if (n < 0)
        ph__sink_conn_close(c);
    else if ((size_t)n < len)
        fly(c, data + n, len - (size_t)n);
}

static void sent(struct ph__sink_conn *c, size_t len)
{
    ph__sink_session_sent(&c->session, len);
    ph__sink_late_sent(&c->late, len);
}

/* How much of the replies may leave. */
static size_t sendable(struct ph__sink_conn *c)
{
    size_t len = ph__sink_session_sendable(&c->session);
    size_t due = ph__sink_late_due(&c->late, uv_now(c->sink->loop));
    return due < len ? due : len;
}

/* Writes `len` octets of the session's replies, and whatever TLS has to say. */
static void flush(struct ph__sink_conn *c, size_t len)
{
    struct ph__buf *out = &c->session.out;
    if (c->phase == PH__SINK_CLOSING || c->flying.len)
        return;
    if (len && secure(c)) {
        if (ph__tls_send(c->tls, out->data, len, &c->wire)) {
            ph__sink_conn_close(c);
            return;
        }
        sent(c, len);
    } else if (len) {
        put(c, out->data, len);
        sent(c, len);
    }
    if (!c->wire.len || c->phase == PH__SINK_CLOSING || c->flying.len)
        return;
    put(c, c->wire.data, c->wire.len);
    clear(&c->wire);
}

static void on_shut(uv_shutdown_t *request, int status)
{
    struct ph__sink_conn *c = request->data;
    if (c->phase != PH__SINK_CLOSING && (status < 0 || c->ended))
        ph__sink_conn_close(c);
}

/* Everything is said. The peer has a moment to read it: closing while its
 * octets are still unread would reset the connection and lose ours. */
static void leave(struct ph__sink_conn *c)
{
    c->phase = PH__SINK_LEAVING;
    queue(c, &c->sink->leaving);
    if (secure(c))
        ph__tls_close(c->tls, &c->wire);
    flush(c, 0);
    if (c->phase == PH__SINK_CLOSING)
        return;
    c->shutdown.data = c;
    if (uv_shutdown(&c->shutdown, &c->socket.stream, on_shut))
        ph__sink_conn_close(c);
}

/* Another piece of a multiline reply that does not end. */
static void gush(struct ph__sink_conn *c)
{
    enum { PIECE = 65536, LIMIT = 16 << 20 };
    const char *line = c->session.flood == '3'
                           ? "354-and there is more to come\r\n"
                           : "250-and there is more to come\r\n";
    struct ph__buf *out = &c->session.out;
    if (c->gushed >= LIMIT) {
        ph__sink_conn_close(c);
        return;
    }
    while (out->len < PIECE) {
        if (ph__buf_add_text(out, line)) {
            ph__sink_conn_close(c);
            return;
        }
    }
    c->gushed += out->len;
    flush(c, out->len);
}

static void set_paused(struct ph__sink_conn *c, bool paused);

static void on_late(uv_timer_t *timer)
{
    go_on(timer->data);
}

/* True: replies wait for their time, and the timer knows. */
static bool waits(struct ph__sink_conn *c)
{
    uint64_t due_ms, now = uv_now(c->sink->loop);
    if (!ph__sink_late_next(&due_ms, &c->late))
        return false;
    uv_timer_start(&c->timer, on_late, due_ms > now ? due_ms - now : 0, 0);
    return true;
}

/* Writes what may be written, and then what there is to do. */
static void go_on(struct ph__sink_conn *c)
{
    flush(c, sendable(c));
    if (c->phase == PH__SINK_CLOSING)
        return;
    bool talking = c->phase == PH__SINK_TALKING;
    bool waiting = waits(c);
    set_paused(c, c->ended || c->session.out.len > BACKLOG_MAX);
    if (talking && c->session.drip_to)
        queue(c, &c->sink->slow);
    if (waiting)
        return;
    if (c->session.next == PH__SINK_DROP) {
        ph__sink_conn_close(c);
        return;
    }
    if (c->flying.len)
        return;
    if (c->phase == PH__SINK_GUSHING)
        gush(c);
    else if (talking && c->session.next == PH__SINK_LEAVE &&
             !c->session.out.len)
        leave(c);
}

/* ---- hearing ---- */

static int start_tls(struct ph__sink_conn *c)
{
    int rc = ph__tls_new(&c->tls, c->sink->tls, NULL);
    return rc ? rc : ph__tls_start(c->tls, &c->wire);
}

static void stop_listening(struct ph__sink_conn *c, enum ph__sink_phase phase)
{
    ph__list_remove(&c->due);
    c->phase = phase;
}

/* What the session wants after it has heard something. */
static void obey(struct ph__sink_conn *c)
{
    uint64_t now = uv_now(c->sink->loop);
    if (ph__sink_late_note(&c->late, c->session.out.len, now)) {
        ph__sink_conn_close(c);
        return;
    }
    flush(c, sendable(c));
    if (c->phase == PH__SINK_CLOSING)
        return;
    switch (c->session.next) {
    case PH__SINK_GO_ON:
    case PH__SINK_LEAVE:
        break;
    case PH__SINK_SECURE:
        c->session.next = PH__SINK_GO_ON;
        if (start_tls(c)) {
            ph__sink_conn_close(c);
            return;
        }
        break;
    case PH__SINK_DROP:
    case PH__SINK_STALL:
        stop_listening(c, PH__SINK_MUTE);
        break;
    case PH__SINK_FLOOD:
        stop_listening(c, PH__SINK_GUSHING);
        break;
    }
    go_on(c);
}

static void secured(struct ph__sink_conn *c)
{
    snprintf(c->tls_version, sizeof(c->tls_version), "%s",
             ph__tls_version(c->tls));
    snprintf(c->tls_cipher, sizeof(c->tls_cipher), "%s",
             ph__tls_cipher(c->tls));
    c->sink->counts.handshakes++;
    ph__sink_session_secured(&c->session, c->tls_version, c->tls_cipher);
    if (c->sink->opts.implicit_tls)
        ph__sink_session_greet(&c->session);
}

static void hear(struct ph__sink_conn *c, const char *data, size_t len)
{
    uint64_t before = c->session.flights;
    c->sink->host.now = (int64_t)time(NULL);
    ph__sink_session_feed(&c->session, data, len);
    c->sink->counts.flights += c->session.flights - before;
}

/* The client will say nothing more. */
static void hear_nothing(struct ph__sink_conn *c)
{
    if (c->session.next != PH__SINK_GO_ON)
        return;
    ph__sink_session_ended(&c->session);
    if (c->session.next == PH__SINK_GO_ON)
        c->session.next = PH__SINK_LEAVE;
}

static void hear_cipher(struct ph__sink_conn *c, const char *data, size_t len)
{
    struct ph__buf *plain = &c->sink->plain;
    bool was_up = secure(c);
    /* A handshake before the whole reply to STARTTLS is none. */
    if (!was_up && c->session.out.len) {
        ph__sink_conn_close(c);
        return;
    }
    ph__buf_clear(plain);
    int rc = ph__tls_receive(c->tls, data, len, plain, &c->wire);
    if (!was_up && secure(c))
        secured(c);
    if (plain->len)
        hear(c, plain->data, plain->len);
    if (rc || ph__tls_closed(c->tls))
        hear_nothing(c);
    obey(c);
}

static void hear_end(struct ph__sink_conn *c, bool orderly)
{
    bool waiting = c->flying.len || c->wire.len || c->session.out.len;
    bool polite = c->phase == PH__SINK_TALKING || c->phase == PH__SINK_LEAVING;
    c->ended = true;
    if (c->phase == PH__SINK_TALKING)
        hear_nothing(c);
    if (!orderly || !waiting || !polite)
        ph__sink_conn_close(c);
    else
        go_on(c);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct ph__sink_conn *c = stream->data;
    if (n < 0) {
        hear_end(c, n == UV_EOF);
        return;
    }
    if (n == 0 || c->phase != PH__SINK_TALKING ||
        c->session.next != PH__SINK_GO_ON)
        return; /* what comes after our last words is not heard */
    if (!c->session.drip_to)
        queue(c, &c->sink->idle);
    if (c->tls) {
        hear_cipher(c, buf->base, (size_t)n);
        return;
    }
    hear(c, buf->base, (size_t)n);
    obey(c);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    struct ph__sink_conn *c = handle->data;
    *buf = uv_buf_init(c->sink->input, sizeof(c->sink->input));
}

static void set_paused(struct ph__sink_conn *c, bool paused)
{
    if (paused == c->paused)
        return;
    c->paused = paused;
    if (paused)
        uv_read_stop(&c->socket.stream);
    else if (uv_read_start(&c->socket.stream, on_alloc, on_read))
        ph__sink_conn_close(c);
}

/* ---- life ---- */

static void learn_peer(struct ph__sink_conn *c)
{
    struct sockaddr_storage address;
    int len = sizeof(address);
    char host[INET6_ADDRSTRLEN] = "?";
    c->session.peer = c->peer;
    if (c->sink->is_unix) {
        c->session.peer = ph__buf_text(&c->sink->name);
        return;
    }
    if (uv_tcp_getpeername(&c->socket.tcp, (struct sockaddr *)&address, &len))
        return;
    bool v6 = address.ss_family == AF_INET6;
    uv_ip_name((struct sockaddr *)&address, host, sizeof(host));
    /* Both families have the port in the same place. */
    unsigned port = ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
    snprintf(c->peer, sizeof(c->peer), v6 ? "[%s]:%u" : "%s:%u", host, port);
}

static int begin(struct ph__sink_conn *c)
{
    struct ph__sink *sink = c->sink;
    int rc = uv_accept(&sink->listener.stream, &c->socket.stream);
    if (rc)
        return rc;
    c->session.connection = ++sink->counts.connections;
    learn_peer(c);
    if (!sink->is_unix)
        uv_tcp_nodelay(&c->socket.tcp, 1);
    if (sink->opts.implicit_tls)
        rc = start_tls(c);
    else
        ph__sink_session_greet(&c->session);
    if (!rc)
        rc = uv_read_start(&c->socket.stream, on_alloc, on_read);
    return rc;
}

static void init(struct ph__sink_conn *c, struct ph__sink *sink)
{
    c->sink = sink;
    ph__buf_init(&c->wire, WIRE_MAX);
    ph__buf_init(&c->flying, WIRE_MAX);
    ph__sink_session_init(&c->session, &sink->host);
    c->session.user = c;
    ph__list_init(&c->due);
    if (sink->is_unix)
        uv_pipe_init(sink->loop, &c->socket.pipe, 0);
    else
        uv_tcp_init(sink->loop, &c->socket.tcp);
    uv_timer_init(sink->loop, &c->timer);
    ph__sink_late_init(&c->late, sink->opts.delay_ms);
    c->handles = 2;
    c->socket.handle.data = c;
    c->timer.data = c;
    c->write.data = c;
    ph__sink_opened(sink, c);
}

int ph__sink_conn_accept(struct ph__sink *sink)
{
    struct ph__sink_conn *c = calloc(1, sizeof(*c));
    if (!c)
        return PH_E_NOMEM;
    init(c, sink);
    if (begin(c)) {
        ph__sink_conn_close(c);
        return PH_OK;
    }
    queue(c, &sink->idle);
    obey(c);
    return PH_OK;
}

void ph__sink_conn_drain(struct ph__sink_conn *c)
{
    if (c->phase != PH__SINK_TALKING)
        return;
    if (c->tls && !secure(c)) {
        ph__sink_conn_close(c);
        return;
    }
    ph__sink_session_drain(&c->session);
    obey(c);
}

void ph__sink_conn_expire(struct ph__sink_conn *c)
{
    if (c->tls && !secure(c)) {
        ph__sink_conn_close(c);
        return;
    }
    ph__list_remove(&c->due);
    ph__sink_session_expire(&c->session);
    obey(c);
}

void ph__sink_conn_drip(struct ph__sink_conn *c)
{
    if (ph__sink_session_sendable(&c->session) || c->flying.len ||
        !ph__sink_late_due(&c->late, uv_now(c->sink->loop)))
        return;
    flush(c, 1);
    if (c->phase == PH__SINK_CLOSING || c->session.drip_to)
        return;
    queue(c, &c->sink->idle);
    go_on(c);
}
