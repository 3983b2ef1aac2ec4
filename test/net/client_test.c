/* The whole client against the sink, both on one loop. After every test the
 * loop closes clean (C04). */
#include "net/scene.h"

static void with_tls(struct scene *s)
{
    s->sink_options.tls_cert = CERTS "server.pem";
    s->sink_options.tls_key = CERTS "server.key";
    s->sink_options.user = "tim";
    s->sink_options.password = "secret";
    s->options.tls_ca_file = CERTS "ca.pem";
    s->session.tls = PH_TLS_REQUIRED;
}

static const struct ph_credentials tim = {
    .size = sizeof(tim), .user = "tim", .password = "secret"};

static void a_list_goes_out_over_a_few_tls_sessions(void **state) /* U06 */
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    with_tls(&s);
    s.session.auth = &tim;
    s.options.connections = 5;
    scene_start(&s);
    scene_submit(&s, 200);
    ph_client_close(s.client, scene_client_closed, &s);
    scene_run(&s);
    assert_int_equal(scene_count(&s, PH_ACCEPTED), 200);
    assert_true(s.secure);
    assert_int_equal(s.commits, 200);
    assert_int_equal(s.counts.messages, 200);
    assert_int_equal(s.counts.connections, 5);
    assert_int_equal(s.counts.handshakes, 5);
    assert_null(strstr(s.trace, "c2VjcmV0")); /* U38 */
    assert_null(strstr(s.trace, "secret"));
    assert_non_null(strstr(s.trace, "C: AUTH PLAIN <hidden>"));
    scene_end(&s);
}

static void implicit_tls_speaks_from_the_first_byte(void **state) /* TL-13 */
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    with_tls(&s);
    s.sink_options.implicit_tls = true;
    s.session.tls = PH_TLS_IMPLICIT;
    s.session.auth = &tim;
    scene_start(&s);
    scene_submit(&s, 3);
    ph_client_close(s.client, scene_client_closed, &s);
    scene_run(&s);
    assert_int_equal(scene_count(&s, PH_ACCEPTED), 3);
    scene_end(&s);
}

static void a_wrong_certificate_stops_everything(void **state) /* S06, TL-08 */
{
    (void)state;
    static const struct {
        const char *cert;
        const char *key;
        const char *words;
    } bad[] = {{CERTS "expired.pem", CERTS "expired.key", "expired"},
               {CERTS "wrong-name.pem", CERTS "wrong-name.key", "127.0.0.1"},
               {CERTS "self-signed.pem", CERTS "self-signed.key", "self"}};
    for (size_t i = 0; i < 3; i++) {
        static struct scene s;
        scene_init(&s);
        with_tls(&s);
        s.sink_options.tls_cert = bad[i].cert;
        s.sink_options.tls_key = bad[i].key;
        s.session.auth = &tim;
        scene_start(&s);
        scene_submit(&s, 2);
        ph_client_close(s.client, scene_client_closed, &s);
        scene_run(&s);
        assert_int_equal(scene_count(&s, PH_UNSENT), 2);
        assert_int_equal(s.code[0], PH_E_TLS);
        assert_int_equal(s.stage[0], PH_STAGE_TLS);
        assert_non_null(strstr(s.detail, bad[i].words));
        assert_int_equal(s.counts.messages, 0);
        assert_null(strstr(s.trace, "AUTH PLAIN <"));
        scene_end(&s);
    }
}

static void tls_that_is_not_offered_is_not_waived(void **state) /* S02 */
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    s.session.tls = PH_TLS_REQUIRED;
    scene_start(&s);
    scene_submit(&s, 1);
    ph_client_close(s.client, scene_client_closed, &s);
    scene_run(&s);
    assert_int_equal(s.code[0], PH_E_NO_TLS);
    assert_int_equal(s.stage[0], PH_STAGE_STARTTLS);
    assert_null(strstr(s.trace, "C: MAIL"));
    scene_end(&s);
}

static void a_unix_socket_serves_as_well(void **state)
{
    (void)state;
    static struct scene s;
    char listen[64];
    scene_init(&s);
    snprintf(listen, sizeof(listen), "unix:/tmp/posthaste-test-%d",
             (int)uv_os_getpid());
    s.sink_options.listen = listen;
    s.options.host = NULL;
    s.options.unix_path = listen + 5;
    scene_start(&s);
    scene_submit(&s, 10);
    ph_client_close(s.client, scene_client_closed, &s);
    scene_run(&s);
    assert_int_equal(scene_count(&s, PH_ACCEPTED), 10);
    scene_end(&s);
}

