/* From a name to an open socket. */
#include <signal.h>
#include <stdio.h>

#include "../dns/nameserver.h"
#include "deaf.h"
#include "net/parts.h"
#include "scene.h"

enum { NEVER_MS = 1000000 };

/* Names are asked for of a server of the test's. */
static void begin(struct scene *s, struct nameserver *n,
                  const struct zone *zone)
{
    scene_init(s, &script_silent);
    nameserver_init(n, &s->loop, zone);
    struct ph__dns_options o = {.servers = n->address};
    assert_int_equal(ph__net_set_resolver(s->net, &o), PH_OK);
    n->data = s;
    s->target.host = "mail.test";
}

static void end(struct scene *s, struct nameserver *n)
{
    nameserver_close(n);
    scene_done(s);
}

static void close_after(struct scene *s, const char *event)
{
    scene_close(s);
}

static void check_peer(struct scene *s, const char *event)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "127.0.0.1:%u", s->target.port);
    assert_string_equal(ph__conn_peer(s->conn), expected);
    scene_close(s);
}

#define A(...)                                                                 \
    {                                                                          \
        .name = "mail.test", .type = PH__DNS_A, __VA_ARGS__                    \
    }
#define AAAA(...)                                                              \
    {                                                                          \
        .name = "mail.test", .type = PH__DNS_AAAA, __VA_ARGS__                 \
    }
#define V4(address)                                                            \
    {                                                                          \
        "mail.test", PH__DNS_A, 60, address                                    \
    }
#define V6(address)                                                            \
    {                                                                          \
        "mail.test", PH__DNS_AAAA, 60, address                                 \
    }

/* U12, DL-05 */
static void every_address_of_a_name_is_tried(void **state)
{
    static const struct zone zone[] = {
        AAAA(0),
        A(.records = {V4("127.0.0.2"), V4("255.255.255.255"), V4("127.0.0.3"),
                      V4("127.0.0.1")}),
        {0}};
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    s.then = check_peer;
    scene_dial(&s);
    scene_expect(&s, "");
    assert_string_equal(ph__conn_peer(s.conn), "");
    scene_run(&s);
    scene_expect(&s, "opened ");
    end(&s, &n);
}

static void each_failure_is_told(void **state)
{
    static const struct zone zone[] = {
        AAAA(0), A(.records = {V4("127.0.0.4"), V4("127.0.0.3")}), {0}};
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    server_stop_listening(&s);
    s.then = close_after;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "failed ");
    char what[200];
    snprintf(what, sizeof(what),
             "127.0.0.4:%u: connection refused (also tried: 127.0.0.3:%u: "
             "connection refused)",
             s.target.port, s.target.port);
    scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, what);
    assert_string_equal(s.detail, what);
    end(&s, &n);
}

static const struct {
    const char *label;
    struct zone zone[3];
    enum ph_code code;
    const char *words;
} answers[] = {
    {"no such name", {{0}}, PH_E_RESOLVE, "mail.test: no such name"},
    {"no address",
     {A(0), AAAA(0)},
     PH_E_RESOLVE,
     "mail.test: the name has no such record"},
    {"one that makes no sense",
     {A(.records = {V4("\\# 01")}), AAAA(0)},
     PH_E_CONNECT,
     "mail.test: the name server's answer makes no sense"},
    {"trouble for one, nothing in the other (DL-04)",
     {A(.flags = 2), AAAA(0)},
     PH_E_CONNECT,
     "mail.test: no name server could answer"},
    {"nothing in one, trouble for the other",
     {A(0), AAAA(.flags = 2)},
     PH_E_CONNECT,
     "mail.test: no name server could answer"},
};

static void no_such_name_is_told_from_a_resolver_in_trouble(void **state)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        struct nameserver n;
        struct scene s;
        begin(&s, &n, answers[i].zone);
        server_stop_listening(&s);
        scene_dial(&s);
        scene_run(&s);
        scene_expect(&s, "failed ");
        scene_expect_failure(&s, answers[i].code, PH_STAGE_RESOLVE,
                             answers[i].words);
        end(&s, &n);
    }
}

/* RFC 8305 3: a positive answer for IPv4 and none for IPv6: go on with what
 * there is. The other answer never comes. */
static void a_slow_answer_holds_nobody_up(void **state)
{
    static const struct zone without_v6[] = {
        AAAA(.silent = true), A(.records = {V4("127.0.0.1")}), {0}};
    static const struct zone without_v4[] = {
        AAAA(.records = {V6("::1")}), A(.silent = true), {0}};
    for (int v6 = 0; v6 < 1 + scene_has_v6(); v6++) {
        struct nameserver n;
        struct scene s;
        begin(&s, &n, v6 ? without_v4 : without_v6);
        if (v6) {
            server_stop_listening(&s);
            scene_run(&s);
            server_listen_tcp(&s, "::1");
            s.target.host = "mail.test";
        }
        s.then = close_after;
        scene_dial(&s);
        scene_run(&s);
        scene_expect(&s, "opened ");
        end(&s, &n);
    }
}

