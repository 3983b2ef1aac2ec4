/* cli/progress.h - one line on the terminal that is written over again. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <uv.h>

#include "cli/list.h"
#include "cli/tally.h"

struct cli_progress {
    uv_timer_t timer;
    const struct cli_tally *tally; /* borrowed */
    const struct cli_list *list;   /* borrowed */
    uint64_t begun;                /* uv_now() */
    bool on;
    bool shown; /* the line stands on the terminal now */
};

/* Both are borrowed until cli_progress_close(). With `on` false nothing is
 * ever shown. */
void cli_progress_init(struct cli_progress *p, uv_loop_t *loop, bool on,
                       const struct cli_tally *tally,
                       const struct cli_list *list);
/* Before anything else is printed. */
void cli_progress_clear(struct cli_progress *p);
void cli_progress_close(struct cli_progress *p);

#endif
