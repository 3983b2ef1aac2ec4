/* cli/reasons.h - what was not accepted, counted by reason and by domain. */
#ifndef CLI_REASONS_H
#define CLI_REASONS_H

#include "cli/report.h"

/* Groups that are counted apart, and those that a summary shows. Of a list that
 * fails in more ways the first to come are known best. */
enum { CLI_GROUPS_MAX = 512, CLI_GROUPS_SHOWN = 10 };

struct cli_groups {
    struct cli_group *slots; /* NULL until there is one */
    size_t count;
    uint64_t others; /* in no group: there were too many, or no memory */
};
struct cli_reasons {
    struct cli_groups reasons;
    struct cli_groups domains;
};

void cli_reasons_done(struct cli_reasons *r);
/* Counts a recipient that was not accepted. */
void cli_reasons_add(struct cli_reasons *r, const struct cli_fate *fate);
/* Adds the largest of both, with what to do about a reason; or only that.
 * PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int cli_reasons_text(const struct cli_reasons *r, struct ph__buf *out);
int cli_reasons_hints(const struct cli_reasons *r, struct ph__buf *out);

/* Adds a server's words without what differs from one recipient to the next:
 * "<a@x> queued as 7F3" becomes "<...> queued as #". */
int cli_reasons_normalise(struct ph__buf *out, const char *text);

#endif
