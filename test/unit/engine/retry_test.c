#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/retry.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_seed_gives_the_same_numbers(void **state)
{
    /* The first of SplitMix64 from 0, as its author printed them. */
    struct ph__random r = {0};
    assert_true(ph__random_next(&r) == 0xE220A8397B1DCDAFu);
    assert_true(ph__random_next(&r) == 0x6E789E6AA1B965F4u);
    assert_true(ph__random_next(&r) == 0x06C45D188009454Fu);
}

static void numbers_are_even_and_below(void **state)
{
    struct ph__random r = {1};
    unsigned seen[7] = {0};
    for (int i = 0; i < 70000; i++) {
        uint64_t n = ph__random_below(&r, COUNT(seen));
        assert_true(n < COUNT(seen));
        seen[n]++;
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        assert_in_range(seen[i], 9500, 10500);
    assert_int_equal(ph__random_below(&r, 0), 0);
    assert_int_equal(ph__random_below(&r, 1), 0);
    /* Three quarters of 2^64: without a second draw a third of them is twice as
     * likely as the others. */
    uint64_t most = UINT64_MAX / 4 * 3;
    unsigned low = 0;
    for (int i = 0; i < 30000; i++)
        low += ph__random_below(&r, most) < most / 3;
    assert_in_range(low, 9500, 10500);
}

static const struct {
    const char *label;
    uint64_t first, most;
    unsigned attempt;
    uint64_t least; /* and at most half of it more */
} waits[] = {
    {"the second", 30000, 3600000, 2, 30000},
    {"the third", 30000, 3600000, 3, 60000},
    {"the eighth", 30000, 3600000, 8, 1920000},
    {"as long as it gets", 30000, 3600000, 9, 3600000},
    {"ever after", 30000, 3600000, 4000000000u, 3600000},
    {"no multiple", 7, 20, 4, 20},
    {"longer than the longest", 300, 20, 2, 20},
    {"not even a second one", 30000, 3600000, 1, 30000},
    {"none", 0, 3600000, 4000000000u, 0},
    {"near the end", UINT64_MAX / 2 + 1, UINT64_MAX, 3, UINT64_MAX},
};

static void waits_double_up_to_the_longest(void **state)
{
    for (size_t i = 0; i < COUNT(waits); i++) {
        struct ph__random r = {i};
        uint64_t least = waits[i].least;
        uint64_t half = least / 2, low = UINT64_MAX, high = 0;
        for (int n = 0; n < 2000; n++) {
            uint64_t wait = ph__retry_wait(&r, waits[i].first, waits[i].most,
                                           waits[i].attempt);
            low = wait < low ? wait : low;
            high = wait > high ? wait : high;
        }
        if (low < least || high - least > half)
            fail_msg("%s", waits[i].label);
        /* Jitter is used: clients of one outage do not come back at once. */
        if (least < UINT64_MAX && half > 100 &&
            (low > least + half / 10 || high < least + half - half / 10))
            fail_msg("%s: not spread", waits[i].label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_same_numbers),
        cmocka_unit_test(numbers_are_even_and_below),
        cmocka_unit_test(waits_double_up_to_the_longest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
