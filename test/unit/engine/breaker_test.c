#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/retry.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* A server where no session can be had, and somebody who wants `most` of them
 * all the time. Each fails `after_ms`; time is counted in milliseconds. */
struct world {
    struct ph__breaker breaker;
    struct ph__random random;
    unsigned most;
    uint64_t after_ms;
    bool hard;
    uint64_t now;
    uint64_t fails_at[64]; /* of those on their way, oldest first */
    unsigned connecting;
    unsigned dials;
};

static void fail_due(struct world *w)
{
    while (w->connecting && w->fails_at[0] <= w->now) {
        w->connecting--;
        memmove(w->fails_at, w->fails_at + 1,
                w->connecting * sizeof(w->fails_at[0]));
        ph__breaker_failed(&w->breaker, &w->random, w->now, w->hard);
    }
}

static void dial(struct world *w)
{
    while (w->connecting < w->most &&
           ph__breaker_lets(&w->breaker, w->now, w->connecting)) {
        w->fails_at[w->connecting++] = w->now + w->after_ms;
        w->dials++;
    }
}

static unsigned dials_within(struct world *w, uint64_t ms)
{
    unsigned before = w->dials;
    for (uint64_t end = w->now + ms; w->now < end; w->now++) {
        dial(w);
        fail_due(w);
    }
    return w->dials - before;
}

/* U05 */
static void a_dead_server_is_not_hammered(void **state)
{
    for (uint64_t seed = 0; seed < 20; seed++)
        for (unsigned most = 1; most <= 12; most++) {
            struct world w = {
                .most = most, .random = {seed}, .after_ms = seed % 4 * 50};
            assert_in_range(dials_within(&w, MINUTE), 4, 20);
            assert_int_equal(w.breaker.failing_at, w.after_ms);
        }
}

static void it_is_asked_ever_more_rarely_but_not_forgotten(void **state)
{
    struct world w = {.most = 5, .after_ms = 20};
    dials_within(&w, 2 * HOUR);
    for (int i = 0; i < 10; i++) /* every 15 to 22.5 minutes */
        assert_in_range(dials_within(&w, 90 * MINUTE), 3, 6);
}

static void a_hard_failure_is_asked_rarely_from_the_first(void **state)
{
    struct world w = {.most = 3, .after_ms = 20, .hard = true};
    /* Those that were on their way count once. */
    assert_int_equal(dials_within(&w, PH__BREAKER_HARD_MS), 3);
    assert_int_equal(w.breaker.failures, 1);
    assert_in_range(dials_within(&w, HOUR), 2, 5);
    dials_within(&w, 10 * HOUR);
    assert_in_range(dials_within(&w, 12 * HOUR), 8, 13);
}

static void the_pauses_grow_with_the_square(void **state)
{
    struct ph__breaker b = {0};
    struct ph__random r = {3};
    uint64_t now = 5 * HOUR;
    static const uint64_t steps[] = {1, 4, 9, 16, 25, 36, 49, 60, 60};
    ph__breaker_failed(&b, &r, now, false);
    ph__breaker_failed(&b, &r, now + 1, false);
    assert_int_equal(b.state, PH__BREAKER_CLOSED);
    assert_true(b.failing_at == now);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        uint64_t pause = steps[i] * PH__BREAKER_STEP_MS;
        ph__breaker_failed(&b, &r, now, false);
        assert_int_equal(b.state, PH__BREAKER_OPEN);
        assert_in_range(b.until - now, pause, pause + pause / 2);
        assert_false(ph__breaker_lets(&b, b.until - 1, 0));
        now = b.until;
        assert_true(ph__breaker_lets(&b, now, 0));
    }
}

static void half_open_lets_one_through(void **state)
{
    struct ph__breaker b = {0};
    struct ph__random r = {4};
    for (int i = 0; i < 3; i++)
        ph__breaker_failed(&b, &r, 0, false);
    uint64_t now = b.until;
    assert_false(ph__breaker_lets(&b, now, 1)); /* one of before */
    assert_int_equal(b.state, PH__BREAKER_HALF);
    assert_true(ph__breaker_lets(&b, now, 0));
    assert_false(ph__breaker_lets(&b, now, 1));
    ph__breaker_failed(&b, &r, now, false); /* one is enough */
    assert_int_equal(b.state, PH__BREAKER_OPEN);
    assert_true(ph__breaker_lets(&b, b.until, 0));
    ph__breaker_succeeded(&b);
    assert_int_equal(b.state, PH__BREAKER_CLOSED);
    assert_int_equal(b.failures, 0);
    assert_true(ph__breaker_lets(&b, now, 50));
}

static void what_fails_late_does_not_lengthen_the_pause(void **state)
{
    struct ph__breaker b = {0};
    struct ph__random r = {5};
    for (int i = 0; i < 3; i++)
        ph__breaker_failed(&b, &r, 0, false);
    uint64_t until = b.until;
    ph__breaker_failed(&b, &r, 10, false);
    assert_true(b.until == until);
    assert_int_equal(b.failures, 3);
    ph__breaker_failed(&b, &r, 10, true); /* unless it says more */
    assert_true(b.until >= 10 + PH__BREAKER_HARD_MS);
}

static void no_number_is_too_great(void **state)
{
    struct ph__breaker b = {.failures = UINT32_MAX, .state = PH__BREAKER_HALF};
    struct ph__random r = {6};
    ph__breaker_failed(&b, &r, UINT64_MAX - 5, false);
    assert_true(b.until == UINT64_MAX);
    assert_true(b.failures == UINT32_MAX);
    b = (struct ph__breaker){.failures = UINT32_MAX - 1};
    ph__breaker_failed(&b, &r, 0, true);
    assert_in_range(b.until, PH__BREAKER_LONGEST_MS,
                    PH__BREAKER_LONGEST_MS * 3 / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_server_is_not_hammered),
        cmocka_unit_test(it_is_asked_ever_more_rarely_but_not_forgotten),
        cmocka_unit_test(a_hard_failure_is_asked_rarely_from_the_first),
        cmocka_unit_test(the_pauses_grow_with_the_square),
        cmocka_unit_test(half_open_lets_one_through),
        cmocka_unit_test(what_fails_late_does_not_lengthen_the_pause),
        cmocka_unit_test(no_number_is_too_great),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
