#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "message/date.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    int64_t secs;
    const char *expected;
} cases[] = {
    {0, "Thu, 01 Jan 1970 00:00:00 +0000"},
    {-1, "Wed, 31 Dec 1969 23:59:59 +0000"},
    {1751360703, "Tue, 01 Jul 2025 09:05:03 +0000"},
    {951782400, "Tue, 29 Feb 2000 00:00:00 +0000"},
    {951868799, "Tue, 29 Feb 2000 23:59:59 +0000"},
    {951868800, "Wed, 01 Mar 2000 00:00:00 +0000"},
    {4107542400, "Mon, 01 Mar 2100 00:00:00 +0000"}, /* no leap year */
    {2147483648, "Tue, 19 Jan 2038 03:14:08 +0000"},
    {-2208988800, "Mon, 01 Jan 1900 00:00:00 +0000"},
    {253402300799, "Fri, 31 Dec 9999 23:59:59 +0000"},
};

static void known_dates_are_written(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf b = PH__BUF(40);
        assert_int_equal(ph__date_write(&b, cases[i].secs), PH_OK);
        assert_string_equal(b.data, cases[i].expected);
        ph__buf_done(&b);
    }
}

static void years_without_four_digits_are_refused(void **state)
{
    static const int64_t wrong[] = {-2208988801, 253402300800, INT64_MIN,
                                    INT64_MAX};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ph__buf b = PH__BUF(40);
        assert_int_equal(ph__date_write(&b, wrong[i]), PH_E_INVALID);
        assert_int_equal(b.len, 0);
        ph__buf_done(&b);
    }
}

/* The C library knows calendars too. */
static void every_week_agrees_with_gmtime(void **state)
{
    struct ph__buf b = PH__BUF(40);
    for (int64_t secs = -2208988800; secs < 13000000000; secs += 7 * 86399) {
        char expected[40];
        struct tm tm;
        time_t t = (time_t)secs;
        assert_non_null(gmtime_r(&t, &tm));
        strftime(expected, sizeof(expected), "%a, %d %b %Y %H:%M:%S +0000",
                 &tm);
        ph__buf_clear(&b);
        assert_int_equal(ph__date_write(&b, secs), PH_OK);
        assert_string_equal(b.data, expected);
    }
    ph__buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_dates_are_written),
        cmocka_unit_test(years_without_four_digits_are_refused),
        cmocka_unit_test(every_week_agrees_with_gmtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
