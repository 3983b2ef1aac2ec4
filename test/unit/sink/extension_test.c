#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sink/extension.h"

static void the_rarer_ones_are_in_the_set_only_by_name(void **state)
{
    struct ph__buf why = PH__BUF(200);
    unsigned set = 0;
    assert_int_equal(ph__sink_extension_set(&set, NULL, NULL, &why), PH_OK);
    assert_true(ph__sink_has(set, PH__SINK_EXT_CHUNKING));
    assert_true(ph__sink_has(set, PH__SINK_EXT_BINARY));
    assert_true(ph__sink_has(set, PH__SINK_EXT_ESMTP));
    assert_false(ph__sink_has(set, PH__SINK_EXT_DELIVERBY));
    assert_false(ph__sink_has(set, PH__SINK_EXT_REQUIRETLS));
    assert_int_equal(
        ph__sink_extension_set(&set, "mt-priority,DELIVERBY", NULL, &why),
        PH_OK);
    assert_true(ph__sink_has(set, PH__SINK_EXT_DELIVERBY));
    assert_true(ph__sink_has(set, PH__SINK_EXT_PRIORITY));
    assert_false(ph__sink_has(set, PH__SINK_EXT_RELEASE));
    assert_int_equal(ph__sink_extension_set(&set, "SIZE", NULL, &why),
                     PH_E_INVALID);
    assert_non_null(strstr(why.data, "SIZE"));
    ph__buf_done(&why);
}

static void what_is_left_out_is_not_in_the_set(void **state)
{
    struct ph__buf why = PH__BUF(200);
    unsigned set = 0;
    assert_int_equal(ph__sink_extension_set(&set, "DELIVERBY",
                                            ",size, 8BITMIME,EHLO,DELIVERBY",
                                            &why),
                     PH_OK);
    assert_false(ph__sink_has(set, PH__SINK_EXT_SIZE));
    assert_false(ph__sink_has(set, PH__SINK_EXT_EIGHTBIT));
    assert_false(ph__sink_has(set, PH__SINK_EXT_ESMTP));
    assert_false(ph__sink_has(set, PH__SINK_EXT_DELIVERBY));
    assert_true(ph__sink_has(set, PH__SINK_EXT_PIPELINING));
    assert_int_equal(ph__sink_extension_set(&set, NULL, "SIZE,SIZ", &why),
                     PH_E_INVALID);
    assert_non_null(strstr(why.data, "'SIZ'"));
    ph__buf_done(&why);
}

static void what_needs_another_goes_with_it(void **state)
{
    struct ph__buf why = PH__BUF(200);
    unsigned set = 0;
    assert_int_equal(ph__sink_extension_set(&set, NULL, "8BITMIME", &why),
                     PH_OK);
    assert_false(ph__sink_has(set, PH__SINK_EXT_UTF8));
    assert_true(ph__sink_has(set, PH__SINK_EXT_BINARY));
    assert_int_equal(ph__sink_extension_set(&set, NULL, "CHUNKING", &why),
                     PH_OK);
    assert_false(ph__sink_has(set, PH__SINK_EXT_BINARY));
    assert_true(ph__sink_has(set, PH__SINK_EXT_UTF8));
    ph__buf_done(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rarer_ones_are_in_the_set_only_by_name),
        cmocka_unit_test(what_is_left_out_is_not_in_the_set),
        cmocka_unit_test(what_needs_another_goes_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
