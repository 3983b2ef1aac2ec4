#include "world.h"

/* What is borne before somebody is told: retries, outages, deadlines, paces. */

enum { JOBS_USED = 10, SECOND = 1000, MINUTE = 60 * SECOND };

static struct ph__engine_options with(const struct ph__policy *policy)
{
    return (struct ph__engine_options){
        .session = {.size = sizeof(struct ph_session_options),
                    .tls = PH_TLS_NONE},
        .connections = 2,
        .idle_ms = 30000,
        .dial_ms = 10000,
        .policy = *policy,
        .seed = 1};
}

static const struct ph__policy three = {.attempts = 3, .wait_ms = 30000};
static const struct ph__policy borne = {
    .attempts = 3, .wait_ms = 30000, .outage_ms = 10 * MINUTE, .patient = true};

static void set_up(struct world *w, const struct ph__policy *policy)
{
    struct ph__engine_options options = with(policy);
    world_set_up_with(w, &options);
}

static void put_off_recipients_go_again(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &three);
    w.greylist = 1;
    world_submit(&w, 1);
    world_pass(&w, 29 * SECOND);
    assert_int_equal(w.finished[0], 0);
    assert_int_equal(ph__engine_stats(w.engine).waiting, 1);
    world_pass(&w, 17 * SECOND); /* up to half more by chance */
    assert_int_equal(w.outcomes[0], PH_ACCEPTED);
    assert_int_equal(w.jobs[0].attempts, 2);
    world_tear_down(&w, 1);
}

static void the_last_attempt_has_the_last_word(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &three);
    w.greylist = 3;
    world_submit(&w, 1);
    world_pass(&w, 10 * MINUTE);
    assert_int_equal(w.outcomes[0], PH_DEFERRED);
    assert_int_equal(w.results[0].reply.code, 450);
    assert_int_equal(w.jobs[0].attempts, 3);
    world_tear_down(&w, 1);
}

/* U05 */
static void a_lost_connection_costs_no_attempt(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &three);
    w.drop_at_rcpt = 4;
    world_submit(&w, 1);
    world_pass(&w, 10 * MINUTE);
    assert_int_equal(w.outcomes[0], PH_ACCEPTED);
    assert_int_equal(w.jobs[0].attempts, 1);
    world_tear_down(&w, 1);
}

/* U05, U20 */
static void but_not_for_ever(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &three);
    w.drop_at_rcpt = 1000;
    world_submit(&w, 1);
    world_pass(&w, 60 * MINUTE);
    assert_int_equal(w.outcomes[0], PH_DEFERRED);
    assert_in_range(w.dialled, 3, 18);
    w.drop_at_rcpt = 0;
    world_tear_down(&w, 1);
}

/* U05: and what waits is sent when the server is back. */
static void an_outage_is_borne_without_a_storm(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &borne);
    w.refuse_dial = true;
    world_submit(&w, JOBS_USED);
    world_pass(&w, MINUTE);
    assert_int_equal(w.finished[0], 0);
    assert_in_range(w.dialled, 3, 20);
    assert_int_equal(ph__engine_health(w.engine).breaker, PH__BREAKER_OPEN);
    assert_non_null(ph__engine_health(w.engine).why);
    w.refuse_dial = false;
    world_pass(&w, 8 * MINUTE);
    assert_int_equal(world_count(&w, JOBS_USED, PH_ACCEPTED), JOBS_USED);
    assert_int_equal(ph__engine_health(w.engine).breaker, PH__BREAKER_CLOSED);
    assert_null(ph__engine_health(w.engine).why);
    world_tear_down(&w, JOBS_USED);
}

static void an_outage_that_lasts_is_told(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &borne);
    w.refuse_dial = true;
    world_submit(&w, JOBS_USED);
    world_pass(&w, 10 * MINUTE + SECOND);
    assert_int_equal(world_count(&w, JOBS_USED, PH_UNSENT), JOBS_USED);
    assert_int_equal(w.codes[0], PH_E_CONNECT);
    world_tear_down(&w, JOBS_USED);
}

/* Who closes does not wait for better times. */
static void draining_ends_every_wait(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &borne);
    w.greylist = 1;
    world_submit(&w, 1);
    world_pass(&w, SECOND);
    assert_int_equal(w.finished[0], 0);
    ph__engine_drain(w.engine);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_DEFERRED);
    assert_int_equal(w.results[0].reply.code, 450);
    world_tear_down(&w, 1);

    set_up(&w, &borne);
    w.refuse_dial = true;
    world_submit(&w, JOBS_USED);
    world_pass(&w, MINUTE);
    world_tear_down(&w, JOBS_USED);
    assert_int_equal(world_count(&w, JOBS_USED, PH_UNSENT), JOBS_USED);
}

