/* cli/tally.h - the books of a batch. */
#ifndef CLI_TALLY_H
#define CLI_TALLY_H

#include "cli/reasons.h"

enum { CLI_OUTCOMES = PH_UNCERTAIN + 1 };

struct cli_tally {
    uint64_t counts[CLI_OUTCOMES];
    uint64_t skipped;        /* an earlier run was done with them */
    uint64_t duplicates;     /* rows whose address an earlier row has */
    uint64_t left;           /* rows not tried */
    bool left_unknown;       /* ... and perhaps more */
    int status;              /* the exit status so far */
    struct ph__buf examples; /* of what was not accepted */
    unsigned example_count;
    struct cli_reasons reasons;
    uint64_t connections;
    char tls[32]; /* "" = none */
    double secs;
};

void cli_tally_init(struct cli_tally *t);
void cli_tally_done(struct cli_tally *t);
void cli_tally_add(struct cli_tally *t, enum ph_outcome outcome, int status,
                   const struct cli_fate *fate);
uint64_t cli_tally_total(const struct cli_tally *t);
/* "198 accepted, 1 refused, 1 unsent": what there is. */
int cli_tally_counts(const struct cli_tally *t, struct ph__buf *out);
/* A few lines for people. PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int cli_tally_summary(const struct cli_tally *t, struct ph__buf *out);

#endif
