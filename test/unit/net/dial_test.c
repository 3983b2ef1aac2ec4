/* From a target to an open socket. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "resolver.h"
#include "scene.h"

static void close_after(struct scene *s, const char *event)
{
    scene_close(s);
}

/* Dials a name; the resolver answers from the loop. */
static void dial_name(struct scene *s, struct fake *f)
{
    resolver_fake(f);
    s->target.host = "mail.example.test";
    s->then = close_after;
    scene_dial(s);
    assert_non_null(f->request);
    assert_string_equal(ph__conn_peer(s->conn), "");
    resolver_answer();
    scene_run(s);
}

static void end_with_fake(struct scene *s, const struct fake *f)
{
    scene_done(s);
    assert_int_equal(f->lists, 0);
    resolver_fake(NULL);
}

static void check_peer(struct scene *s, const char *event)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "127.0.0.1:%u", s->target.port);
    assert_string_equal(ph__conn_peer(s->conn), expected);
    scene_close(s);
}

/* U12, DL-05 */
static void every_address_is_tried_in_turn(void **state)
{
    static const char *const addresses[] = {"127.0.0.2", "255.255.255.255",
                                            "127.0.0.3", "127.0.0.1", NULL};
    struct scene s;
    scene_init(&s, &script_silent);
    struct fake f = {.addresses = addresses};
    resolver_fake(&f);
    s.target.host = "mail.example.test";
    s.then = check_peer;
    scene_dial(&s);
    resolver_answer();
    scene_expect(&s, "");
    scene_run(&s);
    scene_expect(&s, "opened ");
    end_with_fake(&s, &f);
}

static void the_last_failure_is_told_and_how_many_were_tried(void **state)
{
    static const char *const addresses[] = {"127.0.0.4", "127.0.0.3",
                                            "127.0.0.2", NULL};
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    struct fake f = {.addresses = addresses};
    dial_name(&s, &f);
    scene_expect(&s, "failed ");
    char what[100];
    snprintf(what, sizeof(what),
             "127.0.0.2:%u: connection refused (the last of 3 addresses "
             "tried)",
             s.target.port);
    scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, what);
    end_with_fake(&s, &f);
}

static void an_empty_answer_is_a_failure(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    struct fake f = {.status = 0};
    dial_name(&s, &f);
    scene_expect(&s, "failed ");
    assert_int_equal(s.code, PH_E_RESOLVE);
    end_with_fake(&s, &f);
}

static const struct {
    int status;
    enum ph_code code;
} statuses[] = {
    {UV_EAI_NONAME, PH_E_RESOLVE}, {UV_EAI_NODATA, PH_E_RESOLVE},
    {UV_EAI_AGAIN, PH_E_CONNECT},  {UV_EAI_FAIL, PH_E_CONNECT},
    {UV_EAI_MEMORY, PH_E_NOMEM},
};

static void no_such_name_is_told_from_a_resolver_in_trouble(void **state)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        struct scene s;
        scene_init(&s, &script_silent);
        server_stop_listening(&s);
        struct fake f = {.status = statuses[i].status};
        dial_name(&s, &f);
        scene_expect(&s, "failed ");
        scene_expect_failure(&s, statuses[i].code, PH_STAGE_RESOLVE,
                             "mail.example.test: ");
        assert_non_null(strstr(s.detail, uv_strerror(statuses[i].status)));
        end_with_fake(&s, &f);
    }
}

/* C07, U13 */
static void closing_does_not_wait_for_a_slow_resolver(void **state)
{
    static const char *const addresses[] = {"127.0.0.1", NULL};
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    struct fake f = {.addresses = addresses};
    resolver_fake(&f);
    s.target.host = "slow.example.test";
    scene_dial(&s);
    scene_close(&s);
    scene_run(&s);
    assert_true(s.closed);
    assert_non_null(f.request);
    resolver_answer(); /* nobody hears it, nothing leaks */
    scene_expect(&s, "");
    end_with_fake(&s, &f);
}

static void the_deadline_ends_the_wait_for_a_resolver(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    struct fake f = {.status = UV_EAI_AGAIN};
    resolver_fake(&f);
    s.target.host = "slow.example.test";
    s.then = close_after;
    scene_dial(&s);
    ph__conn_deadline(s.conn, uv_now(&s.loop) + 1);
    scene_run(&s);
    scene_expect(&s, "expired ");
    resolver_answer();
    scene_expect(&s, "expired ");
    end_with_fake(&s, &f);
}