/* Answers when both questions are there: IPv4 first. */
static void answer_when_both_are_asked(struct nameserver *n, const char *name,
                                       unsigned type)
{
    if (n->questions == 2)
        nameserver_release(n);
}

static const struct zone both_held[] = {
    AAAA(.held = true, .records = {V6("::1")}),
    A(.records = {V4("127.0.0.1")}),
    {0}};

static void check_v6_peer(struct scene *s, const char *event)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "[::1]:%u", s->target.port);
    assert_string_equal(ph__conn_peer(s->conn), expected);
    scene_close(s);
}

static void release_later(uv_check_t *check)
{
    struct nameserver *n = check->data;
    if (n->questions < 2)
        return;
    nameserver_release(n);
    uv_close((uv_handle_t *)check, NULL);
}

/* DL-06: IPv4's answer comes first and waits for IPv6's, as long as it must
 * here. */
static void ipv6_that_answers_soon_is_first(void **state)
{
    struct nameserver n;
    struct scene s;
    uv_check_t check;
    if (!scene_has_v6())
        skip();
    begin(&s, &n, both_held);
    server_stop_listening(&s);
    scene_run(&s);
    server_listen_tcp(&s, "::1");
    s.target.host = "mail.test";
    s.net->resolution_ms = NEVER_MS;
    s.then = check_v6_peer;
    scene_dial(&s);
    uv_check_init(&s.loop, &check);
    uv_unref((uv_handle_t *)&check);
    check.data = &n;
    uv_check_start(&check, release_later);
    scene_run(&s);
    scene_expect(&s, "opened ");
    end(&s, &n);
}

/* RFC 8305 3: a negative answer ends the wait. */
static void no_ipv6_ends_the_wait_for_it(void **state)
{
    static const struct zone zone[] = {
        AAAA(.held = true), A(.records = {V4("127.0.0.1")}), {0}};
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    n.on_question = answer_when_both_are_asked;
    s.net->resolution_ms = NEVER_MS;
    s.then = check_peer;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    end(&s, &n);
}

/* The scene's connection is closed; another takes its place. */
static void dial_again(struct scene *s)
{
    assert_true(s->closed);
    s->closed = false;
    s->log.len = 0;
    scene_connect(s);
    scene_dial(s);
    scene_run(s);
}

/* The one that won is first the next time: the order of the answer says
 * otherwise, and the deaf one would have its quarter of an hour. */
static void the_winner_is_remembered(void **state)
{
    static const struct zone zone[] = {
        AAAA(0), A(.records = {V4("127.0.0.2"), V4("127.0.0.1")}), {0}};
    struct deaf deaf;
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    deaf_init(&deaf, "127.0.0.2", s.target.port);
    s.net->attempt_ms = 1;
    s.server.stays = true;
    s.then = check_peer;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    s.net->attempt_ms = NEVER_MS;
    dial_again(&s);
    scene_expect(&s, "opened ");
    deaf_done(&deaf);
    end(&s, &n);
}

/* One remembered as IPv4 does not wait for IPv6's answer. */
static void the_winner_waits_for_no_other_answer(void **state)
{
    static const struct zone zone[] = {
        AAAA(.silent = true), A(.records = {V4("127.0.0.1")}), {0}};
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    s.server.stays = true;
    s.then = check_peer;
    scene_dial(&s);
    scene_run(&s);
    s.net->resolution_ms = NEVER_MS;
    dial_again(&s);
    scene_expect(&s, "opened ");
    end(&s, &n);
}

static void a_family_may_be_ruled_out(void **state)
{
    static const struct zone zone[] = {
        AAAA(.records = {V6("::2")}), A(.records = {V4("127.0.0.1")}), {0}};
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    s.target.family = PH__FAMILY_IPV4;
    s.then = check_peer;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    assert_string_equal(n.asked, "mail.test ");
    end(&s, &n);
    begin(&s, &n, zone);
    server_stop_listening(&s);
    s.target.family = PH__FAMILY_IPV6;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "failed ");
    scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, "[::2]:");
    assert_string_equal(n.asked, "mail.test ");
    end(&s, &n);
}

static const struct zone mute[] = {
    AAAA(.silent = true), A(.silent = true), {0}};

/* C07, U13 */
static void closing_does_not_wait_for_a_slow_resolver(void **state)
{
    struct nameserver n;
    struct scene s;
    begin(&s, &n, mute);
    server_stop_listening(&s);
    scene_dial(&s);
    while (n.questions < 2)
        uv_run(&s.loop, UV_RUN_ONCE);
    scene_close(&s);
    scene_run(&s);
    assert_true(s.closed);
    scene_expect(&s, "");
    end(&s, &n);
}