static void idle_sessions_do_not_hold_the_loop(void **state) /* C05 */
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    scene_start(&s);
    scene_submit(&s, 4);
    /* The sink is on the same loop and holds it: stop it from listening. */
    while (s.total_completed < 4)
        uv_run(&s.loop, UV_RUN_ONCE);
    struct ph_stats stats = {.size = sizeof(stats)};
    ph_client_stats(s.client, &stats);
    assert_true(stats.open >= 1);
    scene_close_sink(&s);
    scene_run(&s); /* returns: nothing of ours keeps it alive */
    ph_client_close(s.client, NULL, NULL);
    scene_run(&s);
    s.client_closed = true;
    scene_end(&s);
}

static void closing_in_a_callback_is_legal(void **state) /* C03, U07 */
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    s.close_in_callback = true;
    scene_start(&s);
    scene_submit(&s, 20);
    scene_run(&s);
    assert_int_equal(scene_count(&s, PH_ACCEPTED), 20); /* drained */
    scene_end(&s);
}

static void aborting_in_a_callback_is_legal(void **state) /* C03, U07 */
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    s.abort_in_callback = true;
    scene_start(&s);
    scene_submit(&s, 50);
    scene_run(&s);
    assert_true(scene_count(&s, PH_ACCEPTED) >= 1);
    assert_true(scene_count(&s, PH_UNSENT) >= 1);
    scene_end(&s);
}

static void aborting_at_any_line_of_the_trace_is_legal(void **state)
{
    (void)state;
    static struct scene s;
    bool reached = true;
    for (size_t line = 1; reached; line++) {
        scene_init(&s);
        s.abort_at_line = line;
        s.close_in_callback = true;
        scene_start(&s);
        scene_submit(&s, 2);
        scene_run(&s);
        assert_int_equal(s.total_completed, 2);
        reached = s.lines >= line;
        scene_end(&s);
    }
    assert_true(s.lines > 10);
}

static void aborting_before_the_first_turn_is_legal(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    scene_start(&s);
    scene_submit(&s, 5);
    ph_client_abort(s.client, scene_client_closed, &s);
    assert_int_equal(s.total_completed, 0);
    scene_run(&s);
    assert_int_equal(scene_count(&s, PH_UNSENT), 5);
    assert_int_equal(s.code[0], PH_E_CANCELED);
    scene_end(&s);
}

static void closing_an_unused_client_is_legal(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    scene_start(&s);
    scene_end(&s);
}

static void closing_twice_is_once(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    scene_start(&s);
    scene_submit(&s, 1);
    ph_client_close(s.client, scene_client_closed, &s);
    ph_client_close(s.client, scene_client_closed, &s);
    assert_int_equal(ph_client_send(s.client, NULL, NULL, NULL, NULL),
                     PH_E_INVALID);
    scene_run(&s);
    scene_end(&s);
}

static void the_last_octets_wait_for_go(void **state) /* U19 */
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    s.hold = true;
    scene_start(&s);
    scene_submit(&s, 1);
    while (!s.held)
        uv_run(&s.loop, UV_RUN_ONCE);
    for (int i = 0; i < 20; i++)
        uv_run(&s.loop, UV_RUN_NOWAIT);
    assert_int_equal(ph__sink_counts(s.sink)->messages, 0);
    ph_job_go(s.held);
    ph_client_close(s.client, scene_client_closed, &s);
    scene_run(&s);
    assert_int_equal(s.outcome[0], PH_ACCEPTED);
    scene_end(&s);
}

/* One fault of the sink, and what becomes of one message. */
static void expect_fault(const char *fault, enum ph_outcome outcome,
                         enum ph_stage stage, int code)
{
    static struct scene s;
    const char *const faults[] = {fault};
    scene_init(&s);
    s.sink_options.replies = faults;
    s.sink_options.reply_count = 1;
    scene_start(&s);
    scene_submit(&s, 1);
    ph_client_close(s.client, scene_client_closed, &s);
    scene_run(&s);
    if (s.outcome[0] != outcome || s.stage[0] != stage || s.code[0] != code)
        fail_msg("%s: %s at %s, %s", fault, ph_outcome_name(s.outcome[0]),
                 ph_stage_name(s.stage[0]), ph_strerror(s.code[0]));
    scene_end(&s);
}