/* With no network the resolver is in trouble instead. */
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
        assert_true(s.code == PH_E_RESOLVE || s.code == PH_E_CONNECT);
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

static void a_refused_port_is_told_with_its_address(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    scene_run(&s);
    scene_dial(&s);
    scene_expect(&s, "");
    scene_run(&s);
    scene_expect(&s, "failed ");
    char what[100];
    snprintf(what, sizeof(what), "127.0.0.1:%u: connection refused",
             s.target.port);
    scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, what);
    assert_string_equal(s.detail, what);
    scene_done(&s);
}

static void expect_unix_failure(const char *path, const char *what)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    s.target.unix_path = path;
    scene_dial(&s);
    scene_expect(&s, "");
    scene_run(&s);
    scene_expect(&s, "failed ");
    scene_expect_failure(&s, PH_E_CONNECT, PH_STAGE_CONNECT, what);
    scene_done(&s);
}

static void unix_paths_that_lead_nowhere_are_told(void **state)
{
    char path[300];
    memset(path, 'p', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    expect_unix_failure("/nonexistent/socket",
                        "unix:/nonexistent/socket: no such file or directory");
    expect_unix_failure(path, ": name too long");
    expect_unix_failure("", "unix:: name too long");
}

static void check_v6_peer(struct scene *s, const char *event)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "[::1]:%u", s->target.port);
    assert_string_equal(ph__conn_peer(s->conn), expected);
    scene_close(s);
}

static void ipv6_addresses_need_no_resolver(void **state)
{
    if (!scene_has_v6())
        skip();
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    scene_run(&s);
    server_listen_tcp(&s, "::1");
    s.then = check_v6_peer;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    scene_done(&s);
}

/* Out of file descriptors: ours to mend, not the server's. */
static void no_descriptor_is_no_failure_of_the_server(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    scene_dial(&s);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    scene_run(&s);
    scene_expect(&s, "failed ");
    scene_expect_failure(&s, PH_E_SYSTEM, PH_STAGE_CONNECT,
                         "too many open files");
    scene_done(&s);
}

static void close_now(uv_check_t *check)
{
    scene_close(check->data);
    uv_close((uv_handle_t *)check, NULL);
}

/* A check runs when the refusal is known and its handle has not closed yet. */
static void closing_between_two_addresses_is_silent(void **state)
{
    static const char *const addresses[] = {"127.0.0.2", "127.0.0.3", NULL};
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    scene_run(&s);
    struct fake f = {.addresses = addresses};
    resolver_fake(&f);
    s.target.host = "mail.example.test";
    scene_dial(&s);
    resolver_answer();
    uv_check_t check = {.data = &s};
    uv_check_init(&s.loop, &check);
    uv_check_start(&check, close_now);
    scene_run(&s);
    scene_expect(&s, "");
    assert_true(s.closed);
    end_with_fake(&s, &f);
}

static void a_connection_dials_once(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    s.then = check_peer;
    scene_dial(&s);
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    scene_done(&s);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_is_tried_in_turn),
        cmocka_unit_test(the_last_failure_is_told_and_how_many_were_tried),
        cmocka_unit_test(an_empty_answer_is_a_failure),
        cmocka_unit_test(no_such_name_is_told_from_a_resolver_in_trouble),
        cmocka_unit_test(closing_does_not_wait_for_a_slow_resolver),
        cmocka_unit_test(the_deadline_ends_the_wait_for_a_resolver),
        cmocka_unit_test(the_real_resolver_does_not_know_every_name),
        cmocka_unit_test(a_name_that_is_too_long_does_not_exist),
        cmocka_unit_test(the_real_resolver_knows_localhost),
        cmocka_unit_test(a_refused_port_is_told_with_its_address),
        cmocka_unit_test(unix_paths_that_lead_nowhere_are_told),
        cmocka_unit_test(ipv6_addresses_need_no_resolver),
        cmocka_unit_test(no_descriptor_is_no_failure_of_the_server),
        cmocka_unit_test(closing_between_two_addresses_is_silent),
        cmocka_unit_test(a_connection_dials_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
