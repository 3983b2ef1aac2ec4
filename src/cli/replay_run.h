/* cli/replay_run.h - a dialogue is played to a machine, line by line. */
#ifndef CLI_REPLAY_RUN_H
#define CLI_REPLAY_RUN_H

#include "cli/script.h"

enum cli_replayed {
    CLI_SAME,     /* the machine says what the client said */
    CLI_DIFFERS,  /* it does not: that was added to the output */
    CLI_NO_REPLAY /* out of memory, or the machine refuses what was learnt */
};

/* Adds a line for each transition, "MAIL  250  pass  RCPT", and for the first
 * difference, if there is one; or an object for each, with the number of the
 * session in it, if that is not 0. *code is PH_OK, or why there is no replay.
 */
enum cli_replayed cli_replay_dialogue(struct ph__buf *out, int *code,
                                      const struct ph__dialogue *d,
                                      const struct cli_script *script,
                                      size_t session);

#endif
