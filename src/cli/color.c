#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <posthaste/types.h>

#include "cli/color.h"

static bool is_wanted(FILE *to)
{
    const char *never = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (!term || !*term || strcmp(term, "dumb") == 0)
        return false;
    return !(never && *never) && isatty(fileno(to));
}

/* Only the eight colours that every terminal has, in the shades that its owner
 * chose. */
static const char *sequence(enum cli_tint tint)
{
    switch (tint) {
    case CLI_TINT_PLAIN:
        break;
    case CLI_TINT_GOOD:
        return "\033[32m";
    case CLI_TINT_BAD:
        return "\033[31m";
    case CLI_TINT_UNSURE:
        return "\033[33m";
    case CLI_TINT_OURS:
        return "\033[36m";
    case CLI_TINT_THEIRS:
        return "\033[35m";
    case CLI_TINT_REMARK:
        return "\033[2m";
    case CLI_TINT_HEADING:
        return "\033[1m";
    }
    return "";
}

const char *cli_color_on(FILE *to, enum cli_tint tint)
{
    return is_wanted(to) ? sequence(tint) : "";
}

const char *cli_color_off(FILE *to, enum cli_tint tint)
{
    return *cli_color_on(to, tint) ? "\033[0m" : "";
}

enum cli_tint cli_tint_of_outcome(const char *outcome)
{
    if (strcmp(outcome, ph_outcome_name(PH_ACCEPTED)) == 0)
        return CLI_TINT_GOOD;
    return strcmp(outcome, ph_outcome_name(PH_REFUSED)) == 0 ? CLI_TINT_BAD
                                                             : CLI_TINT_UNSURE;
}

enum cli_tint cli_tint_of_dialogue(const char *line)
{
    if (strncmp(line, "C: ", 3) == 0)
        return CLI_TINT_OURS;
    if (strncmp(line, "S: ", 3) == 0)
        return line[3] == '4' || line[3] == '5' ? CLI_TINT_BAD
                                                : CLI_TINT_THEIRS;
    return *line == '#' ? CLI_TINT_REMARK : CLI_TINT_PLAIN;
}
