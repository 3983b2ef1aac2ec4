#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

/* An hour is longer than any test: what is proved does not hang on time. */
static void late_replies_do_not_keep_from_hearing(void **state)
{
    struct scene s = {.opts = {.message = count, .delay_ms = 3600000}};
    struct pollfd ready = {.events = POLLIN};
    assert_int_equal(scene_start(&s), PH_OK);
    ready.fd = scene_dial(&s);
    scene_send(ready.fd, GROUP);
    while (!s.messages)
        uv_run(&s.loop, UV_RUN_ONCE);
    scene_send(ready.fd, GROUP);
    while (s.messages < 2)
        uv_run(&s.loop, UV_RUN_ONCE);
    assert_int_equal(ph__sink_counts(s.sink)->flights, 2);
    assert_int_equal(poll(&ready, 1, 0), 0); /* not even the greeting */
    scene_stop(&s);
    close(ready.fd);
}

static void note(void *user, const struct ph__sink_difference *d)
{
    struct scene *s = user;
    s->differences++;
    assert_int_equal(d->connection, 1);
    assert_int_equal(d->line, 2);
    assert_string_equal(d->expected, "EHLO x");
    assert_string_equal(d->got, "HELO x");
    if (s->opts.delay_ms)
        scene_close_sink(s); /* legal here */
}

static void who_leaves_the_script_is_told_of(void **state)
{
    for (uint64_t delay = 0; delay < 2; delay++) {
        struct scene s = {.opts = {.script = "S: 220 x\nC: EHLO x\n",
                                   .delay_ms = delay,
                                   .max_messages = 1,
                                   .done = on_done,
                                   .differed = note}};
        char heard[HEARD_MAX];
        assert_int_equal(scene_start(&s), PH_OK);
        int fd = scene_dial(&s);
        scene_send(fd, "HELO x\r\n");
        scene_hear(heard, &s, fd, NULL);
        assert_int_equal(s.differences, 1);
        while (!s.done && !delay)
            uv_run(&s.loop, UV_RUN_ONCE);
        close(fd);
        scene_stop(&s);
    }
}

static void note_end(void *user, const struct ph__sink_difference *d)
{
    struct scene *s = user;
    s->differences++;
    assert_string_equal(d->got, "the end of the connection");
}

/* Which call of ours fails first does not matter. */
static void who_is_gone_before_the_greeting_left_the_script(void **state)
{
    struct scene s = {
        .opts = {.script = "S: 220 x\nC: EHLO x\n", .differed = note_end}};
    struct linger reset = {.l_onoff = 1};
    assert_int_equal(scene_start(&s), PH_OK);
    int fd = scene_dial(&s);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(fd);
    while (!s.differences)
        uv_run(&s.loop, UV_RUN_ONCE);
    scene_stop(&s);
    assert_int_equal(s.differences, 1);
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
        {PH_E_INVALID, {.with = "REQUIRETLS"}},
        {PH_E_INVALID, {.limits = "MAILMAX=0"}},
        {PH_E_INVALID, {.script = "250 x"}},
        {PH_E_INVALID, {.script = "S: 250 x", .lmtp = true}},
        {PH_E_INVALID, {.max_recipients = PH__SINK_RECIPIENTS_MAX + 1}},
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
        cmocka_unit_test(late_replies_do_not_keep_from_hearing),
        cmocka_unit_test(who_leaves_the_script_is_told_of),
        cmocka_unit_test(who_is_gone_before_the_greeting_left_the_script),
        cmocka_unit_test(impossible_options_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
