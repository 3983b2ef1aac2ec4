#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs.h"
#include "scene.h"

static const char GROUP[] = "EHLO x\r\nMAIL FROM:<a@b.c> SIZE=3\r\n"
                            "RCPT TO:<d@e.f>\r\nRCPT TO:<g@h.i>\r\nDATA\r\n"
                            "x\r\n.\r\n";
static const char QUIT[] = "QUIT\r\n";

static int count(void *user, const struct ph__sink_message *m)
{
    struct scene *s = user;
    s->messages++;
    return PH_OK;
}

static void on_done(void *user)
{
    struct scene *s = user;
    s->done++;
}

static int inspect(void *user, const struct ph__sink_message *m)
{
    assert_int_equal(m->connection, 1);
    assert_memory_equal(m->peer, "127.0.0.1:", 10);
    assert_string_equal(m->hello, "x");
    assert_string_equal(m->from, "a@b.c");
    assert_string_equal(m->parameters, "SIZE=3");
    assert_int_equal(m->to_count, 2);
    assert_string_equal(ph__sink_address(m, 1), "g@h.i");
    assert_string_equal(ph__sink_parameters(m, 1), "");
    assert_string_equal(m->content, "x\r\n");
    assert_int_equal(m->size, 3);
    assert_null(m->tls_version);
    assert_null(m->user);
    return count(user, m);
}

static void a_message_comes_with_its_envelope(void **state)
{
    struct scene s = {.opts = {.message = inspect}};
    char heard[HEARD_MAX];
    assert_int_equal(scene_start(&s), PH_OK);
    int fd = scene_dial(&s);
    scene_send(fd, GROUP);
    scene_send(fd, QUIT);
    scene_hear(heard, &s, fd, NULL);
    assert_non_null(strstr(heard, "221 2.0.0"));
    assert_int_equal(s.messages, 1);
    const struct ph__sink_counts *counts = ph__sink_counts(s.sink);
    assert_int_equal(counts->connections, 1);
    assert_int_equal(counts->handshakes, 0);
    assert_int_equal(counts->messages, 1);
    assert_int_equal(counts->recipients, 2);
    close(fd);
    scene_stop(&s);
}

static int refuse(void *user, const struct ph__sink_message *m)
{
    return PH_E_SYSTEM;
}

static void a_message_the_callback_refuses_is_not_counted(void **state)
{
    struct scene s = {.opts = {.message = refuse}};
    char heard[HEARD_MAX];
    assert_int_equal(scene_start(&s), PH_OK);
    int fd = scene_dial(&s);
    scene_send(fd, GROUP);
    scene_hear(heard, &s, fd, "452 4.3.1");
    assert_int_equal(ph__sink_counts(s.sink)->messages, 0);
    close(fd);
    scene_stop(&s);
}

static int close_at_once(void *user, const struct ph__sink_message *m)
{
    struct scene *s = user;
    s->messages++;
    scene_close_sink(s);
    return PH_OK;
}

static void the_callback_may_close_the_sink(void **state)
{
    struct scene s = {.opts = {.message = close_at_once}};
    char heard[HEARD_MAX];
    assert_int_equal(scene_start(&s), PH_OK);
    int fd = scene_dial(&s);
    int other = scene_dial(&s);
    scene_send(fd, GROUP);
    scene_send(fd, GROUP); /* is not delivered any more */
    scene_hear(heard, &s, fd, NULL);
    scene_hear(heard, &s, other, NULL);
    assert_int_equal(s.messages, 1);
    close(fd);
    close(other);
    scene_stop(&s);
    assert_int_equal(s.closed, 1);
}

static void who_says_nothing_for_too_long_is_told_so(void **state)
{
    struct scene s = {.opts = {.idle_ms = 30}};
    char heard[HEARD_MAX];
    assert_int_equal(scene_start(&s), PH_OK);
    int fd = scene_dial(&s);
    scene_send(fd, "EHLO x\r\nMAIL FROM:<>\r\n");
    scene_hear(heard, &s, fd, NULL);
    assert_non_null(strstr(heard, "421 4.4.2"));
    close(fd);
    scene_stop(&s);
}

static void a_handshake_that_does_not_come_is_waited_for_no_longer(void **state)
{
    struct scene s = {.opts = {.idle_ms = 30,
                               .implicit_tls = true,
                               .tls_cert = CERTS "server.pem",
                               .tls_key = CERTS "server.key"}};
    char heard[HEARD_MAX];
    assert_int_equal(scene_start(&s), PH_OK);
    int fd = scene_dial(&s);
    scene_hear(heard, &s, fd, NULL);
    assert_string_equal(heard, "");
    close(fd);
    scene_stop(&s);
}

