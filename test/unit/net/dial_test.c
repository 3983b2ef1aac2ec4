/* From a target to an open socket, with no name in it. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "scene.h"

static void check_peer(struct scene *s, const char *event)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "127.0.0.1:%u", s->target.port);
    assert_string_equal(ph__conn_peer(s->conn), expected);
    scene_close(s);
}

static void check_v6_peer(struct scene *s, const char *event)
{
    char expected[64];
    snprintf(expected, sizeof(expected), "[::1]:%u", s->target.port);
    assert_string_equal(ph__conn_peer(s->conn), expected);
    scene_close(s);
}

static const struct {
    struct ph__conn_target target;
    enum ph_code code;
    const char *words;
} contradictions[] = {
    {{.host = "127.0.0.1", .family = PH__FAMILY_IPV6},
     PH_E_CONNECT,
     "127.0.0.1: an address of the family that is ruled out"},
    {{.host = "::1", .family = PH__FAMILY_IPV4},
     PH_E_CONNECT,
     "::1: an address of the family that is ruled out"},
    {{.host = "::1", .bind_address = "127.0.0.1"},
     PH_E_CONNECT,
     "::1: an address of the family that is ruled out"},
    {{.host = "a.test", .bind_address = "::1", .family = PH__FAMILY_IPV4},
     PH_E_INVALID,
     "a.test: our own address is none"},
    {{.host = "a.test", .bind_address = "eth0"},
     PH_E_INVALID,
     "a.test: our own address is none"},
};

static void contradictions_are_told(void **state)
{
    size_t count = sizeof(contradictions) / sizeof(*contradictions);
    for (size_t i = 0; i < count; i++) {
        struct scene s;
        scene_init(&s, &script_silent);
        server_stop_listening(&s);
        s.target = contradictions[i].target;
        scene_dial(&s);
        scene_expect(&s, "");
        scene_run(&s);
        scene_expect(&s, "failed ");
        scene_expect_failure(&s, contradictions[i].code, PH_STAGE_CONNECT,
                             contradictions[i].words);
        scene_done(&s);
    }
}

static void check_our_end(struct scene *s, const char *event)
{
    char literal[100];
    ph__conn_local_literal(s->conn, literal, sizeof(literal));
    assert_string_equal(literal, "[127.0.0.7]"); /* U36 */
    scene_close(s);
}

static void our_end_may_be_chosen(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    s.target.bind_address = "127.0.0.7";
    s.then = check_our_end;
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
        cmocka_unit_test(contradictions_are_told),
        cmocka_unit_test(our_end_may_be_chosen),
        cmocka_unit_test(a_refused_port_is_told_with_its_address),
        cmocka_unit_test(unix_paths_that_lead_nowhere_are_told),
        cmocka_unit_test(ipv6_addresses_need_no_resolver),
        cmocka_unit_test(no_descriptor_is_no_failure_of_the_server),
        cmocka_unit_test(a_connection_dials_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