/* U10: names and addresses that never answer. */
static void the_deadline_ends_the_wait(void **state)
{
    static const struct zone deaf_zone[] = {
        AAAA(0), A(.records = {V4("127.0.0.2")}), {0}};
    for (int named = 0; named < 2; named++) {
        struct deaf deaf;
        struct nameserver n;
        struct scene s;
        begin(&s, &n, named ? deaf_zone : mute);
        server_stop_listening(&s);
        deaf_init(&deaf, "127.0.0.2", s.target.port);
        s.then = close_after;
        scene_dial(&s);
        while (n.questions < 2)
            uv_run(&s.loop, UV_RUN_ONCE);
        ph__conn_deadline(s.conn, uv_now(&s.loop) + 1);
        scene_run(&s);
        scene_expect(&s, "expired ");
        end(&s, &n);
        deaf_done(&deaf);
    }
}

static void on_other_closed(void *user)
{
    bool *closed = user;
    *closed = true;
}

/* Two that look names up share a resolver; the last one takes it along. */
static void who_closes_first_takes_nothing_from_the_other(void **state)
{
    static const struct zone zone[] = {
        AAAA(0), A(.records = {V4("127.0.0.1")}), {0}};
    static const struct ph__conn_events none = {0};
    struct ph__conn *other;
    bool closed = false;
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    assert_int_equal(ph__conn_new(&other, s.net, &none, NULL), PH_OK);
    ph__conn_dial(other, &s.target);
    s.then = check_peer;
    scene_dial(&s);
    ph__conn_close(other, on_other_closed, &closed);
    scene_run(&s);
    scene_expect(&s, "opened ");
    assert_true(closed);
    end(&s, &n);
}

/* None of them takes a network to know. */
static void the_real_resolver_does_not_know_every_name(void **state)
{
    static const char *const names[] = {"does-not-exist.invalid", "", "a..b"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct scene s;
        scene_init(&s, &script_silent);
        server_stop_listening(&s);
        s.target.host = names[i];
        scene_dial(&s);
        scene_run(&s);
        scene_expect(&s, "failed ");
        assert_int_equal(s.stage, PH_STAGE_RESOLVE);
        assert_int_equal(s.code, PH_E_RESOLVE);
        scene_done(&s);
    }
}

static void a_name_that_is_too_long_does_not_exist(void **state)
{
    char name[1000];
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    s.target.host = name;
    scene_dial(&s);
    scene_expect(&s, "");
    scene_run(&s);
    scene_expect(&s, "failed ");
    scene_expect_failure(&s, PH_E_RESOLVE, PH_STAGE_RESOLVE, "aaaa");
    scene_done(&s);
}

static void the_real_resolver_knows_localhost(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    s.target.host = "localhost";
    s.then = check_peer;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    scene_done(&s);
}

static void close_now(uv_check_t *check)
{
    scene_close(check->data);
    uv_close((uv_handle_t *)check, NULL);
}

/* A check runs when the refusal is known and its handle has not closed yet. */
static void closing_after_a_refusal_is_silent(void **state)
{
    static const struct zone zone[] = {
        AAAA(0), A(.records = {V4("127.0.0.2"), V4("127.0.0.3")}), {0}};
    struct nameserver n;
    struct scene s;
    begin(&s, &n, zone);
    server_stop_listening(&s);
    scene_dial(&s);
    while (n.questions < 2)
        uv_run(&s.loop, UV_RUN_ONCE);
    uv_check_t check = {.data = &s};
    uv_check_init(&s.loop, &check);
    uv_check_start(&check, close_now);
    scene_run(&s);
    scene_expect(&s, "");
    assert_true(s.closed);
    end(&s, &n);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_of_a_name_is_tried),
        cmocka_unit_test(each_failure_is_told),
        cmocka_unit_test(no_such_name_is_told_from_a_resolver_in_trouble),
        cmocka_unit_test(a_slow_answer_holds_nobody_up),
        cmocka_unit_test(ipv6_that_answers_soon_is_first),
        cmocka_unit_test(no_ipv6_ends_the_wait_for_it),
        cmocka_unit_test(the_winner_is_remembered),
        cmocka_unit_test(the_winner_waits_for_no_other_answer),
        cmocka_unit_test(a_family_may_be_ruled_out),
        cmocka_unit_test(closing_does_not_wait_for_a_slow_resolver),
        cmocka_unit_test(the_deadline_ends_the_wait),
        cmocka_unit_test(who_closes_first_takes_nothing_from_the_other),
        cmocka_unit_test(the_real_resolver_does_not_know_every_name),
        cmocka_unit_test(a_name_that_is_too_long_does_not_exist),
        cmocka_unit_test(the_real_resolver_knows_localhost),
        cmocka_unit_test(closing_after_a_refusal_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
