/* cli/results.h - the results file of a batch: JSON lines, appended. What goes
 * on only when a line is durable waits for the disk; outcomes are on the disk
 * with the next such group, or at the end: should they be lost with the power,
 * their rows are pending. */
#ifndef CLI_RESULTS_H
#define CLI_RESULTS_H

#include <uv.h>

#include "base/list.h"
#include "cli/history.h"
#include "cli/report.h"

struct cli_results;

/* Waits until its lines are on the disk. */
struct cli_waiter {
    struct ph__link link;
    /* `durable` is false when they could not be written. */
    void (*done)(struct cli_waiter *waiter, bool durable);
};

/* Opens or makes the file, keeps other runs out of it, reads what is there and
 * cuts off a torn last line. EXIT_DONE, or another status after an error
 * message. The file is written on `loop`. */
int cli_results_open(struct cli_results **out, uv_loop_t *loop,
                     const char *path);
/* When the loop has nothing to do any more. */
void cli_results_free(struct cli_results *r);

const struct cli_history *cli_results_history(const struct cli_results *r);
/* Whose results are added from now on: the first line says so, as "batch", if
 * none before it does. In each line it would be most of the file, and a line
 * of its own would be the only one without a recipient. */
void cli_results_identify(struct cli_results *r,
                          const struct cli_identity *batch);
/* The row as a line says that was read at the start; `out` is borrowed until
 * the next call. False: the line is gone. */
bool cli_results_fate(struct cli_results *r, const struct cli_past *past,
                      struct cli_fate *out);

/* Appends a line, soon; then, unless it is NULL, calls waiter->done once all
 * lines so far are durable. All that wait at the same time share one write.
 * False: lines cannot be written any more, and the waiter was not taken. */
bool cli_results_add(struct cli_results *r, const struct cli_fate *fate,
                     struct cli_waiter *waiter);
/* True once a line could not be written. The error was told. */
bool cli_results_failed(const struct cli_results *r);

#endif
