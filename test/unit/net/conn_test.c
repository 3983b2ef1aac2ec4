/* Deadlines, idleness, and closing from everywhere. */
#include <signal.h>

#include "scene.h"

static void expire_three_times(struct scene *s, const char *event)
{
    unsigned *times = s->data;
    uint64_t now = uv_now(&s->loop);
    if (!strcmp(event, "opened")) {
        ph__conn_deadline(s->conn, now); /* already here; told later */
        scene_expect(s, "opened ");
    }
    if (!strcmp(event, "expired") && ++*times < 3)
        ph__conn_deadline(s->conn, now + *times);
    else if (*times == 3)
        scene_close(s);
}

static void a_deadline_fires_once_until_it_is_set_again(void **state)
{
    unsigned times = 0;
    struct scene s;
    scene_init(&s, &script_silent);
    s.then = expire_three_times;
    s.data = &times;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened expired expired expired ");
    scene_done(&s);
}

static void close_when_expired(struct scene *s, const char *event)
{
    uint64_t *deadline = s->data;
    assert_true(uv_now(&s->loop) >= *deadline);
    scene_close(s);
}

static void a_deadline_may_be_moved_both_ways(void **state)
{
    static const int moves[][3] = {{1, 20, 40}, {100000, 50000, 5}, {9, 3, 6}};
    for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++) {
        uint64_t deadline = 0;
        struct scene s;
        scene_init(&s, &script_silent);
        server_stop_listening(&s);
        s.then = close_when_expired;
        s.data = &deadline;
        for (int j = 0; j < 3; j++) {
            deadline = uv_now(&s.loop) + (uint64_t)moves[i][j];
            ph__conn_deadline(s.conn, deadline);
        }
        scene_run(&s);
        scene_expect(&s, "expired ");
        scene_done(&s);
    }
}

static void no_deadline_leaves_nothing_to_wait_for(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    ph__conn_deadline(s.conn, uv_now(&s.loop) + 1000000);
    assert_true(uv_loop_alive(&s.loop));
    ph__conn_deadline(s.conn, UINT64_MAX);
    scene_run(&s);
    scene_expect(&s, "");
    scene_done(&s);
}

/* Runs the loop, which must have something to do, until an event is told. */
static void wait_for(struct scene *s, const char *log)
{
    while (strcmp(ph__buf_text(&s->log), log)) {
        assert_true(s->log.len < strlen(log));
        uv_run(&s->loop, UV_RUN_ONCE);
    }
}

static void open_and_idle(struct scene *s)
{
    scene_dial(s);
    wait_for(s, "opened ");
    while (!s->server.has_guest)
        uv_run(&s->loop, UV_RUN_ONCE);
    uv_unref(&s->server.guest.handle);
    ph__conn_deadline(s->conn, uv_now(&s->loop) + 1000000);
    ph__conn_set_idle(s->conn, true);
}

/* C05 */
static void an_idle_connection_does_not_hold_the_loop(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    open_and_idle(&s);
    scene_run(&s); /* comes back, though the deadline is far */
    scene_expect(&s, "opened ");
    assert_false(uv_loop_alive(&s.loop));
    ph__conn_set_idle(s.conn, false);
    assert_true(uv_loop_alive(&s.loop));
    scene_done(&s);
}

static void one_that_dials_while_idle_is_idle_once_it_is_open(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    ph__conn_set_idle(s.conn, true);
    scene_dial(&s);
    wait_for(&s, "opened ");
    while (!s.server.has_guest)
        uv_run(&s.loop, UV_RUN_ONCE);
    uv_unref(&s.server.guest.handle);
    uv_run(&s.loop, UV_RUN_NOWAIT); /* what dialling took has closed */
    assert_false(uv_loop_alive(&s.loop));
    scene_done(&s);
}

static void never(uv_timer_t *timer)
{
    fail();
}

/* U01, U02: reading is armed, always. */
static void an_idle_connection_still_hears_the_peer(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    open_and_idle(&s);
    server_say(&s, "421 idle too long\r\n", 19);
    server_close(&s);
    uv_timer_t timer; /* somebody else's, which keeps the loop running */
    uv_timer_init(&s.loop, &timer);
    uv_timer_start(&timer, never, 1000000, 0);
    wait_for(&s, "opened received failed ");
    assert_string_equal(ph__buf_text(&s.got), "421 idle too long\r\n");
    uv_close((uv_handle_t *)&timer, NULL);
    scene_done(&s);
}

