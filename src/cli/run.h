/* cli/run.h - a batch under way: rows become messages, messages results. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <uv.h>

#include "cli/list.h"
#include "cli/results.h"
#include "cli/server.h"
#include "message/merge.h"

struct cli_run_options {
    struct cli_server *server; /* finished */
    const struct ph__template *template;
    struct cli_list *list;
    struct cli_results *results;            /* NULL = none */
    const struct ph_parameters *parameters; /* likewise */
    bool resend_uncertain;
    bool json;
    bool progress;
};

/* Runs the loop until everything is done. Returns the exit status. */
int cli_run(const struct cli_run_options *options, uv_loop_t *loop);

#endif
