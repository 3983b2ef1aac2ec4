#include "clock.h"

#include <time.h>

static long ahead;

time_t __real_time(time_t *out);
time_t __wrap_time(time_t *out);

void clock_set_ahead(long seconds)
{
    ahead = seconds;
}

time_t __wrap_time(time_t *out)
{
    time_t now = __real_time(NULL) + ahead;
    if (out)
        *out = now;
    return now;
}
