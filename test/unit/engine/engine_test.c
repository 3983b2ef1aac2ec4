/* The engine against a modelled server. */
#include "engine/parts.h"
#include "world.h"

static void jobs_share_a_few_sessions(void **state) /* U06 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 3, 0);
    world_submit(&w, 50);
    world_run(&w);
    assert_int_equal(world_count(&w, 50, PH_ACCEPTED), 50);
    assert_int_equal(w.accepted_by_server, 50);
    assert_int_equal(w.dialled, 3);
    assert_int_equal(w.commits, 50);
    world_tear_down(&w, 50);
}

static void one_job_dials_once(void **state)
{
    (void)state;
    struct world w;
    world_set_up(&w, 5, 0);
    world_submit(&w, 1);
    world_run(&w);
    assert_int_equal(w.dialled, 1);
    world_tear_down(&w, 1);
}

static void sessions_retire_after_their_messages(void **state) /* U26 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 10);
    world_submit(&w, 50);
    world_run(&w);
    assert_int_equal(world_count(&w, 50, PH_ACCEPTED), 50);
    assert_int_equal(w.dialled, 5);
    world_tear_down(&w, 50);
}

static void nobody_listens_and_every_job_is_told(void **state) /* U03 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 3, 0);
    w.refuse_dial = true;
    world_submit(&w, 20);
    world_run(&w);
    assert_int_equal(world_count(&w, 20, PH_UNSENT), 20);
    assert_int_equal(w.codes[7], PH_E_CONNECT);
    assert_int_equal(w.stages[7], PH_STAGE_CONNECT);
    assert_true(w.dialled <= 3);
    world_tear_down(&w, 20);
}

static void a_client_recovers_when_the_server_is_back(void **state) /* U01 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 3, 0);
    w.refuse_dial = true;
    world_submit(&w, 1);
    world_run(&w);
    w.refuse_dial = false;
    w.finished[0] = 0;
    world_submit(&w, 1);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_ACCEPTED);
    world_tear_down(&w, 1);
}

static void fewer_sessions_do_when_the_server_wants_so(void **state) /* U26 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 5, 0);
    w.greet_at_most = 2;
    world_submit(&w, 40);
    world_run(&w);
    assert_int_equal(world_count(&w, 40, PH_ACCEPTED), 40);
    assert_int_equal(w.dialled, 5);
    world_tear_down(&w, 40);
}

static void a_server_that_leaves_quietly_costs_nothing(void **state) /* U26 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 2, 0);
    w.drop_after = 4;
    world_submit(&w, 40);
    world_run(&w);
    assert_int_equal(world_count(&w, 40, PH_ACCEPTED), 40);
    assert_int_equal(w.accepted_by_server, 40); /* and nothing twice */
    world_tear_down(&w, 40);
}

static void content_without_an_answer_is_uncertain(void **state) /* U18 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 2, 0);
    w.drop_at_dot = true;
    world_submit(&w, 6);
    world_run(&w);
    assert_int_equal(world_count(&w, 6, PH_UNCERTAIN), 6);
    assert_int_equal(w.codes[0], PH_E_DOUBT);
    world_tear_down(&w, 6);
}

static void silence_ends_in_a_timeout(void **state) /* U09, U10 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    w.hold_commits = true;
    world_submit(&w, 1);
    world_run(&w);
    struct ph__session *s = w.peers[0].session;
    uint64_t deadline = ph__session_deadline(s);
    assert_true(deadline != PH__NEVER);
    ph__session_expired(s, deadline - 1);
    world_run(&w);
    assert_int_equal(w.finished[0], 0);
    w.now = deadline;
    ph__session_expired(s, w.now);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_DEFERRED);
    assert_int_equal(w.codes[0], PH_E_TIMEOUT);
    world_tear_down(&w, 1);
}

static void an_idle_session_leaves_after_a_while(void **state)
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    world_submit(&w, 1);
    world_run(&w);
    struct ph__session *s = w.peers[0].session;
    assert_true(ph__session_idle(s));
    assert_int_equal(ph__session_deadline(s), 30000);
    ph__session_expired(s, 30000);
    world_run(&w);
    assert_null(w.peers[0].session);
    world_tear_down(&w, 1);
}

/* One message was sent; the session dies when MAIL of the next is out. */
static void die_while_idle(struct world *w)
{
    struct ph__order order;
    world_submit(w, 1);
    world_run(w);
    w->finished[0] = 0;
    world_submit(w, 1);
    assert_true(ph__engine_next(w->engine, w->now, &order));
    assert_int_equal(order.type, PH__SETTLED);
}

static void a_session_that_died_while_idle_is_replaced(void **state) /* U01 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    die_while_idle(&w);
    world_lose(&w.peers[0]);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_ACCEPTED);
    assert_int_equal(w.jobs[0].attempts, 1); /* a free replay */
    assert_int_equal(w.dialled, 2);
    world_tear_down(&w, 1);
}