static void each_fault_has_its_outcome(void **state) /* U14, U17, U18, S15 */
{
    (void)state;
    expect_fault("greeting=554 no", PH_UNSENT, PH_STAGE_GREETING,
                 PH_E_PERMANENT);
    expect_fault("greeting=drop", PH_UNSENT, PH_STAGE_GREETING, PH_E_CLOSED);
    expect_fault("greeting=garbage", PH_UNSENT, PH_STAGE_GREETING,
                 PH_E_PROTOCOL);
    expect_fault("greeting=flood", PH_UNSENT, PH_STAGE_GREETING,
                 PH_E_PROTOCOL); /* S11 */
    expect_fault("hello=421 busy", PH_UNSENT, PH_STAGE_HELLO, PH_E_TEMPORARY);
    expect_fault("mail=451 later", PH_DEFERRED, PH_STAGE_MAIL, PH_E_TEMPORARY);
    expect_fault("mail=550 no", PH_REFUSED, PH_STAGE_MAIL, PH_E_PERMANENT);
    expect_fault("rcpt=550 no", PH_REFUSED, PH_STAGE_RCPT, PH_E_PERMANENT);
    expect_fault("rcpt=drop", PH_DEFERRED, PH_STAGE_RCPT, PH_E_CLOSED);
    expect_fault("data=451 no", PH_DEFERRED, PH_STAGE_DATA, PH_E_TEMPORARY);
    expect_fault("content=554 spam", PH_REFUSED, PH_STAGE_CONTENT,
                 PH_E_PERMANENT);
    expect_fault("content=drop", PH_UNCERTAIN, PH_STAGE_CONTENT, PH_E_DOUBT);
    expect_fault("content=garbage", PH_UNCERTAIN, PH_STAGE_CONTENT,
                 PH_E_PROTOCOL);
    expect_fault("quit=drop", PH_ACCEPTED, PH_STAGE_CONTENT, PH_OK); /* TX-18 */
}

static void nobody_listens(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    scene_start(&s);
    uint16_t port = ph__sink_port(s.sink);
    ph_client_close(s.client, NULL, NULL);
    scene_close_sink(&s);
    scene_run(&s); /* the port is free now */
    s.options.port = port;
    assert_int_equal(ph_client_new(&s.client, &s.loop, &s.options), PH_OK);
    scene_submit(&s, 3);
    ph_client_close(s.client, NULL, NULL);
    scene_run(&s);
    s.client_closed = true;
    assert_int_equal(scene_count(&s, PH_UNSENT), 3);
    assert_int_equal(s.code[0], PH_E_CONNECT);
    assert_int_equal(s.stage[0], PH_STAGE_CONNECT);
    assert_non_null(strstr(s.detail, "refused"));
    scene_end(&s);
}

static void silence_is_cut_by_abort(void **state) /* U03 */
{
    (void)state;
    static struct scene s;
    static const char *const faults[] = {"mail=stall"};
    scene_init(&s);
    s.sink_options.replies = faults;
    s.sink_options.reply_count = 1;
    scene_start(&s);
    scene_submit(&s, 3);
    while (!strstr(s.trace, "C: MAIL"))
        uv_run(&s.loop, UV_RUN_ONCE);
    ph_client_close(s.client, scene_client_closed, &s);
    uv_run(&s.loop, UV_RUN_NOWAIT);
    assert_false(s.client_closed);
    ph_client_abort(s.client, NULL, NULL); /* hastens the close */
    scene_run(&s);
    assert_true(s.client_closed);
    assert_int_equal(scene_count(&s, PH_ACCEPTED), 0);
    scene_end(&s);
}

static void bad_messages_stay_with_the_caller(void **state)
{
    (void)state;
    static struct scene s;
    scene_init(&s);
    scene_start(&s);
    struct ph_message *msg = scene_message();
    ph_message_to(msg, "not an address\r\nRCPT TO:<e@vil>"); /* S19 */
    int rc = ph_client_send(s.client, msg, NULL, scene_sent, NULL);
    assert_true(rc == PH_E_ADDRESS || rc == PH_E_HEADER);
    ph_message_free(msg);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_goes_out_over_a_few_tls_sessions),
        cmocka_unit_test(implicit_tls_speaks_from_the_first_byte),
        cmocka_unit_test(a_wrong_certificate_stops_everything),
        cmocka_unit_test(tls_that_is_not_offered_is_not_waived),
        cmocka_unit_test(a_unix_socket_serves_as_well),
        cmocka_unit_test(idle_sessions_do_not_hold_the_loop),
        cmocka_unit_test(closing_in_a_callback_is_legal),
        cmocka_unit_test(aborting_in_a_callback_is_legal),
        cmocka_unit_test(aborting_at_any_line_of_the_trace_is_legal),
        cmocka_unit_test(aborting_before_the_first_turn_is_legal),
        cmocka_unit_test(closing_an_unused_client_is_legal),
        cmocka_unit_test(closing_twice_is_once),
        cmocka_unit_test(the_last_octets_wait_for_go),
        cmocka_unit_test(each_fault_has_its_outcome),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(silence_is_cut_by_abort),
        cmocka_unit_test(bad_messages_stay_with_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
