/* The server of a scene: one guest, and what its script wants. */
#include <stdio.h>
#include <unistd.h>

#include "alloc/wrap.h"
#include "scene.h"

static void end_guest(struct scene *s, int status)
{
    struct server *v = &s->server;
    if (!v->has_guest)
        return;
    v->has_guest = false;
    v->ended = true;
    v->status = status;
    uv_close(&v->guest.handle, NULL);
}

/* Small amounts only: they fit the socket's buffer. */
void server_say_raw(struct scene *s, const char *data, size_t len)
{
    if (!len || !s->server.has_guest)
        return;
    uv_buf_t buf = uv_buf_init((char *)data, (unsigned)len);
    (void)uv_try_write(&s->server.guest.stream, &buf, 1);
}

static void take(struct scene *s, const char *data, size_t len)
{
    ph__buf_add(&s->server.got, data, len);
    if (s->server.script->received)
        s->server.script->received(s, data, len);
}

static void decrypt(struct scene *s, const char *data, size_t len)
{
    struct server *v = &s->server;
    struct ph__buf plain = PH__BUF(PLENTY), cipher = PH__BUF(PLENTY);
    v->tls_rc = ph__tls_receive(v->tls, data, len, &plain, &cipher);
    server_say_raw(s, cipher.data, cipher.len);
    if (plain.len)
        take(s, plain.data, plain.len);
    v->closed_tls = ph__tls_closed(v->tls);
    if (v->tls_rc)
        end_guest(s, 0);
    ph__buf_done(&plain);
    ph__buf_done(&cipher);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
    struct scene *s = handle->data;
    *out = uv_buf_init(s->server.input, sizeof(s->server.input));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct scene *s = stream->data;
    wrap_pause(true);
    if (len < 0)
        end_guest(s, (int)len);
    else if (len && s->server.tls)
        decrypt(s, buf->base, (size_t)len);
    else if (len)
        take(s, buf->base, (size_t)len);
    wrap_pause(false);
}

void server_read(struct scene *s, bool on)
{
    if (s->server.has_guest && on)
        uv_read_start(&s->server.guest.stream, on_alloc, on_read);
    else if (s->server.has_guest)
        uv_read_stop(&s->server.guest.stream);
}

static void on_guest(uv_stream_t *listener, int status)
{
    struct scene *s = listener->data;
    struct server *v = &s->server;
    assert_int_equal(status, 0);
    assert_false(v->has_guest);
    if (listener->type == UV_TCP)
        uv_tcp_init(&s->loop, &v->guest.tcp);
    else
        uv_pipe_init(&s->loop, &v->guest.pipe, 0);
    v->guest.handle.data = s;
    v->has_guest = true;
    assert_int_equal(uv_accept(listener, &v->guest.stream), 0);
    if (v->stays)
        uv_unref(&v->listener.handle);
    else
        server_stop_listening(s);
    server_read(s, true);
    wrap_pause(true);
    if (v->script->accepted)
        v->script->accepted(s);
    wrap_pause(false);
}

static void listen_on(struct scene *s)
{
    s->server.listener.handle.data = s;
    assert_int_equal(uv_listen(&s->server.listener.stream, 8, on_guest), 0);
}

void server_listen_tcp(struct scene *s, const char *address)
{
    struct sockaddr_storage any;
    struct sockaddr_in *in = (void *)&any;
    if (uv_ip4_addr(address, 0, in))
        assert_int_equal(uv_ip6_addr(address, 0, (void *)&any), 0);
    uv_tcp_t *tcp = &s->server.listener.tcp;
    assert_int_equal(uv_tcp_init(&s->loop, tcp), 0);
    assert_int_equal(uv_tcp_bind(tcp, (void *)&any, 0), 0);
    listen_on(s);
    int len = sizeof(any);
    assert_int_equal(uv_tcp_getsockname(tcp, (void *)&any, &len), 0);
    s->target =
        (struct ph__conn_target){.host = address, .port = ntohs(in->sin_port)};
}

void server_listen_unix(struct scene *s)
{
    struct server *v = &s->server;
    server_stop_listening(s);
    scene_run(s);
    char dir[] = "/tmp/posthaste-test-XXXXXX";
    int fd = mkstemp(dir);
    assert_true(fd >= 0);
    close(fd);
    unlink(dir);
    snprintf(v->path, sizeof(v->path), "%s", dir);
    assert_int_equal(uv_pipe_init(&s->loop, &v->listener.pipe, 0), 0);
    assert_int_equal(uv_pipe_bind(&v->listener.pipe, v->path), 0);
    listen_on(s);
    s->target = (struct ph__conn_target){.unix_path = v->path};
}

void server_stop_listening(struct scene *s)
{
    if (!uv_is_closing(&s->server.listener.handle))
        uv_close(&s->server.listener.handle, NULL);
}

void server_start_tls(struct scene *s)
{
    struct server *v = &s->server;
    struct ph__tls_context *ctx;
    struct ph__buf why = PH__BUF(1000), pem = PH__BUF(1000),
                   key = PH__BUF(1000), cipher = PH__BUF(1000);
    ph__buf_format(&pem, CERTS "%s.pem", v->cert);
    ph__buf_format(&key, CERTS "%s.key", v->cert);
    struct ph__tls_options opts = {
        .server = true, .cert_file = pem.data, .key_file = key.data};
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_OK);
    assert_int_equal(ph__tls_new(&v->tls, ctx, NULL), PH_OK);
    assert_int_equal(ph__tls_start(v->tls, &cipher), PH_OK);
    ph__tls_context_free(ctx);
    ph__buf_done(&pem);
    ph__buf_done(&key);
}

void server_say(struct scene *s, const char *data, size_t len)
{
    struct ph__buf cipher = PH__BUF(PLENTY);
    if (!s->server.tls) {
        server_say_raw(s, data, len);
        return;
    }
    if (!ph__tls_send(s->server.tls, data, len, &cipher))
        server_say_raw(s, cipher.data, cipher.len);
    ph__buf_done(&cipher);
}

void server_close(struct scene *s)
{
    struct ph__buf cipher = PH__BUF(1000);
    if (s->server.tls)
        ph__tls_close(s->server.tls, &cipher);
    server_say_raw(s, cipher.data, cipher.len);
    ph__buf_done(&cipher);
    end_guest(s, 0);
}

void server_cut(struct scene *s)
{
    end_guest(s, 0);
}

void server_reset(struct scene *s)
{
    s->server.has_guest = false;
    s->server.ended = true;
    assert_int_equal(uv_tcp_close_reset(&s->server.guest.tcp, NULL), 0);
}

static void echo(struct scene *s, const char *data, size_t len)
{
    server_say(s, data, len);
}

const struct script script_echo = {.received = echo};
const struct script script_silent = {0};
