/* A server behind a proxy, which the scene's server plays. */
#include <signal.h>
#include <stdio.h>

#include "net/parts.h"
#include "scene.h"

static const struct ph__proxy kinds[] = {
    {.kind = PH__PROXY_SOCKS5, .host = "127.0.0.1"},
    {.kind = PH__PROXY_HTTP, .host = "127.0.0.1"}};

static const struct ph_slice yes[] = {{"\5\0\5\0\0\1\0\0\0\0\0\0", 12},
                                      {"HTTP/1.1 200 Fine\r\n\r\n", 21}};
static const struct ph_slice no[] = {{"\5\0\5\2\0\1\0\0\0\0\0\0", 12},
                                     {"HTTP/1.1 403 Forbidden\r\n\r\n", 26}};
static const char *const reasons[] = {"not allowed by its rules",
                                      "403 Forbidden"};

static void begin(struct scene *s, struct ph__proxy *p, int kind,
                  const struct script *script)
{
    scene_init(s, script);
    *p = kinds[kind];
    p->port = s->target.port;
    s->target.host = "mail.example";
    s->target.port = 25;
    s->target.proxy = p;
}

static void expect_peer(const struct scene *s, const struct ph__proxy *p)
{
    char peer[200];
    snprintf(peer, sizeof(peer), "mail.example:25 by proxy 127.0.0.1:%u",
             p->port);
    assert_string_equal(ph__conn_peer(s->conn), peer);
}

/* Octet by octet, and the server's greeting in the same breath. */
static void answer(struct scene *s, const char *data, size_t len)
{
    const struct ph_slice *reply = s->data;
    if (!reply)
        return;
    s->data = NULL;
    for (size_t i = 0; i < reply->len; i++)
        server_say(s, reply->data + i, 1);
    server_say(s, "220 hello\r\n", 11);
}

static const struct script answering = {.received = answer};

static void close_when_greeted(struct scene *s, const char *event)
{
    if (!strcmp(event, "opened"))
        expect_peer(s, s->target.proxy);
    if (s->got.len == 11 || !strcmp(event, "failed"))
        scene_close(s);
}

static void the_server_is_heard_from_its_first_octet(void **state)
{
    for (int kind = 0; kind < 2; kind++) {
        struct ph__proxy p;
        struct scene s;
        begin(&s, &p, kind, &answering);
        s.data = (void *)&yes[kind];
        s.then = close_when_greeted;
        scene_dial(&s);
        scene_expect(&s, "");
        scene_run(&s);
        assert_string_equal(ph__buf_text(&s.got), "220 hello\r\n");
        assert_memory_equal(s.log.data, "opened received ", 16);
        scene_done(&s);
    }
}

static void its_refusal_is_told_as_the_proxys(void **state)
{
    for (int kind = 0; kind < 2; kind++) {
        char expected[200];
        struct ph__proxy p;
        struct scene s;
        begin(&s, &p, kind, &answering);
        s.data = (void *)&no[kind];
        scene_dial(&s);
        scene_run(&s);
        scene_expect(&s, "failed ");
        snprintf(expected, sizeof(expected),
                 "proxy 127.0.0.1:%u: it refuses: %s", p.port, reasons[kind]);
        scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, expected);
        assert_string_equal(s.detail, expected);
        scene_done(&s);
    }
}

static void hang_up(struct scene *s, const char *data, size_t len)
{
    server_close(s);
}

static void hang_up_rudely(struct scene *s, const char *data, size_t len)
{
    server_reset(s);
}

static void one_that_hangs_up_is_told(void **state)
{
    static const struct script scripts[] = {{.received = hang_up},
                                            {.received = hang_up_rudely}};
    static const char *const words[] = {"closed before it made the connection",
                                        "connection reset by peer"};
    for (int i = 0; i < 4; i++) {
        char expected[200];
        struct ph__proxy p;
        struct scene s;
        begin(&s, &p, i % 2, &scripts[i / 2]);
        scene_dial(&s);
        scene_run(&s);
        scene_expect(&s, "failed ");
        snprintf(expected, sizeof(expected), "proxy 127.0.0.1:%u: %s", p.port,
                 words[i / 2]);
        scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, expected);
        scene_done(&s);
    }
}

static void a_proxy_that_is_not_there_is_told(void **state)
{
    char expected[200];
    struct ph__proxy p;
    struct scene s;
    begin(&s, &p, 0, &script_silent);
    server_stop_listening(&s);
    scene_run(&s);
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "failed ");
    snprintf(expected, sizeof(expected),
             "proxy 127.0.0.1:%u: connection refused", p.port);
    scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, expected);
    assert_string_equal(s.detail, expected);
    scene_done(&s);
}

