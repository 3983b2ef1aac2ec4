/* cli/run_parts.h - what run.c (the whole), row.c (one row) and stop.c (the
 * end) share. */
#ifndef CLI_RUN_PARTS_H
#define CLI_RUN_PARTS_H

#include "cli/known.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/sender.h"
#include "cli/signals.h"
#include "cli/tally.h"

struct cli_run {
    const struct cli_run_options *o;
    uv_loop_t *loop;
    struct cli_sender sender;
    struct cli_tally tally;
    struct cli_progress progress;
    struct ph__buf line; /* scratch, a fate at a time */
    struct cli_signals signals;
    uv_poll_t more; /* a list on a pipe has more rows */
    bool can_poll;
    bool polling;
    uv_check_t turn;       /* each turn of the loop: is there room? */
    struct ph__link items; /* under way */
    struct cli_item *held; /* made, and turned away by a full queue; or NULL */
    bool full;             /* until a notice says that there is room */
    struct cli_known known;
    unsigned window;    /* rows that are to go now, at most */
    unsigned in_flight; /* submitted and unfinished; some wait for a retry */
    unsigned tried;     /* rows of this run */
    unsigned committed; /* of them: may be at the server already */
    bool list_ended;
    bool stopping; /* no new rows */
    bool aborted;
    bool closed;
    struct cli_told told;
    uint64_t begun; /* uv_hrtime() */
};

/* row.c: submits the row that the list has just read, or settles it. */
void cli_row_take(struct cli_run *run, const struct cli_row *row);
/* Submits the one that is held, if there is room by now. */
void cli_row_resume(struct cli_run *run);
void cli_row_drop(struct cli_run *run); /* the one that is held */
/* Would this run send it? Then it counts as sent. */
bool cli_row_is_due(struct cli_run *run, const struct cli_row *row);
/* Takes back what has not begun, and what waits to be tried again. */
void cli_row_recall_all(struct cli_run *run);

/* run.c */
void cli_run_settle(struct cli_run *run, const struct cli_fate *fate,
                    enum ph_outcome outcome, int status);
/* Reads rows while there is room; closes when nothing is left to do. */
void cli_run_pump(struct cli_run *run);
/* Without its pending line no row goes out: ends those that wait for it, once
 * those that are past it are done. */
void cli_run_starve(struct cli_run *run);

/* stop.c */
/* No new rows; what is under way finishes. */
void cli_stop(struct cli_run *run);
void cli_stop_on_signals(struct cli_run *run);
void cli_stop_release(struct cli_run *run); /* its handles */
/* Counts the rows that are left, if nobody has to be waited for. */
void cli_stop_count_rest(struct cli_run *run);

#endif
