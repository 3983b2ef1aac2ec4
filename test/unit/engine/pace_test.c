#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/wrap.h"
#include "engine/pace.h"
#include "engine/retry.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SECOND = 1000, MINUTE = 60000, HOUR = 3600000, DAY = 86400000 };

static struct ph__pace *make(struct ph__pace_limits messages,
                             struct ph__pace_limits recipients)
{
    struct ph__pace *p;
    struct ph__pace_limits limits[PH__PACE_KINDS] = {messages, recipients};
    assert_int_equal(ph__pace_new(&p, limits), PH_OK);
    return p;
}

/* What has gone out. */
struct taken {
    uint64_t at;
    uint64_t count;
};
struct log {
    struct taken taken[9000];
    size_t count;
};

/* The most in any span [t, t + ms): one that begins with a taking has it. */
static uint64_t most_within(const struct log *log, uint64_t ms)
{
    uint64_t most = 0, sum = 0;
    for (size_t first = 0, end = 0; first < log->count; first++) {
        for (;
             end < log->count && log->taken[end].at - log->taken[first].at < ms;
             end++)
            sum += log->taken[end].count;
        most = sum > most ? sum : most;
        sum -= log->taken[first].count;
    }
    return most;
}

/* The first time when one more would not be too many in the span before. */
static uint64_t free_at(const struct log *log, uint64_t ms, uint64_t limit)
{
    uint64_t sum = 0;
    for (size_t i = log->count; i-- > 0;) {
        sum += log->taken[i].count;
        if (sum >= limit)
            return log->taken[i].at + ms;
    }
    return 0;
}

/* Asks at `now` for as many as `want`, and notes what it gets. */
static uint64_t take(struct ph__pace *p, struct log *log, uint64_t now,
                     uint64_t want, uint64_t *again)
{
    uint64_t got = ph__pace_take(p, now, want, again);
    assert_true(got <= want);
    if (!got)
        assert_true(*again > now);
    else if (log->count < COUNT(log->taken))
        log->taken[log->count++] = (struct taken){now, got};
    return got;
}

static const struct {
    const char *label;
    struct ph__pace_limits limits;
    uint64_t ms;
    uint64_t limit;
} spans[] = {
    {"one a minute", {.minute = 1}, MINUTE, 1},
    {"30 a minute", {.minute = 30}, MINUTE, 30},
    {"500 a minute", {.minute = 500}, MINUTE, 500},
    {"100 an hour", {.hour = 100}, HOUR, 100},
    {"2000 a day", {.day = 2000}, DAY, 2000},
    {"7 a day", {.day = 7}, DAY, 7},
};

/* Random takings, at random times or just when they may succeed: by brute
 * force no span has too many, and nobody waits for long without need. */
static void any_span_however_cut_has_at_most_its_limit(void **state)
{
    static struct log log;
    for (size_t i = 0; i < COUNT(spans) * 4; i++) {
        uint64_t ms = spans[i / 4].ms, limit = spans[i / 4].limit;
        struct ph__random r = {i};
        struct ph__pace *p =
            make((struct ph__pace_limits){0}, spans[i / 4].limits);
        uint64_t now = ph__random_below(&r, 3) * DAY, again, refused = 0;
        for (log.count = 0; log.count < COUNT(log.taken);) {
            uint64_t want = 1 + ph__random_below(&r, limit / 8 + 2);
            now += ph__random_below(&r, 2 * ms * want / limit);
            if (take(p, &log, now, want, &again))
                continue;
            refused++;
            uint64_t could = free_at(&log, ms, limit);
            if (again > could + ms / 60)
                fail_msg("%s: too late", spans[i / 4].label);
            if (ph__random_below(&r, 2))
                continue;
            assert_int_equal(take(p, &log, again - 1, want, &could), 0);
            assert_true(could == again);
            assert_true(take(p, &log, again, want, &could) > 0);
            now = again;
        }
        assert_true(refused > 50);
        if (most_within(&log, ms) > limit)
            fail_msg("%s: too many", spans[i / 4].label);
        /* And it is no tighter than a 60th of the span. */
        assert_true(most_within(&log, ms + ms / 60 + 1) >= limit);
        ph__pace_free(p);
    }
}

/* U25: 100 messages at 10 a second, whoever of several sends them. */
static void a_pace_is_kept_evenly(void **state)
{
    static struct log log;
    struct ph__pace *p =
        make((struct ph__pace_limits){.count = 10, .per_ms = SECOND},
             (struct ph__pace_limits){0});
    uint64_t now = 777, again;
    for (log.count = 0; log.count < 100;)
        if (!take(p, &log, now, 1, &again))
            now = again;
    assert_int_equal(now - 777, 9900);
    assert_int_equal(most_within(&log, SECOND), 10);
    ph__pace_free(p);
}

