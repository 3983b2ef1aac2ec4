#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sink/late.h"

static void without_a_delay_all_is_due_at_once(void **state)
{
    struct ph__sink_late l;
    uint64_t at;
    ph__sink_late_init(&l, 0);
    assert_int_equal(ph__sink_late_note(&l, 10, 5), PH_OK);
    assert_int_equal(ph__sink_late_due(&l, 5), 10);
    assert_false(ph__sink_late_next(&at, &l));
    ph__sink_late_sent(&l, 4);
    assert_int_equal(ph__sink_late_due(&l, 5), 6);
    assert_int_equal(ph__sink_late_note(&l, 8, 6), PH_OK);
    assert_int_equal(ph__sink_late_due(&l, 6), 8);
    ph__sink_late_done(&l);
}

static void each_batch_waits_from_its_own_arrival(void **state)
{
    struct ph__sink_late l;
    uint64_t at = 0;
    ph__sink_late_init(&l, 100);
    ph__sink_late_note(&l, 10, 0);
    ph__sink_late_note(&l, 10, 20); /* nothing new */
    ph__sink_late_note(&l, 13, 30);
    assert_int_equal(ph__sink_late_due(&l, 99), 0);
    assert_true(ph__sink_late_next(&at, &l));
    assert_int_equal(at, 100);
    assert_int_equal(ph__sink_late_due(&l, 100), 10);
    ph__sink_late_sent(&l, 7);
    assert_true(ph__sink_late_next(&at, &l));
    assert_int_equal(at, 130);
    assert_int_equal(ph__sink_late_due(&l, 129), 3);
    assert_int_equal(ph__sink_late_due(&l, 130), 6);
    ph__sink_late_sent(&l, 6);
    assert_false(ph__sink_late_next(&at, &l));
    assert_int_equal(l.batches.cap, 0); /* given back */
    ph__sink_late_note(&l, 1, 200);
    assert_int_equal(ph__sink_late_due(&l, 300), 1);
    ph__sink_late_done(&l);
}

static void more_batches_than_may_wait_are_joined(void **state)
{
    enum { BATCHES = 3 * PH__SINK_LATE_MAX };
    struct ph__sink_late l;
    uint64_t at;
    ph__sink_late_init(&l, 10);
    for (size_t i = 1; i <= BATCHES; i++)
        assert_int_equal(ph__sink_late_note(&l, i, i), PH_OK);
    assert_int_equal(ph__sink_late_due(&l, PH__SINK_LATE_MAX + 9),
                     PH__SINK_LATE_MAX - 1);
    assert_true(ph__sink_late_next(&at, &l));
    assert_int_equal(at, BATCHES + 10); /* never too early */
    assert_int_equal(ph__sink_late_due(&l, at), BATCHES);
    ph__sink_late_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_delay_all_is_due_at_once),
        cmocka_unit_test(each_batch_waits_from_its_own_arrival),
        cmocka_unit_test(more_batches_than_may_wait_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
