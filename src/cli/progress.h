/* cli/progress.h - how far a batch is: one line on the terminal that is written
 * over again, and a line whenever SIGUSR1 asks for it. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <time.h>

#include <uv.h>

#include "cli/list.h"
#include "cli/sender.h"
#include "cli/tally.h"

/* What it is told of; all borrowed. */
struct cli_progress_of {
    const struct cli_tally *tally;
    const struct cli_list *list;
    const struct cli_sender *sender;
    const bool *list_ended;
    const unsigned *in_flight;
};

struct cli_progress {
    uv_timer_t timer;
    uv_signal_t asked;
    struct cli_progress_of of;
    uint64_t begun; /* uv_now() */
    time_t until;   /* of PAUSED and THROTTLED; 0 = not known */
    bool shown;     /* the line stands on the terminal now */
};

/* With `on` false it shows only what is asked for. The sender is open until
 * cli_progress_close(). */
void cli_progress_init(struct cli_progress *p, uv_loop_t *loop, bool on,
                       const struct cli_progress_of *of);
/* How things are with the server from now on. */
void cli_progress_health(struct cli_progress *p,
                         const struct ph_notice *notice);
/* Before anything else is printed. */
void cli_progress_clear(struct cli_progress *p);
void cli_progress_close(struct cli_progress *p);

#endif
