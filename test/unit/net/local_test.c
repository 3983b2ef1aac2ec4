/* Our end of a connection, as EHLO may say it (RFC 5321 4.1.3). */
#include "scene.h"

static void close_after(struct scene *s, const char *event)
{
    char literal[100];
    ph__conn_local_literal(s->conn, literal, sizeof(literal));
    assert_string_equal(literal, s->data);
    scene_close(s);
}

static void check_open(struct scene *s, const char *literal)
{
    char before[100];
    ph__conn_local_literal(s->conn, before, sizeof(before));
    assert_string_equal(before, "[127.0.0.1]");
    s->data = (char *)literal;
    s->then = close_after;
    scene_dial(s);
    scene_run(s);
    scene_expect(s, "opened ");
    scene_done(s);
}

static void an_ipv4_address_stands_in_brackets(void **state) /* EH-08 */
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    scene_run(&s);
    server_listen_tcp(&s, "127.0.0.5"); /* our end is 127.0.0.1 even so */
    check_open(&s, "[127.0.0.1]");
}

static void an_ipv6_address_has_its_tag(void **state)
{
    if (!scene_has_v6())
        skip();
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    scene_run(&s);
    server_listen_tcp(&s, "::1");
    check_open(&s, "[IPv6:::1]");
}

static void a_unix_socket_has_loopback_instead(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_listen_unix(&s);
    check_open(&s, "[127.0.0.1]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ipv4_address_stands_in_brackets),
        cmocka_unit_test(an_ipv6_address_has_its_tag),
        cmocka_unit_test(a_unix_socket_has_loopback_instead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