static void draining_ends_when_the_last_session_does(void **state)
{
    struct scene s = {.opts = {.message = count, .done = on_done}};
    char heard[HEARD_MAX];
    assert_int_equal(scene_start(&s), PH_OK);
    int idle = scene_dial(&s);
    int busy = scene_dial(&s);
    scene_hear(heard, &s, idle, "220 ");
    scene_send(busy, "HELO x\r\nMAIL FROM:<>\r\n");
    scene_hear(heard, &s, busy, "250 2.1.0");
    ph__sink_drain(s.sink);
    ph__sink_drain(s.sink); /* twice is once */
    assert_int_equal(s.done, 0);
    scene_hear(heard, &s, idle, NULL);
    assert_non_null(strstr(heard, "421 4.3.2"));
    close(idle);
    scene_send(busy, "RCPT TO:<a@b.c>\r\nDATA\r\n.\r\n");
    scene_hear(heard, &s, busy, NULL);
    assert_non_null(strstr(heard, "250 2.0.0"));
    assert_non_null(strstr(heard, "421 4.3.2"));
    assert_int_equal(s.done, 0);
    close(busy);
    while (!s.done)
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_int_equal(s.messages, 1);
    scene_stop(&s);
    assert_int_equal(s.done, 1);
}

static void draining_an_empty_sink_is_done_later(void **state)
{
    struct scene s = {.opts = {.done = on_done}};
    assert_int_equal(scene_start(&s), PH_OK);
    ph__sink_drain(s.sink);
    assert_int_equal(s.done, 0);
    uv_run(&s.loop, UV_RUN_ONCE);
    assert_int_equal(s.done, 1);
    scene_stop(&s);
}

static void enough_messages_are_enough(void **state)
{
    struct scene s = {
        .opts = {.message = count, .done = on_done, .max_messages = 2}};
    char heard[HEARD_MAX];
    assert_int_equal(scene_start(&s), PH_OK);
    int late = scene_dial(&s);
    int fd = scene_dial(&s);
    scene_send(late, "HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n");
    scene_hear(heard, &s, late, "354 ");
    scene_send(fd, GROUP);
    scene_send(fd, GROUP);
    scene_send(fd, "NOOP\r\n");
    scene_hear(heard, &s, fd, "250 2.0.0 nothing done");
    scene_send(late, ".\r\n");
    scene_hear(heard, &s, late, NULL);
    assert_non_null(strstr(heard, "421 4.3.2"));
    assert_int_equal(s.done, 0);
    scene_send(fd, QUIT);
    scene_hear(heard, &s, fd, NULL);
    close(fd);
    while (!s.done)
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_int_equal(s.messages, 2);
    close(late);
    scene_stop(&s);
}

static void impossible_options_leave_nothing_behind(void **state)
{
    struct scene taken = {0};
    assert_int_equal(scene_start(&taken), PH_OK);
    const char *one[] = {"rcpt=550", "what"};
    const struct {
        int rc;
        struct ph__sink_options opts;
    } cases[] = {
        {PH_E_CONNECT, {.listen = ph__sink_name(taken.sink)}},
        {PH_E_INVALID, {.listen = "nowhere"}},
        {PH_E_INVALID, {.listen = "unix:"}},
        {PH_E_CONNECT, {.listen = "unix:/no/such/place"}},
        {PH_E_INVALID, {.without = "WHAT"}},
        {PH_E_INVALID, {.replies = one, .reply_count = 2}},
        {PH_E_INVALID, {.user = "a"}},
        {PH_E_INVALID, {.user = "\xff", .password = "b"}},
        {PH_E_INVALID, {.tls_key = "a"}},
        {PH_E_INVALID, {.implicit_tls = true}},
        {PH_E_TLS, {.tls_cert = "/nowhere", .tls_key = "/nowhere"}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene s = {.opts = cases[i].opts};
        assert_int_equal(scene_start(&s), cases[i].rc);
        scene_stop(&s);
    }
    scene_stop(&taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_comes_with_its_envelope),
        cmocka_unit_test(a_message_the_callback_refuses_is_not_counted),
        cmocka_unit_test(the_callback_may_close_the_sink),
        cmocka_unit_test(who_says_nothing_for_too_long_is_told_so),
        cmocka_unit_test(
            a_handshake_that_does_not_come_is_waited_for_no_longer),
        cmocka_unit_test(draining_ends_when_the_last_session_does),
        cmocka_unit_test(draining_an_empty_sink_is_done_later),
        cmocka_unit_test(enough_messages_are_enough),
        cmocka_unit_test(impossible_options_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