/* U13: wherever it is, once. */
static void canceled_while_it_waits(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &borne);
    w.refuse_dial = true;
    world_submit(&w, 1);
    world_pass(&w, SECOND);
    ph__engine_cancel(w.engine, &w.jobs[0], PH_E_CANCELED);
    ph__engine_cancel(w.engine, &w.jobs[0], PH_E_CANCELED);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_UNSENT);
    assert_int_equal(w.codes[0], PH_E_CANCELED);
    world_tear_down(&w, 1);

    set_up(&w, &three);
    w.greylist = 1;
    world_submit(&w, 1);
    world_pass(&w, SECOND);
    ph__engine_cancel(w.engine, &w.jobs[0], PH_E_CANCELED);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_DEFERRED); /* that is what is known */
    world_tear_down(&w, 1);
}

static void canceled_under_way(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &three);
    w.hold_commits = true;
    world_submit(&w, 1);
    world_run(&w);
    assert_int_equal(w.commits, 1);
    ph__engine_cancel(w.engine, &w.jobs[0], PH_E_CANCELED);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_DEFERRED); /* RCPT had left */
    assert_int_equal(w.codes[0], PH_E_CANCELED);
    world_tear_down(&w, 1);

    set_up(&w, &three);
    w.hold_content = true;
    world_submit(&w, 1);
    world_run(&w);
    ph__engine_cancel(w.engine, &w.jobs[0], PH_E_CANCELED);
    world_run(&w);
    assert_int_equal(w.outcomes[0], PH_UNCERTAIN);
    w.hold_content = false;
    world_tear_down(&w, 1);
}

static void a_deadline_runs_while_it_waits(void **state)
{
    (void)state;
    struct world w;
    set_up(&w, &borne);
    w.refuse_dial = true;
    w.deadline = w.now + 5 * SECOND;
    world_submit(&w, 1);
    world_pass(&w, 4 * SECOND);
    assert_int_equal(w.finished[0], 0);
    world_pass(&w, 2 * SECOND);
    assert_int_equal(w.outcomes[0], PH_UNSENT);
    assert_int_equal(w.codes[0], PH_E_TIMEOUT);
    world_tear_down(&w, 1);
}

/* U18 */
static void what_may_have_arrived_goes_again_on_demand_only(void **state)
{
    (void)state;
    struct ph__policy even = three;
    even.even_uncertain = true;
    const struct ph__policy *policies[] = {&three, &even};
    for (size_t i = 0; i < 2; i++) {
        struct world w;
        set_up(&w, policies[i]);
        w.drop_at_dot = true;
        world_submit(&w, 1);
        world_pass(&w, SECOND);
        w.drop_at_dot = false;
        world_pass(&w, MINUTE);
        assert_int_equal(w.outcomes[0], i ? PH_ACCEPTED : PH_UNCERTAIN);
        world_tear_down(&w, 1);
    }
}

/* Refused later, it may have been delivered all the same. */
static void doubt_does_not_go_away(void **state)
{
    (void)state;
    struct ph__policy even = three;
    even.even_uncertain = true;
    struct world w;
    set_up(&w, &even);
    w.drop_at_dot = true;
    world_submit(&w, 1);
    world_pass(&w, SECOND);
    w.greylist = 100;
    world_pass(&w, 10 * MINUTE);
    assert_int_equal(w.outcomes[0], PH_UNCERTAIN);
    w.greylist = 0;
    world_tear_down(&w, 1);
}

/* U25 */
static void a_pace_is_kept_by_all_sessions_together(void **state)
{
    (void)state;
    struct ph__pace *pace;
    const struct ph__pace_limits limits[PH__PACE_KINDS] = {
        [PH__PACE_MESSAGES] = {.count = 10, .per_ms = SECOND, .burst = 1}};
    struct ph__engine_options options = with(&three);
    struct world w;
    assert_int_equal(ph__pace_new(&pace, limits), PH_OK);
    options.pace = pace;
    options.connections = 5;
    world_set_up_with(&w, &options);
    world_submit(&w, 50);
    world_pass(&w, SECOND - 1);
    assert_int_equal(w.accepted_by_server, 10);
    world_pass(&w, 4 * SECOND - 99);
    assert_int_equal(w.accepted_by_server, 50);
    world_tear_down(&w, 50);
    ph__pace_free(pace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_off_recipients_go_again),
        cmocka_unit_test(the_last_attempt_has_the_last_word),
        cmocka_unit_test(a_lost_connection_costs_no_attempt),
        cmocka_unit_test(but_not_for_ever),
        cmocka_unit_test(an_outage_is_borne_without_a_storm),
        cmocka_unit_test(an_outage_that_lasts_is_told),
        cmocka_unit_test(draining_ends_every_wait),
        cmocka_unit_test(canceled_while_it_waits),
        cmocka_unit_test(canceled_under_way),
        cmocka_unit_test(a_deadline_runs_while_it_waits),
        cmocka_unit_test(what_may_have_arrived_goes_again_on_demand_only),
        cmocka_unit_test(doubt_does_not_go_away),
        cmocka_unit_test(a_pace_is_kept_by_all_sessions_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