static const struct {
    uint64_t count, per_ms, burst;
} paces[] = {
    {1, SECOND, 1},     {3, SECOND, 1}, {7, SECOND, 4},  {30, MINUTE, 1},
    {5000, SECOND, 1},  {1, 1, 1},      {999, 1000, 20}, {1001, 1000, 1},
    {7919, DAY, 100},   {11, 13, 3},    {250, 7, 250},   {2, DAY, 2},
    {40, 10 * DAY, 39},
};

/* Fractions of a millisecond are neither lost nor won. */
static void a_pace_is_exact(void **state)
{
    static struct log log;
    for (size_t i = 0; i < COUNT(paces); i++) {
        uint64_t count = paces[i].count, per_ms = paces[i].per_ms;
        uint64_t burst = paces[i].burst, now = 5, again;
        struct ph__pace *p =
            make((struct ph__pace_limits){count, per_ms, burst, 0, 0, 0},
                 (struct ph__pace_limits){0});
        for (log.count = 0; log.count < COUNT(log.taken);) {
            uint64_t n = log.count; /* those after the burst, rounded up */
            if (take(p, &log, now, 1, &again)) {
                uint64_t late = n < burst ? 0 : n + 1 - burst;
                assert_int_equal(now - 5, (late * per_ms + count - 1) / count);
                continue;
            }
            assert_int_equal(take(p, &log, again - 1, 1, &now), 0);
            now = again;
        }
        assert_in_range(most_within(&log, per_ms), count, count + burst - 1);
        ph__pace_free(p);
    }
}

static void after_a_rest_a_burst_may_go_and_no_more(void **state)
{
    static struct log log;
    struct ph__random r = {9};
    struct ph__pace *p = make(
        (struct ph__pace_limits){0},
        (struct ph__pace_limits){.count = 100, .per_ms = SECOND, .burst = 50});
    uint64_t now = 0, again;
    for (log.count = 0; log.count < COUNT(log.taken);) {
        now += ph__random_below(&r, 600);
        take(p, &log, now, 1 + ph__random_below(&r, 80), &again);
    }
    assert_in_range(most_within(&log, 1), 45, 50);
    assert_in_range(most_within(&log, SECOND), 140, 149);
    ph__pace_free(p);
}

static void what_is_refused_takes_nothing(void **state)
{
    uint64_t again;
    struct ph__pace *p = make((struct ph__pace_limits){.minute = 2},
                              (struct ph__pace_limits){.hour = 10});
    assert_int_equal(ph__pace_take(p, 0, 3, &again), 3);
    assert_int_equal(ph__pace_take(p, 0, 3, &again), 3);
    for (uint64_t now = 0; now < 10; now++) {
        assert_int_equal(ph__pace_take(p, now, 3, &again), 0);
        assert_int_equal(again, 61 * SECOND); /* messages are what it takes */
    }
    assert_int_equal(ph__pace_take(p, again, 9, &again), 4); /* of 10 */
    assert_int_equal(ph__pace_take(p, 62 * SECOND, 9, &again), 0);
    assert_int_equal(again, 61 * MINUTE);
    /* No message was counted for that. */
    ph__pace_give_back(p, 61 * SECOND, 4);
    assert_int_equal(ph__pace_take(p, 62 * SECOND, 1, &again), 1);
    assert_int_equal(ph__pace_take(p, 62 * SECOND, 1, &again), 1);
    ph__pace_free(p);
}

/* U25 */
static void what_never_went_is_given_back(void **state)
{
    uint64_t again;
    struct ph__pace *p = make((struct ph__pace_limits){.day = 3},
                              (struct ph__pace_limits){.minute = 5});
    assert_int_equal(ph__pace_take(p, 100, 5, &again), 5);
    assert_int_equal(ph__pace_take(p, 200, 1, &again), 0);
    ph__pace_give_back(p, 100, 5);
    assert_int_equal(ph__pace_take(p, 200, 5, &again), 5);
    /* The minute has forgotten it, the day has not. */
    assert_int_equal(ph__pace_take(p, 2 * MINUTE, 5, &again), 5);
    ph__pace_give_back(p, 200, 5);
    assert_int_equal(ph__pace_take(p, 2 * MINUTE, 1, &again), 0);
    assert_int_equal(ph__pace_take(p, 4 * MINUTE, 1, &again), 1);
    assert_int_equal(ph__pace_take(p, 6 * MINUTE, 1, &again), 1);
    assert_int_equal(ph__pace_take(p, 8 * MINUTE, 1, &again), 0);
    /* From a time that never was: nothing is won. */
    ph__pace_give_back(p, 9 * HOUR, 1000);
    assert_int_equal(ph__pace_take(p, 8 * MINUTE, 1, &again), 0);
    assert_true(again > DAY);
    ph__pace_free(p);
}

