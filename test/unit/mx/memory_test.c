/* For how long a policy of MTA-STS holds (RFC 8461 3.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "mx/memory.h"

enum { SECOND = 1000, DAY = 86400 };

static struct ph__sts_policy *make(const char *age)
{
    char text[100] = "version: STSv1\nmode: none\nmax_age: ";
    struct ph__sts_policy *p;
    strncat(text, age, 20);
    assert_int_equal(ph__sts_parse(&p, text, strlen(text)), PH_OK);
    return p;
}

static uint64_t at(uint64_t secs)
{
    return 77 + secs * SECOND;
}

static void a_policy_lasts_as_long_as_it_says(void **state) /* MS-03 */
{
    struct ph__sts_memory m;
    ph__sts_memory_init(&m);
    assert_null(ph__sts_recall(&m, "a.test", at(0)));
    assert_true(ph__sts_is_due(&m, "a.test", "1", at(0)));
    struct ph__sts_policy *p = make("172800");
    assert_int_equal(ph__sts_remember(&m, "a.test", "1", p, at(0)), PH_OK);
    assert_ptr_equal(ph__sts_recall(&m, "A.test", at(0)), p);
    assert_ptr_equal(ph__sts_recall(&m, "a.test", at(2 * DAY - 1)), p);
    assert_null(ph__sts_recall(&m, "b.a.test", at(0))); /* 3.4 */
    /* The same id: again after a day. Another: at once (MS-04). */
    assert_false(ph__sts_is_due(&m, "a.test", "1", at(DAY - 1)));
    assert_true(ph__sts_is_due(&m, "a.test", "1", at(DAY)));
    assert_true(ph__sts_is_due(&m, "a.test", "2", at(1)));
    /* A fetch that fails takes nothing away, and is not repeated at once. */
    assert_int_equal(ph__sts_remember(&m, "a.test", "2", NULL, at(9)), PH_OK);
    assert_ptr_equal(ph__sts_recall(&m, "a.test", at(9)), p);
    assert_false(ph__sts_is_due(&m, "a.test", "2", at(9 + 299)));
    assert_true(ph__sts_is_due(&m, "a.test", "2", at(9 + 300)));
    assert_true(ph__sts_is_due(&m, "a.test", "3", at(10)));
    /* A newer one takes its place; who uses the old one keeps it. */
    struct ph__sts_policy *mine = ph__sts_share(p);
    struct ph__sts_policy *newer = make("5");
    assert_int_equal(ph__sts_remember(&m, "a.test", "3", newer, at(20)), PH_OK);
    assert_ptr_equal(ph__sts_recall(&m, "a.test", at(24)), newer);
    assert_null(ph__sts_recall(&m, "a.test", at(25)));
    assert_int_equal(mine->max_age, 2 * DAY);
    ph__sts_free(mine);
    ph__sts_memory_done(&m);
}

static void who_was_not_asked_for_is_forgotten_first(void **state)
{
    struct ph__sts_memory m;
    char name[] = "0000.test";
    ph__sts_memory_init(&m);
    for (int i = 0; i <= PH__STS_DOMAINS_MAX; i++) {
        for (int n = i, digit = 3; digit >= 0; digit--, n /= 10)
            name[digit] = (char)('0' + n % 10);
        assert_int_equal(ph__sts_remember(&m, name, "1", make("1000"), at(0)),
                         PH_OK);
        assert_non_null(ph__sts_recall(&m, "0000.test", at(1)));
    }
    assert_int_equal(m.count, PH__STS_DOMAINS_MAX);
    assert_null(ph__sts_recall(&m, "0001.test", at(1)));
    assert_non_null(ph__sts_recall(&m, "0002.test", at(1)));
    ph__sts_memory_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_lasts_as_long_as_it_says),
        cmocka_unit_test(who_was_not_asked_for_is_forgotten_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