static void a_proxy_without_a_name_is_not_the_servers_fault(void **state)
{
    struct ph__proxy p;
    struct scene s;
    begin(&s, &p, 0, &script_silent);
    server_stop_listening(&s);
    p.host = "a..b";
    scene_dial(&s);
    scene_run(&s);
    scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT,
                         "proxy a..b: not a name");
    scene_done(&s);
}

static void what_cannot_be_told_is_invalid(void **state)
{
    struct ph__proxy p;
    struct scene s;
    begin(&s, &p, 1, &script_silent);
    server_stop_listening(&s);
    s.target.host = "a\r\nb";
    scene_dial(&s);
    scene_expect(&s, "");
    scene_run(&s);
    scene_expect(&s, "failed ");
    scene_expect_failure(&s, PH_E_INVALID, PH_STAGE_CONNECT,
                         "the server's name cannot be told to a proxy");
    scene_done(&s);
}

static void a_unix_socket_has_no_proxy_and_no_family(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_listen_unix(&s);
    s.target.proxy = &kinds[0];
    s.target.bind_address = "nothing of ours";
    s.target.family = PH__FAMILY_IPV6;
    scene_dial(&s);
    while (!s.log.len)
        uv_run(&s.loop, UV_RUN_ONCE);
    scene_expect(&s, "opened ");
    scene_done(&s);
}

static void close_on_expiry(struct scene *s, const char *event)
{
    assert_string_equal(event, "expired");
    scene_close(s);
}

/* U10: a proxy that does not answer. */
static void the_deadline_covers_the_dialogue(void **state)
{
    for (int kind = 0; kind < 2; kind++) {
        struct ph__proxy p;
        struct scene s;
        begin(&s, &p, kind, &script_silent);
        s.then = close_on_expiry;
        scene_dial(&s);
        while (!s.server.got.len) /* it was asked */
            uv_run(&s.loop, UV_RUN_ONCE);
        ph__conn_deadline(s.conn, uv_now(&s.loop));
        scene_run(&s);
        scene_expect(&s, "expired ");
        scene_done(&s);
    }
}

/* C03 */
static void closing_in_the_dialogue_is_silent(void **state)
{
    for (int kind = 0; kind < 2; kind++) {
        for (size_t said = 0; said < yes[kind].len; said++) {
            struct ph__proxy p;
            struct scene s;
            begin(&s, &p, kind, &script_silent);
            scene_dial(&s);
            while (!s.server.got.len)
                uv_run(&s.loop, UV_RUN_ONCE);
            server_say(&s, yes[kind].data, said);
            uv_run(&s.loop, UV_RUN_NOWAIT);
            scene_close(&s);
            scene_run(&s);
            scene_expect(&s, "");
            assert_true(s.closed);
            scene_done(&s);
        }
    }
}

static void close_at_once(struct scene *s, const char *event)
{
    assert_string_equal(event, "opened");
    scene_close(s);
}

/* The server's first octets are not told to who has closed. */
static void closing_when_it_opens_is_final(void **state)
{
    struct ph__proxy p;
    struct scene s;
    begin(&s, &p, 1, &answering);
    s.data = (void *)&yes[1];
    s.then = close_at_once;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    scene_done(&s);
}

/* TLS goes through: nothing of the dialogue gets into it. */
static void tunnel_tls(struct scene *s, const char *data, size_t len)
{
    if (s->server.tls)
        return;
    server_say(s, yes[1].data, yes[1].len);
    server_start_tls(s);
}

static void secure(struct scene *s, const char *event)
{
    if (!strcmp(event, "opened"))
        scene_start_tls(s, "localhost");
    else
        scene_close(s);
}

static void tls_goes_through(void **state)
{
    static const struct script script = {.received = tunnel_tls};
    struct ph__proxy p;
    struct scene s;
    begin(&s, &p, 1, &script);
    s.then = secure;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened secured ");
    scene_done(&s);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* the server's, which writes through libuv */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_is_heard_from_its_first_octet),
        cmocka_unit_test(its_refusal_is_told_as_the_proxys),
        cmocka_unit_test(one_that_hangs_up_is_told),
        cmocka_unit_test(a_proxy_that_is_not_there_is_told),
        cmocka_unit_test(a_proxy_without_a_name_is_not_the_servers_fault),
        cmocka_unit_test(what_cannot_be_told_is_invalid),
        cmocka_unit_test(a_unix_socket_has_no_proxy_and_no_family),
        cmocka_unit_test(the_deadline_covers_the_dialogue),
        cmocka_unit_test(closing_in_the_dialogue_is_silent),
        cmocka_unit_test(closing_when_it_opens_is_final),
        cmocka_unit_test(tls_goes_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
