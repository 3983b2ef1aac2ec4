#include <signal.h>

#include "net/parts.h"
#include "scene.h"

static void say_hello_then_close(struct scene *s, const char *event)
{
    if (!strcmp(event, "opened"))
        scene_say(s, "EHLO client.test\r\n");
    else
        scene_close(s);
}

static void run_echo(struct scene *s)
{
    s->then = say_hello_then_close;
    scene_dial(s);
    scene_expect(s, ""); /* C06: never from inside the call */
    scene_run(s);
    scene_expect(s, "opened received ");
    assert_string_equal(ph__buf_text(&s->got), "EHLO client.test\r\n");
    assert_true(s->closed);
    assert_int_equal(s->server.status, UV_EOF);
    scene_done(s);
}

static void tcp_carries_octets_both_ways(void **state)
{
    struct scene s;
    scene_init(&s, &script_echo);
    run_echo(&s);
}

static void unix_sockets_do_too(void **state)
{
    struct scene s;
    scene_init(&s, &script_echo);
    server_listen_unix(&s);
    run_echo(&s);
}

/* A body, written as a client does: what is not taken is offered again. */
struct body {
    char *data;
    size_t len, done; /* done: the kernel's */
    size_t piece;     /* octets a slice */
    size_t busy_times;
};

static struct body make_body(size_t len, size_t piece)
{
    struct body b = {.data = malloc(len), .len = len, .piece = piece};
    assert_non_null(b.data);
    for (size_t i = 0; i < len; i++)
        b.data[i] = (char)(i * 31 + i / 251);
    return b;
}

static void pump(struct scene *s)
{
    enum { SLICES = 100 };
    struct body *b = s->data;
    while (b->done < b->len && !ph__conn_busy(s->conn)) {
        struct ph_slice slices[SLICES];
        size_t at = b->done, count = 0;
        for (; count < SLICES && at < b->len; count++) {
            /* Every third one is empty. */
            size_t n = count % 3 == 2 ? 0 : b->piece;
            n = n < b->len - at ? n : b->len - at;
            slices[count] = (struct ph_slice){b->data + at, n};
            at += n;
        }
        ptrdiff_t n = ph__conn_write(s->conn, slices, count);
        assert_true(n > 0 || (!n && ph__conn_busy(s->conn)));
        b->done += (size_t)n;
    }
    if (ph__conn_busy(s->conn))
        b->busy_times++;
    if (b->busy_times == 1)
        server_read(s, true);
}

static void write_body(struct scene *s, const char *event)
{
    struct body *b = s->data;
    if (!strcmp(event, "sent")) {
        b->done += s->sent;
        s->sent = 0;
        assert_false(ph__conn_busy(s->conn));
    }
    if (!strcmp(event, "opened") || !strcmp(event, "sent"))
        pump(s);
    if (b->done == b->len)
        scene_close(s);
}

static void do_not_read(struct scene *s)
{
    server_read(s, false);
}

static void run_body(size_t len, size_t piece)
{
    struct body b = make_body(len, piece);
    static const struct script deaf_at_first = {.accepted = do_not_read};
    struct scene s;
    scene_init(&s, &deaf_at_first);
    s.then = write_body;
    s.data = &b;
    scene_dial(&s);
    scene_run(&s);
    assert_int_equal(b.done, len);
    assert_true(b.busy_times > 0);
    assert_int_equal(s.server.got.len, len);
    assert_memory_equal(s.server.got.data, b.data, len);
    scene_done(&s);
    free(b.data);
}

/* C11: every octet is counted once, whoever took it. */
static void a_slow_reader_gets_every_octet_once(void **state)
{
    run_body(16 * 1024 * 1024, 1);
    run_body(16 * 1024 * 1024, 997);
    run_body(16 * 1024 * 1024 + 1, 1024 * 1024);
}

static void flood(struct scene *s, const char *data, size_t len)
{
    for (int i = 0; i < 10; i++)
        server_say(s, data, len);
    server_close(s);
}

static void say_much(struct scene *s, const char *event)
{
    static char much[10000];
    memset(much, 'x', sizeof(much));
    struct ph_slice slice = {much, sizeof(much)};
    if (!strcmp(event, "opened"))
        assert_int_equal(ph__conn_write(s->conn, &slice, 1), sizeof(much));
    if (!strcmp(event, "failed"))
        scene_close(s);
}

static void everything_before_the_end_of_file_is_delivered(void **state)
{
    static const struct script flooding = {.received = flood};
    struct scene s;
    scene_init(&s, &flooding);
    s.then = say_much;
    scene_dial(&s);
    scene_run(&s);
    assert_int_equal(s.got.len, 10 * s.server.got.len);
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_CONNECT,
                         ": closed by the peer");
    scene_done(&s);
}

static void say_hello(struct scene *s, const char *event)
{
    if (!strcmp(event, "opened"))
        scene_say(s, "EHLO client.test\r\n");
    if (!strcmp(event, "failed"))
        scene_close(s);
}

static void hang_up_rudely(struct scene *s, const char *data, size_t len)
{
    server_reset(s);
}

static void a_reset_is_told(void **state)
{
    static const struct script rude = {.received = hang_up_rudely};
    struct scene s;
    scene_init(&s, &rude);
    s.then = say_hello;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened failed ");
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_CONNECT,
                         ": connection reset by peer");
    assert_int_equal(strncmp(s.detail, "127.0.0.1:", 10), 0);
    scene_done(&s);
}

