/* cli/sendmail_options.h - the command line of sendmail: letters, as programs
 * have called it ever since. */
#ifndef CLI_SENDMAIL_OPTIONS_H
#define CLI_SENDMAIL_OPTIONS_H

#include <posthaste/machine.h>

#include "cli/texts.h"

/* Borrowed from argv. */
struct cli_sendmail_options {
    const char *sender;           /* -f, -r; NULL = not given */
    const char *full_name;        /* -F; NULL = not given */
    struct cli_texts recipients;  /* each may be a list */
    struct ph_parameters request; /* -N, -R, -V; size 0 = none asked for */
    bool take_recipients;         /* -t */
    bool ignore_dots;             /* -i: a lone dot does not end the message */
    bool help;
    int trace; /* -v */
};

/* All of argv; argv[0] may be a path. EXIT_DONE, or another status after an
 * error message. cli_sendmail_options_done() afterwards, in any case. */
int cli_sendmail_options(struct cli_sendmail_options *out, int argc,
                         char **argv);
void cli_sendmail_options_done(struct cli_sendmail_options *o);
void cli_sendmail_help(void);

/* The last name of a path: what a program is called by. */
const char *cli_sendmail_name(const char *path);

#endif