static void closing_before_dialling_is_fine(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    scene_close(&s);
    scene_close(&s);
    assert_false(s.closed); /* C03: from the loop */
    scene_dial(&s);         /* too late: nothing happens */
    ph__conn_deadline(s.conn, 0);
    ph__conn_set_idle(s.conn, true);
    scene_expect(&s, "");
    scene_done(&s);
}

static void closing_while_connecting_is_silent(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        scene_init(&s, &script_silent);
        s.target.host = hosts[i];
        scene_dial(&s);
        scene_close(&s);
        server_stop_listening(&s);
        scene_run(&s);
        scene_expect(&s, "");
        scene_done(&s);
    }
}

static void closing_with_a_failure_pending_is_silent(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    s.target.unix_path = "/nonexistent/socket";
    scene_dial(&s);
    scene_close(&s);
    scene_expect(&s, "");
    scene_done(&s);
}

/* A whole life: clear, then TLS, an expiry, an answer, the end. */
static void serve(struct scene *s, const char *data, size_t len)
{
    if (!s->server.tls) {
        server_say(s, "220 go\r\n", 8);
        server_start_tls(s);
        return;
    }
    server_say(s, "221 bye\r\n", 9);
    server_close(s);
}

struct plan {
    unsigned event, closing_at; /* counted from 1 */
};

static void live_until_told_to_close(struct scene *s, const char *event)
{
    struct plan *plan = s->data;
    bool secure = ph__conn_tls(s->conn);
    if (++plan->event == plan->closing_at) {
        scene_close(s);
        scene_close(s); /* twice is once */
    }
    if (!strcmp(event, "opened"))
        (void)ph__conn_write(s->conn, &(struct ph_slice){"STARTTLS", 8}, 1);
    if (!strcmp(event, "received") && !secure)
        scene_start_tls(s, "localhost");
    if (!strcmp(event, "secured"))
        ph__conn_deadline(s->conn, 0);
    if (!strcmp(event, "expired"))
        (void)ph__conn_write(s->conn, &(struct ph_slice){"QUIT", 4}, 1);
    if (!strcmp(event, "failed"))
        scene_close(s);
}

/* C03: and whatever the callback calls after it does nothing. */
static void closing_is_legal_in_every_callback(void **state)
{
    static const struct script serving = {.received = serve};
    static const char life[] =
        "opened received secured expired received failed ";
    const char *end = life;
    for (unsigned at = 1; *end; at++) {
        struct plan plan = {.closing_at = at};
        struct scene s;
        scene_init(&s, &serving);
        s.then = live_until_told_to_close;
        s.data = &plan;
        scene_dial(&s);
        scene_run(&s);
        end = strchr(end, ' ') + 1;
        assert_int_equal(s.log.len, end - life);
        assert_memory_equal(s.log.data, life, s.log.len);
        assert_true(s.closed);
        scene_done(&s);
    }
}

static void close_without_callback(struct scene *s, const char *event)
{
    ph__conn_close(s->conn, NULL, NULL);
    s->conn = NULL;
    s->closed = true;
}

static void nobody_needs_to_hear_of_the_end(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    s.then = close_without_callback;
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "opened ");
    scene_done(&s);
}

static void keep_dead(struct scene *s, const char *event)
{
    assert_string_equal(event, "failed");
    ph__conn_deadline(s->conn, 0);
}

static void after_failure_nothing_more_is_told(void **state)
{
    struct scene s;
    scene_init(&s, &script_silent);
    server_stop_listening(&s);
    s.then = keep_dead;
    s.target.unix_path = "/nonexistent/socket";
    ph__conn_deadline(s.conn, uv_now(&s.loop) + 1); /* one turn too late */
    scene_dial(&s);
    scene_run(&s);
    scene_expect(&s, "failed ");
    scene_done(&s);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* the server's, which writes through libuv */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_fires_once_until_it_is_set_again),
        cmocka_unit_test(a_deadline_may_be_moved_both_ways),
        cmocka_unit_test(no_deadline_leaves_nothing_to_wait_for),
        cmocka_unit_test(an_idle_connection_does_not_hold_the_loop),
        cmocka_unit_test(one_that_dials_while_idle_is_idle_once_it_is_open),
        cmocka_unit_test(an_idle_connection_still_hears_the_peer),
        cmocka_unit_test(closing_before_dialling_is_fine),
        cmocka_unit_test(closing_while_connecting_is_silent),
        cmocka_unit_test(closing_with_a_failure_pending_is_silent),
        cmocka_unit_test(closing_is_legal_in_every_callback),
        cmocka_unit_test(nobody_needs_to_hear_of_the_end),
        cmocka_unit_test(after_failure_nothing_more_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
