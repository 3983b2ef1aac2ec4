#include <inttypes.h>
#include <stdio.h>

#include <uv.h>

#include "cli/options.h"
#include "cli/stamp.h"

/* To print the lines of one read takes less. */
enum { SAME_NS = 100 * 1000 };

void cli_stamp_start(struct cli_stamp *s)
{
    s->start = uv_hrtime();
    s->said = false;
}

void cli_stamp_print(struct cli_stamp *s)
{
    char line[64];
    uint64_t now = uv_hrtime() - s->start;
    if (!s->on || (s->said && now - s->last < SAME_NS))
        return;
    s->said = true;
    s->last = now;
    snprintf(line, sizeof(line), "# at %" PRIu64 ".%06" PRIu64,
             now / 1000000000, now / 1000 % 1000000);
    cli_trace(NULL, line);
}
