/* cli/load_report.h - what a load did: counted, and told. */
#ifndef CLI_LOAD_REPORT_H
#define CLI_LOAD_REPORT_H

#include "cli/tally.h"

struct cli_load {
    unsigned asked;            /* messages that were to be sent */
    struct cli_tally messages; /* each as its first recipient that was not
                                * accepted, if there is one */
    struct cli_tally recipients;
    uint32_t *latency_us; /* of each message that has ended, `asked` at most */
    size_t ended;
    double secs;           /* from the first submission to the last result */
    struct ph_stats stats; /* its texts are ours: */
    char tls[16];
};

/* PH_OK or PH_E_NOMEM. */
int cli_load_init(struct cli_load *l, unsigned asked);
void cli_load_done(struct cli_load *l);
void cli_load_add(struct cli_load *l, const struct ph_result *result,
                  uint64_t latency_ns);
/* Of all that have ended: the latency that `percent` of them did not exceed;
 * of none, 0. Sorted before by cli_load_sort(). */
uint32_t cli_load_latency_us(const struct cli_load *l, unsigned percent);
void cli_load_sort(struct cli_load *l);

/* After cli_load_sort(). A few lines; or one JSON object, with a line end.
 * PH_OK, PH_E_NOMEM, PH_E_LIMIT. */
int cli_load_text(const struct cli_load *l, struct ph__buf *out);
int cli_load_json(const struct cli_load *l, struct ph__buf *out);

#endif