static void turn_away(struct scene *s)
{
    server_say(s, "554 no\r\n", 8);
    server_reset(s);
}

/* Whether connect(2) or the reset is seen first. */
static void who_is_turned_away_at_the_door_hears_why(void **state)
{
    static const struct script bouncer = {.accepted = turn_away};
    struct scene s;
    scene_init(&s, &bouncer);
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened received failed ");
    assert_string_equal(ph__buf_text(&s.got), "554 no\r\n");
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_CONNECT, ": ");
    scene_done(&s);
}

static volatile sig_atomic_t pipe_signals;

static void on_signal(int number)
{
    pipe_signals++;
}

/* The peer says its last words and is gone before we write. */
static void leave_and_be_written_to(struct scene *s, const char *data,
                                    size_t len)
{
    server_say(s, "421 too many\r\n", 14);
    server_close(s);
    struct ph_slice slice = {"MAIL FROM:<>\r\n", 14};
    ptrdiff_t n = 1;
    for (int i = 0; i < 5 && !ph__conn_busy(s->conn); i++)
        n = ph__conn_write(s->conn, &slice, 1);
    assert_int_equal(n, 0);
    assert_true(ph__conn_busy(s->conn));
    assert_int_equal(s->code, PH_OK);
}

/* S32: a library must not let SIGPIPE reach the program it lives in. */
static void run_last_words(bool over_unix)
{
    static const struct script leaving = {.received = leave_and_be_written_to};
    pipe_signals = 0;
    struct sigaction old, count = {.sa_handler = on_signal};
    sigaction(SIGPIPE, &count, &old);
    struct scene s;
    scene_init(&s, &leaving);
    if (over_unix)
        server_listen_unix(&s);
    s.then = say_hello;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened received failed ");
    assert_string_equal(ph__buf_text(&s.got), "421 too many\r\n");
    scene_expect_failure(&s, PH_E_CLOSED, PH_STAGE_CONNECT, ": ");
    assert_int_equal(pipe_signals, 0);
    scene_done(&s);
    sigaction(SIGPIPE, &old, NULL);
}

/* U02, C11 */
static void last_words_are_heard_and_nobody_gets_sigpipe(void **state)
{
    run_last_words(false);
    run_last_words(true);
}

/* A broken pipe with octets still kept: found by the loop, not by a call. */
static void reset_on_busy(struct scene *s, const char *event)
{
    struct body *b = s->data;
    if (!strcmp(event, "opened"))
        pump(s);
    if (!strcmp(event, "failed"))
        scene_close(s);
    if (b->busy_times == 1 && s->server.has_guest)
        server_reset(s);
}

static void reset_if_busy(struct scene *s)
{
    struct body *b = s->data;
    server_read(s, false);
    if (b->busy_times)
        server_reset(s);
}

static void
a_peer_that_goes_while_we_are_busy_is_told_without_a_signal(void **state)
{
    static const struct script deaf = {.accepted = reset_if_busy};
    struct body b = make_body(16 * 1024 * 1024, 4096);
    pipe_signals = 0;
    struct sigaction old, count = {.sa_handler = on_signal};
    sigaction(SIGPIPE, &count, &old);
    struct scene s;
    scene_init(&s, &deaf);
    s.data = &b;
    s.then = reset_on_busy;
    scene_dial(&s);
    scene_run(&s);
    assert_int_equal(s.code, PH_E_CLOSED);
    assert_int_equal(s.sent, 0);
    assert_int_equal(pipe_signals, 0);
    scene_done(&s);
    sigaction(SIGPIPE, &old, NULL);
    free(b.data);
}

static void writing_out_of_turn_is_refused(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    struct ph_slice slice = {"x", 1};
    assert_int_equal(ph__conn_write(s.conn, &slice, 1), PH_E_INVALID);
    scene_dial(&s);
    assert_int_equal(ph__conn_write(s.conn, &slice, 1), PH_E_INVALID);
    while (!s.log.len)
        uv_run(&s.loop, UV_RUN_ONCE);
    scene_expect(&s, "opened ");
    assert_int_equal(ph__conn_write(s.conn, &slice, 0), 0);
    assert_int_equal(ph__conn_write(s.conn, &slice, 1), 1);
    assert_false(ph__conn_busy(s.conn));
    scene_close(&s);
    assert_int_equal(ph__conn_write(s.conn, &slice, 1), PH_E_INVALID);
    scene_done(&s);
}

static void an_idle_connection_is_small(void **state)
{
    assert_true(sizeof(struct ph__conn) < 1024);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* the server's, which writes through libuv */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_carries_octets_both_ways),
        cmocka_unit_test(unix_sockets_do_too),
        cmocka_unit_test(a_slow_reader_gets_every_octet_once),
        cmocka_unit_test(everything_before_the_end_of_file_is_delivered),
        cmocka_unit_test(a_reset_is_told),
        cmocka_unit_test(who_is_turned_away_at_the_door_hears_why),
        cmocka_unit_test(last_words_are_heard_and_nobody_gets_sigpipe),
        cmocka_unit_test(
            a_peer_that_goes_while_we_are_busy_is_told_without_a_signal),
        cmocka_unit_test(writing_out_of_turn_is_refused),
        cmocka_unit_test(an_idle_connection_is_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