static void
a_place_in_the_pace_is_given_back_while_it_is_the_latest(void **state)
{
    uint64_t again;
    struct ph__pace *p =
        make((struct ph__pace_limits){.count = 3, .per_ms = SECOND},
             (struct ph__pace_limits){0});
    assert_int_equal(ph__pace_take(p, 0, 1, &again), 1);
    ph__pace_give_back(p, 0, 1);
    assert_int_equal(ph__pace_take(p, 0, 1, &again), 1);
    assert_int_equal(ph__pace_take(p, 334, 1, &again), 1);
    ph__pace_give_back(p, 0, 1);
    assert_int_equal(ph__pace_take(p, 334, 1, &again), 0);
    assert_int_equal(again, 667);
    ph__pace_give_back(p, 334, 1);
    assert_int_equal(ph__pace_take(p, 334, 1, &again), 1);
    ph__pace_free(p);
}

/* U25: a daily quota survives a restart, also when the clock begins at 0. */
static void what_went_before_is_counted(void **state)
{
    static const uint64_t ages[] = {30 * HOUR, 23 * HOUR, 22 * HOUR,
                                    61 * SECOND, 0};
    uint64_t again;
    struct ph__pace *p = make((struct ph__pace_limits){.day = 10, .minute = 4},
                              (struct ph__pace_limits){.day = 1000});
    for (size_t i = 0; i < COUNT(ages); i++)
        ph__pace_restore(p, 20, ages[i], 2, 100);
    assert_int_equal(ph__pace_take(p, 20, 100, &again), 100);
    assert_int_equal(ph__pace_take(p, 20, 1000, &again), 500);
    /* 8 + 2 of the day; the first two go at 1 hour, or a cell later. */
    assert_int_equal(ph__pace_take(p, 2 * MINUTE, 1, &again), 0);
    assert_in_range(again, HOUR + 20, HOUR + 20 + DAY / 60);
    assert_int_equal(ph__pace_take(p, again, 1, &again), 1);
    ph__pace_free(p);

    p = make(
        (struct ph__pace_limits){.count = 100, .per_ms = DAY, .burst = 100},
        (struct ph__pace_limits){0});
    ph__pace_restore(p, 1000, 2 * HOUR, 100, 100);
    assert_int_equal(ph__pace_take(p, 1000, 1, &again), 1);
    for (int i = 0; i < 7; i++) /* 100 a day are 8 in 2 hours */
        assert_int_equal(ph__pace_take(p, 1000, 1, &again), 1);
    assert_int_equal(ph__pace_take(p, 1000, 1, &again), 0);
    ph__pace_free(p);
}

static void no_limit_is_no_limit(void **state)
{
    uint64_t again;
    struct ph__pace *p = make((struct ph__pace_limits){.count = 10},
                              (struct ph__pace_limits){.per_ms = 10});
    for (int i = 0; i < 100; i++)
        assert_true(ph__pace_take(p, 0, UINT64_MAX, &again) == UINT64_MAX);
    ph__pace_free(p);
    ph__pace_free(NULL);
}

static void no_number_is_too_great(void **state)
{
    uint64_t most = UINT64_MAX, again;
    struct ph__pace_limits all = {most, most, most, most, most, most};
    struct ph__pace *p = make(all, all);
    uint64_t end = INT64_MAX, now = 0;
    assert_true(ph__pace_take(p, now, most, &again) > 1000000);
    assert_true(ph__pace_take(p, end, 7, &again) == 7); /* a great jump */
    ph__pace_restore(p, end, most, most, most);
    ph__pace_restore(p, end, 0, most, most);
    assert_int_equal(ph__pace_take(p, end, 1, &again), 0);
    assert_true(again > end);
    ph__pace_give_back(p, end, most);
    ph__pace_free(p);

    /* One in all time: never again, rather than too soon. */
    p = make((struct ph__pace_limits){.count = 1, .per_ms = most},
             (struct ph__pace_limits){.day = most});
    assert_true(ph__pace_take(p, 0, most, &again) == most);
    assert_int_equal(ph__pace_take(p, end, 1, &again), 0);
    assert_true(again > end);
    /* A clock that goes back is not believed. */
    assert_int_equal(ph__pace_take(p, 3, 1, &again), 0);
    assert_true(again > end);
    ph__pace_free(p);
}

static void out_of_memory_is_told(void **state)
{
    struct ph__pace_limits none[PH__PACE_KINDS] = {{0}};
    struct ph__pace *p = NULL;
    wrap_fail_at(1);
    assert_int_equal(ph__pace_new(&p, none), PH_E_NOMEM);
    wrap_fail_at(0);
    assert_null(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_span_however_cut_has_at_most_its_limit),
        cmocka_unit_test(a_pace_is_kept_evenly),
        cmocka_unit_test(a_pace_is_exact),
        cmocka_unit_test(after_a_rest_a_burst_may_go_and_no_more),
        cmocka_unit_test(what_is_refused_takes_nothing),
        cmocka_unit_test(what_never_went_is_given_back),
        cmocka_unit_test(
            a_place_in_the_pace_is_given_back_while_it_is_the_latest),
        cmocka_unit_test(what_went_before_is_counted),
        cmocka_unit_test(no_limit_is_no_limit),
        cmocka_unit_test(no_number_is_too_great),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
