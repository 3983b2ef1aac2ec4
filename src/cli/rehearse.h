/* cli/rehearse.h - a batch with no server: its rows are checked, and some of
 * its messages printed. */
#ifndef CLI_REHEARSE_H
#define CLI_REHEARSE_H

#include "cli/letter.h"

/* Reads the whole list; prints the first `count` messages with their envelopes
 * on standard output, and on standard error what is wrong with which row and
 * how many can be sent. An address that was there before is left out unless
 * `duplicates`. Returns the exit status. */
int cli_rehearse(const struct cli_letter *letter, unsigned count,
                 bool duplicates);

#endif
