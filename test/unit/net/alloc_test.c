/* Every allocation fails once: it is told once, and everything is released. */
#include <signal.h>

#include "alloc/wrap.h"
#include "scene.h"

static void serve(struct scene *s, const char *data, size_t len)
{
    if (s->server.tls) {
        server_read(s, true);
        return;
    }
    server_say(s, "220 go\r\n", 8);
    server_start_tls(s);
}

static const struct script serving = {.received = serve};

static void end(struct scene *s)
{
    scene_close(s);
    server_stop_listening(s); /* it may have had no guest yet */
}

/* What the life below came to. */
struct life {
    const char *content;
    int write_rc;
    bool done;
};

enum { LEN = 8 * 1024 * 1024 }; /* more than sockets hold: some is kept */

static void write_until_busy(struct scene *s)
{
    struct life *life = s->data;
    while (!life->write_rc && !ph__conn_busy(s->conn)) {
        struct ph_slice slice = {life->content, LEN};
        ptrdiff_t n = ph__conn_write(s->conn, &slice, 1);
        life->write_rc = n < 0 ? (int)n : PH_OK;
    }
    if (life->write_rc)
        end(s);
    server_read(s, true);
}

static void live(struct scene *s, const char *event)
{
    struct life *life = s->data;
    bool secure = ph__conn_tls(s->conn);
    if (!strcmp(event, "opened"))
        scene_say(s, "STARTTLS\r\n");
    if (!strcmp(event, "received") && !secure)
        scene_start_tls(s, "localhost");
    if (!strcmp(event, "secured")) {
        server_read(s, false);
        write_until_busy(s);
    }
    life->done = life->done || !strcmp(event, "sent");
    if (!strcmp(event, "sent") || !strcmp(event, "failed"))
        end(s);
}

static void plain_life(struct scene *s, const char *event)
{
    struct life *life = s->data;
    if (!strcmp(event, "opened")) {
        server_read(s, false);
        write_until_busy(s);
    }
    life->done = life->done || !strcmp(event, "sent");
    if (!strcmp(event, "sent") || !strcmp(event, "failed"))
        end(s);
}

/* Lives with the nth allocation failing; false when there is no nth. */
static bool live_with(long n, const struct script *script,
                      void (*then)(struct scene *, const char *),
                      const char *content, const struct ph__proxy *proxy)
{
    struct life life = {.content = content};
    struct scene s;
    scene_init(&s, script);
    s.target.host = "localhost";
    struct ph__proxy here;
    if (proxy) {
        here = *proxy;
        here.port = s.target.port;
        s.target.proxy = &here;
    }
    s.data = &life;
    s.then = then;
    wrap_fail_at(n);
    scene_dial(&s);
    scene_run(&s);
    bool failed = wrap_failed();
    wrap_fail_at(0);
    assert_true(s.closed);
    /* Told once, one way or the other. */
    bool told = s.code == PH_E_NOMEM || life.write_rc == PH_E_NOMEM;
    assert_int_equal(told, failed);
    assert_int_equal(life.done, !failed);
    assert_false(s.code && life.write_rc);
    scene_done(&s);
    return failed;
}

static void a_life_in_tls_survives_it(void **state)
{
    char *content = calloc(1, LEN);
    assert_non_null(content);
    long n = 1;
    while (live_with(n, &serving, live, content, NULL))
        n++;
    assert_true(n > 8);
    free(content);
}

static void a_life_in_clear_survives_it(void **state)
{
    char *content = calloc(1, LEN);
    assert_non_null(content);
    long n = 1;
    while (live_with(n, &script_silent, plain_life, content, NULL))
        n++;
    assert_true(n > 2);
    free(content);
}

/* Enough of both kinds for a proxy that says yes to everything. */
static void let_through(struct scene *s, const char *data, size_t len)
{
    static const char socks[] = "\5\2\1\0\5\0\0\1\0\0\0\0\0\0";
    static const char http[] = "HTTP/1.1 200 Fine\r\n\r\n";
    if (s->server.got.len > 200 || len > 200)
        return; /* the content */
    if (data[0] == 'C')
        server_say(s, http, sizeof(http) - 1);
    else if (data[0] == 5 && data[1] == 2)
        server_say(s, socks, 2);
    else if (data[0] == 1)
        server_say(s, socks + 2, 2);
    else
        server_say(s, socks + 4, 10);
}

static void a_life_behind_a_proxy_survives_it(void **state)
{
    static const struct script letting_through = {.received = let_through};
    static const struct ph__proxy proxies[] = {
        {PH__PROXY_SOCKS5, "localhost", 0, "joe", "pw"},
        {PH__PROXY_HTTP, "localhost", 0, "joe", "pw"}};
    char *content = calloc(1, LEN);
    assert_non_null(content);
    for (size_t i = 0; i < 2; i++) {
        long n = 1;
        while (live_with(n, &letting_through, plain_life, content, &proxies[i]))
            n++;
        assert_true(n > 12);
    }
    free(content);
}

static void a_resolver_of_ones_own_survives_it(void **state)
{
    struct ph__net *net;
    uv_loop_t loop;
    struct ph__dns_options o = {.servers = "127.0.0.1"};
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(ph__net_new(&net, &loop), PH_OK);
    wrap_fail_at(1);
    assert_int_equal(ph__net_set_resolver(net, &o), PH_E_NOMEM);
    wrap_fail_at(0);
    assert_int_equal(ph__net_set_resolver(net, &o), PH_OK);
    assert_int_equal(ph__net_set_resolver(net, &o), PH_OK);
    ph__net_free(net);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void making_things_survives_it(void **state)
{
    struct ph__net *net = NULL;
    struct ph__conn *conn = NULL;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    wrap_fail_at(1);
    assert_int_equal(ph__net_new(&net, &loop), PH_E_NOMEM);
    assert_null(net);
    assert_int_equal(ph__net_new(&net, &loop), PH_OK);
    wrap_fail_at(1);
    assert_int_equal(ph__conn_new(&conn, net, NULL, NULL), PH_E_NOMEM);
    assert_null(conn);
    wrap_fail_at(0);
    ph__net_free(net);
    ph__net_free(NULL);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* the server's, which writes through libuv */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_life_in_tls_survives_it),
        cmocka_unit_test(a_life_in_clear_survives_it),
        cmocka_unit_test(a_life_behind_a_proxy_survives_it),
        cmocka_unit_test(a_resolver_of_ones_own_survives_it),
        cmocka_unit_test(making_things_survives_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
