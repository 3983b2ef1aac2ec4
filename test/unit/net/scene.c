#include "scene.h"

#include <stdio.h>
#include <unistd.h>

#include "alloc/wrap.h"

static void tell(struct scene *s, const char *event)
{
    wrap_pause(true);
    ph__buf_format(&s->log, "%s ", event);
    wrap_pause(false);
    /* Nothing may come after the end. */
    assert_false(s->closed);
    if (s->then)
        s->then(s, event);
    else if (!strcmp(event, "failed"))
        scene_close(s);
}

static void on_opened(void *user)
{
    tell(user, "opened");
}

static void on_received(void *user, const char *data, size_t len)
{
    struct scene *s = user;
    assert_true(len > 0);
    wrap_pause(true);
    ph__buf_add(&s->got, data, len);
    wrap_pause(false);
    tell(s, "received");
}

static void on_sent(void *user, size_t len)
{
    struct scene *s = user;
    s->sent += len;
    tell(s, "sent");
}

static void on_secured(void *user)
{
    tell(user, "secured");
}

static void on_expired(void *user)
{
    tell(user, "expired");
}

static void on_failed(void *user, enum ph_code code, enum ph_stage stage,
                      const char *detail)
{
    struct scene *s = user;
    assert_int_equal(s->code, PH_OK); /* it fails once */
    s->code = code;
    s->stage = stage;
    snprintf(s->detail, sizeof(s->detail), "%s", detail);
    tell(s, "failed");
}

static const struct ph__conn_events events = {
    .opened = on_opened,
    .received = on_received,
    .sent = on_sent,
    .secured = on_secured,
    .expired = on_expired,
    .failed = on_failed,
};

void scene_connect(struct scene *s)
{
    assert_int_equal(ph__conn_new(&s->conn, s->net, &events, s), PH_OK);
}

void scene_init(struct scene *s, const struct script *script)
{
    memset(s, 0, sizeof(*s));
    s->log = s->got = s->server.got = PH__BUF(PLENTY);
    s->server.script = script;
    s->server.cert = "server";
    assert_int_equal(uv_loop_init(&s->loop), 0);
    assert_int_equal(ph__net_new(&s->net, &s->loop), PH_OK);
    scene_connect(s);
    server_listen_tcp(s, "127.0.0.1");
}

static void on_closed(void *user)
{
    struct scene *s = user;
    assert_false(s->closed);
    s->closed = true;
    s->conn = NULL;
}

void scene_close(struct scene *s)
{
    if (s->conn)
        ph__conn_close(s->conn, on_closed, s);
}

void scene_done(struct scene *s)
{
    scene_close(s);
    server_stop_listening(s);
    server_cut(s);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_true(s->closed);
    ph__net_free(s->net);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    ph__tls_free(s->server.tls);
    ph__buf_done(&s->log);
    ph__buf_done(&s->got);
    ph__buf_done(&s->server.got);
    if (*s->server.path)
        unlink(s->server.path);
}

void scene_dial(struct scene *s)
{
    ph__conn_dial(s->conn, &s->target);
}

void scene_run(struct scene *s)
{
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

void scene_expect(struct scene *s, const char *log)
{
    assert_string_equal(ph__buf_text(&s->log), log);
}

void scene_expect_failure(struct scene *s, enum ph_code code,
                          enum ph_stage stage, const char *what)
{
    assert_int_equal(s->code, code);
    assert_int_equal(s->stage, stage);
    if (!strstr(s->detail, what))
        fail_msg("'%s' does not say '%s'", s->detail, what);
}

void scene_say(struct scene *s, const char *text)
{
    struct ph_slice slice = {text, strlen(text)};
    assert_int_equal(ph__conn_write(s->conn, &slice, 1), slice.len);
}

void scene_start_tls(struct scene *s, const char *name)
{
    struct ph__tls_context *ctx;
    struct ph__buf why = PH__BUF(1000);
    struct ph__tls_options opts = {.ca_file = CERTS "ca.pem"};
    wrap_pause(true);
    assert_int_equal(ph__tls_context_new(&ctx, &opts, &why), PH_OK);
    wrap_pause(false);
    struct ph__tls_peer peer = {.name = name};
    ph__conn_start_tls(s->conn, ctx, &peer);
    ph__tls_context_free(ctx);
}

bool scene_has_v6(void)
{
    struct sockaddr_in6 address;
    assert_int_equal(uv_ip6_addr("::1", 0, &address), 0);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && !bind(fd, (void *)&address, sizeof(address));
    if (fd >= 0)
        close(fd);
    return yes;
}