static void abort_tells_every_job_once(void **state) /* U07 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 2, 0);
    w.hold_commits = true;
    world_submit(&w, 10);
    world_run(&w);
    ph__engine_abort(w.engine);
    world_run(&w);
    assert_int_equal(world_count(&w, 10, PH_UNSENT), 8);
    assert_int_equal(world_count(&w, 10, PH_DEFERRED), 2);
    world_tear_down(&w, 10);
}

static void drain_finishes_what_was_submitted(void **state) /* U07 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 2, 0);
    world_submit(&w, 30);
    ph__engine_drain(w.engine);
    world_run(&w);
    assert_int_equal(world_count(&w, 30, PH_ACCEPTED), 30);
    world_tear_down(&w, 30);
}

static void draining_does_not_give_up_on_a_dead_session(void **state) /* U01 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    die_while_idle(&w);
    ph__engine_drain(w.engine);
    world_lose(&w.peers[0]);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_ACCEPTED);
    world_tear_down(&w, 1);
}

static void aborting_does(void **state)
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    die_while_idle(&w);
    ph__engine_abort(w.engine);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_UNSENT);
    assert_int_equal(w.dialled, 1);
    world_tear_down(&w, 1);
}

static void an_address_for_smtputf8_is_refused_alone(void **state) /* U24 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    world_submit(&w, 3);
    w.to[1] = "b\xc3\xbc@y.test";
    world_run(&w);
    assert_int_equal(w.outcomes[1], PH_REFUSED);
    assert_int_equal(w.codes[1], PH_E_EXTENSION);
    assert_int_equal(world_count(&w, 3, PH_ACCEPTED), 2);
    world_tear_down(&w, 3);
}

/* U21: at once, each once; and what was learned holds for the next. */
static void
recipients_beyond_the_servers_limit_go_in_further_turns(void **state)
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    w.rcpt_max = 7;
    world_submit_list(&w, 20);
    world_run(&w);
    assert_int_equal(w.accepted_by_server, 3);
    assert_int_equal(w.dialled, 1);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(w.delivered[i], 1);
        assert_int_equal(w.results[i].outcome, PH_ACCEPTED);
        assert_string_equal(w.results[i].reply.text, "taken");
    }
    world_tear_down(&w, 1);
}

/* U29: a token that was refused may be too old; asked for anew, once. */
static void refused_credentials_are_asked_for_once_more(void **state)
{
    (void)state;
    static const struct {
        unsigned refuse;
        unsigned logins;
        enum ph_outcome outcome;
    } cases[] = {{0, 1, PH_ACCEPTED}, {1, 2, PH_ACCEPTED}, {2, 2, PH_UNSENT}};
    for (size_t i = 0; i < 3; i++) {
        struct world w;
        world_set_up_login(&w, 1);
        w.refuse_logins = cases[i].refuse;
        world_submit(&w, 2);
        world_run(&w);
        assert_int_equal(w.logins, cases[i].logins);
        assert_int_equal(w.refusals, cases[i].logins - 1);
        assert_int_equal(world_count(&w, 2, cases[i].outcome), 2);
        world_tear_down(&w, 2);
    }
}

static void without_credentials_nothing_is_sent(void **state)
{
    (void)state;
    struct world w;
    world_set_up_login(&w, 3);
    w.credentials.user = NULL;
    world_submit(&w, 5);
    world_run(&w);
    assert_int_equal(world_count(&w, 5, PH_UNSENT), 5);
    assert_int_equal(w.results[0].code, PH_E_AUTH);
    assert_string_equal(w.results[0].detail, "nobody is in");
    world_tear_down(&w, 5);
}

/* S03: what cannot be encrypted goes in clear where that is allowed, and
 * nothing secret with it. */
static void
a_handshake_that_fails_is_done_without_if_tls_is_optional(void **state)
{
    (void)state;
    static const struct {
        enum ph_tls tls;
        bool asks;
        size_t dialled;
        enum ph_outcome outcome;
    } cases[] = {{PH_TLS_OPPORTUNISTIC, false, 2, PH_ACCEPTED},
                 {PH_TLS_OPPORTUNISTIC, true, 1, PH_UNSENT},
                 {PH_TLS_REQUIRED, false, 1, PH_UNSENT},
                 {PH_TLS_IMPLICIT, false, 1, PH_UNSENT}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct world w;
        struct ph__engine_options options = {
            .session = {.size = sizeof(options.session),
                        .tls = cases[i].tls,
                        .ask_login = cases[i].asks},
            .connections = 1};
        world_set_up_with(&w, &options);
        w.break_tls = true;
        world_submit(&w, 2);
        world_run(&w);
        assert_int_equal(w.dialled, cases[i].dialled);
        assert_int_equal(world_count(&w, 2, cases[i].outcome), 2);
        assert_int_equal(w.logins, 0);
        world_tear_down(&w, 2);
    }
}

