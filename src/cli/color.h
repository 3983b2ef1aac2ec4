/* cli/color.h - colour where a person looks: on a terminal, and never with
 * NO_COLOR (not empty), nor where TERM is dumb or says nothing. */
#ifndef CLI_COLOR_H
#define CLI_COLOR_H

#include <stdio.h>

enum cli_tint {
    CLI_TINT_PLAIN,
    CLI_TINT_GOOD,   /* accepted, verified */
    CLI_TINT_BAD,    /* errors, refusals */
    CLI_TINT_UNSURE, /* neither */
    CLI_TINT_OURS,   /* what the client says */
    CLI_TINT_THEIRS, /* what the server says */
    CLI_TINT_REMARK,
    CLI_TINT_HEADING
};

/* What turns it on and off on that stream, or "". Static. */
const char *cli_color_on(FILE *to, enum cli_tint tint);
const char *cli_color_off(FILE *to, enum cli_tint tint);

/* Of an outcome's name, and of a line of the dialogue. */
enum cli_tint cli_tint_of_outcome(const char *outcome);
enum cli_tint cli_tint_of_dialogue(const char *line);

#endif
