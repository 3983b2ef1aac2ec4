/* cli/run.h - a batch under way: rows become messages, messages results. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <uv.h>

#include "cli/letter.h"
#include "cli/results.h"
#include "cli/server.h"

struct cli_run_options {
    struct cli_server *server; /* finished */
    struct cli_letter letter;
    size_t letter_octets;                   /* about so many has each */
    struct cli_results *results;            /* NULL = none */
    const struct ph_parameters *parameters; /* likewise */
    unsigned limit;                         /* rows to try; 0 = all */
    bool resend_uncertain;
    bool allow_duplicates;
    bool json;
    bool progress;
};

enum {
    /* Rows that may wait to be tried again while others are sent: a greylist
     * puts off all of them at first. */
    CLI_RUN_QUEUE = 5000,
    /* Of messages that wait, whatever for: what a batch needs of memory is a
     * few times that. */
    CLI_RUN_QUEUE_OCTETS = 8 * 1024 * 1024
};

/* Runs the loop until everything is done. Returns the exit status. */
int cli_run(const struct cli_run_options *options, uv_loop_t *loop);

#endif