/* U11: where a server ought to wait for TLS, its silence is told soon; but a
 * first octet is as good as a greeting. */
static void silence_where_tls_comes_first_is_told_soon(void **state)
{
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        struct world w;
        struct ph__engine_options options = {
            .session = {.size = sizeof(options.session), .tls = PH_TLS_NONE},
            .connections = 1,
            .silence_ms = 10000,
            .silence = "use TLS"};
        world_set_up_with(&w, &options);
        w.mute = true;
        world_submit(&w, 1);
        world_run(&w);
        struct ph__session *s = w.peers[0].session;
        assert_int_equal(ph__session_deadline(s), 10000);
        if (slow)
            ph__session_received(s, "2", 1);
        w.now = 10000;
        ph__session_expired(s, w.now);
        world_run(&w);
        assert_int_equal(w.finished[0], !slow);
        if (slow)
            assert_int_equal(ph__session_deadline(s), 300000);
        else
            assert_string_equal(w.results[0].detail, "use TLS");
        if (slow)
            world_lose(&w.peers[0]);
        world_tear_down(&w, 1);
    }
}

static void our_own_limit_makes_turns_too(void **state)
{
    (void)state;
    struct world w;
    world_set_up(&w, 2, 0);
    w.engine->recipients = 6;
    world_submit_list(&w, 20);
    world_run(&w);
    assert_int_equal(w.accepted_by_server, 4);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(w.delivered[i], 1);
    world_tear_down(&w, 1);
}

static void
a_job_that_rode_behind_a_lost_session_goes_again(void **state) /* PL-09, U26 */
{
    (void)state;
    struct world w;
    world_set_up(&w, 1, 0);
    w.drop_behind = true;
    world_submit(&w, 10);
    world_run(&w);
    assert_false(w.drop_behind); /* it happened */
    assert_int_equal(w.accepted_by_server, 10);
    assert_int_equal(world_count(&w, 10, PH_ACCEPTED), 10);
    assert_int_equal(w.dialled, 2);
    world_tear_down(&w, 10);
}

/* PL-03: more events than the machine holds, the end of a job among them. */
static void replies_that_come_at_once_are_all_heard(void **state)
{
    static const char *const to[] = {"r0@y.test", "r1@y.test", "r2@y.test",
                                     "r3@y.test", "r4@y.test", "r5@y.test",
                                     "r6@y.test", "r7@y.test"};
    enum { MANY = sizeof(to) / sizeof(*to), COUNT = 4 };
    struct ph_recipient_result results[COUNT][MANY] = {0};
    struct world w;
    (void)state;
    world_set_up(&w, 1, 0);
    w.together = true;
    world_submit(&w, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        w.jobs[i].env.to = to;
        w.jobs[i].env.to_count = MANY;
        w.jobs[i].results = results[i];
    }
    world_run(&w);
    assert_int_equal(w.dialled, 1);
    assert_int_equal(world_count(&w, COUNT, PH_ACCEPTED), COUNT);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(w.delivered[i], COUNT);
        assert_int_equal(results[COUNT - 1][i].outcome, PH_ACCEPTED);
        assert_string_equal(results[COUNT - 1][i].reply.text, "taken");
    }
    world_tear_down(&w, COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_share_a_few_sessions),
        cmocka_unit_test(
            recipients_beyond_the_servers_limit_go_in_further_turns),
        cmocka_unit_test(our_own_limit_makes_turns_too),
        cmocka_unit_test(a_job_that_rode_behind_a_lost_session_goes_again),
        cmocka_unit_test(one_job_dials_once),
        cmocka_unit_test(sessions_retire_after_their_messages),
        cmocka_unit_test(nobody_listens_and_every_job_is_told),
        cmocka_unit_test(a_client_recovers_when_the_server_is_back),
        cmocka_unit_test(fewer_sessions_do_when_the_server_wants_so),
        cmocka_unit_test(a_server_that_leaves_quietly_costs_nothing),
        cmocka_unit_test(content_without_an_answer_is_uncertain),
        cmocka_unit_test(silence_ends_in_a_timeout),
        cmocka_unit_test(an_idle_session_leaves_after_a_while),
        cmocka_unit_test(a_session_that_died_while_idle_is_replaced),
        cmocka_unit_test(abort_tells_every_job_once),
        cmocka_unit_test(drain_finishes_what_was_submitted),
        cmocka_unit_test(draining_does_not_give_up_on_a_dead_session),
        cmocka_unit_test(aborting_does),
        cmocka_unit_test(
            a_handshake_that_fails_is_done_without_if_tls_is_optional),
        cmocka_unit_test(silence_where_tls_comes_first_is_told_soon),
        cmocka_unit_test(refused_credentials_are_asked_for_once_more),
        cmocka_unit_test(without_credentials_nothing_is_sent),
        cmocka_unit_test(an_address_for_smtputf8_is_refused_alone),
        cmocka_unit_test(replies_that_come_at_once_are_all_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
