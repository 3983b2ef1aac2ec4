/* cli/lines.h - lines on standard output that never make the loop wait: a
 * server must not hang because nobody reads what it says. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <uv.h>

#include "base/buf.h"

struct cli_lines {
    int fd;
    bool is_file; /* takes everything at once */
    bool broken;  /* nobody reads, or the disk is full */
    struct ph__buf waiting;
    uv_timer_t timer;
};

/* Does not keep the loop alive. */
void cli_lines_start(struct cli_lines *out, uv_loop_t *loop, int fd);
/* Goes out some milliseconds later, together with others. */
void cli_lines_add(struct cli_lines *l, const char *line);
/* The loop must run once more. */
void cli_lines_stop(struct cli_lines *l);
/* Waits until the rest is written, and frees. False: something was lost. */
bool cli_lines_finish(struct cli_lines *l);

#endif
