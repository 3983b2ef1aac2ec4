#include "message/date.h"

#define DAY INT64_C(86400)

/* Seconds at the start of 1900 and of 10000. */
static const int64_t earliest = -INT64_C(2208988800);
static const int64_t too_late = INT64_C(253402300800);

/* Counts days from 0000-03-01: leap days then end a year of months of
 * 31 30 31 30 31, twice and a bit, and 146097 days are 400 years. */
static void civil_date(int64_t days, int *year, int *month, int *day)
{
    int64_t from_march = days + 719468;
    int64_t era = from_march / 146097;
    int64_t of_era = from_march % 146097;
    int64_t years =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t shifted = (5 * of_year + 2) / 153; /* 0 is March */
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 2 : shifted - 10);
    *year = (int)(years + era * 400 + (*month < 2));
}

int ph__date_write(struct ph__buf *out, int64_t unix_secs)
{
    static const char weekdays[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (unix_secs < earliest || unix_secs >= too_late)
        return PH_E_INVALID;
    int64_t days = unix_secs / DAY - (unix_secs % DAY < 0);
    int secs = (int)(unix_secs - days * DAY);
    int weekday =
        (int)((days + 7 * 10000 + 4) % 7); /* 1970 began on Thursday */
    int year, month, day;
    civil_date(days, &year, &month, &day);
    return ph__buf_format(out, "%.3s, %02d %.3s %04d %02d:%02d:%02d +0000",
                          weekdays + 3 * weekday, day, months + 3 * month, year,
                          secs / 3600, secs / 60 % 60, secs % 60);
}
