#include <string.h>

#include "base/text.h"
#include "cli/options.h"
#include "cli/rate.h"

/* What a late timer may make up for. Tokens do not pile up beyond it. */
#define BURST_NS  100000000u
#define SECOND_NS 1000000000u
enum { RATE_MAX = 1000000 };

/* Seconds of the unit behind the slash, or 0. */
static uint64_t unit_secs(const char *unit)
{
    static const struct {
        const char *name;
        uint64_t secs;
    } units[] = {{"/s", 1}, {"/m", 60}, {"/h", 3600}};
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].secs;
    return 0;
}

int cli_rate_parse(struct cli_rate *out, const char *option, const char *value)
{
    size_t digits = strcspn(value, "/");
    uint64_t secs = unit_secs(value + digits);
    uint64_t number;
    if (!ph__text_to_u64(value, digits, &number) || number < 1 ||
        number > RATE_MAX || !secs) {
        cli_error("%s %s: give a number from 1 to %d, and /s, /m or /h", option,
                  value, RATE_MAX);
        return EXIT_USAGE_ERROR;
    }
    *out = (struct cli_rate){.interval_ns = secs * SECOND_NS / number,
                             .count = (unsigned)number,
                             .secs = (unsigned)secs};
    return EXIT_DONE;
}

uint64_t cli_rate_take(struct cli_rate *r, uint64_t now_ns)
{
    uint64_t oldest = now_ns > BURST_NS ? now_ns - BURST_NS : 0;
    uint64_t next = r->next_ns ? r->next_ns : now_ns;
    if (!r->interval_ns)
        return 0;
    if (next > now_ns)
        return next - now_ns;
    r->next_ns = (next > oldest ? next : oldest) + r->interval_ns;
    return 0;
}
