/* cli/load_run.h - a load under way: the same message, many times. */
#ifndef CLI_LOAD_RUN_H
#define CLI_LOAD_RUN_H

#include <uv.h>

#include "cli/load_report.h"
#include "cli/rate.h"
#include "cli/server.h"

struct cli_load_options {
    struct cli_server *server; /* finished */
    struct ph_slice content;   /* borrowed for the run */
    const char *from;          /* bare; "" = the null sender */
    const char *to;            /* bare */
    unsigned recipients;       /* "user@x" becomes user1@x, user2@x ... */
    unsigned count;
    struct cli_rate rate;
};

/* One message as it is sent: PH_OK, or what ph_message_check() says of it. To
 * be freed in either case; NULL when out of memory. */
int cli_load_message(struct ph_message **out, const struct cli_load_options *o);
/* Runs the loop until everything is done; fills `l`, which was initialised.
 * Returns the exit status. */
int cli_load_run(const struct cli_load_options *o, struct cli_load *l,
                 uv_loop_t *loop);

#endif
