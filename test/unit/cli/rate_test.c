#include "scene.h"

#include "cli/options.h"
#include "cli/rate.h"

#define MS 1000000u

static void rates_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t interval_ns;
    } cases[] = {{"1/s", 1000 * (uint64_t)MS},
                 {"40/s", 25 * MS},
                 {"1000000/s", 1000},
                 {"120/m", 500 * MS},
                 {"3600/h", 1000 * (uint64_t)MS}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_rate r;
        assert_int_equal(cli_rate_parse(&r, "--rate", cases[i].text),
                         EXIT_DONE);
        assert_int_equal(r.interval_ns, cases[i].interval_ns);
        assert_int_equal(r.next_ns, 0);
    }
}

static void nonsense_is_a_usage_error(void **state)
{
    (void)state;
    static const char *const cases[] = {"",      "/s",       "5",   "5/",
                                        "0/s",   "-1/s",     "5/d", "5/s ",
                                        "1.5/s", "1000001/s"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_rate r;
        scene_listen();
        int status = cli_rate_parse(&r, "--rate", cases[i]);
        assert_int_equal(strncmp(scene_said(), "posthaste: --rate", 17), 0);
        assert_int_equal(status, EXIT_USAGE_ERROR);
    }
}

static void tokens_come_at_their_interval(void **state)
{
    (void)state;
    struct cli_rate r = {.interval_ns = 25 * MS};
    uint64_t now = 7000 * (uint64_t)MS;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(cli_rate_take(&r, now), 0);
        assert_int_equal(cli_rate_take(&r, now), 25 * MS);
        now += 24 * MS;
        assert_int_equal(cli_rate_take(&r, now), 1 * MS);
        now += 1 * MS;
    }
}

/* A timer that is late now and then does not lower the rate... */
static void lateness_is_made_up_for(void **state)
{
    (void)state;
    struct cli_rate r = {.interval_ns = 10 * MS};
    uint64_t now = 7000 * (uint64_t)MS;
    assert_int_equal(cli_rate_take(&r, now), 0);
    now += 50 * MS;
    for (int i = 0; i < 5; i++)
        assert_int_equal(cli_rate_take(&r, now), 0);
    assert_int_equal(cli_rate_take(&r, now), 10 * MS);
}

/* ... and a long pause is not followed by a flood. */
static void tokens_do_not_pile_up(void **state)
{
    (void)state;
    struct cli_rate r = {.interval_ns = 10 * MS};
    uint64_t now = 7000 * (uint64_t)MS;
    int taken = 0;
    assert_int_equal(cli_rate_take(&r, now), 0);
    now += 3600000 * (uint64_t)MS;
    while (!cli_rate_take(&r, now))
        taken++;
    assert_in_range(taken, 1, 11);
}

static void without_a_rate_there_is_no_wait(void **state)
{
    (void)state;
    struct cli_rate r = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(cli_rate_take(&r, 5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_read),
        cmocka_unit_test(nonsense_is_a_usage_error),
        cmocka_unit_test(tokens_come_at_their_interval),
        cmocka_unit_test(lateness_is_made_up_for),
        cmocka_unit_test(tokens_do_not_pile_up),
        cmocka_unit_test(without_a_rate_there_is_no_wait),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
