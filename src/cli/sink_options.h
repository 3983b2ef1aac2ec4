/* cli/sink_options.h - what `posthaste sink` was asked for. */
#ifndef CLI_SINK_OPTIONS_H
#define CLI_SINK_OPTIONS_H

#include "sink/sink.h"

struct cli_sink_settings {
    struct ph__sink_options sink; /* borrows from here and from argv */
    const char **replies;         /* as many as there are arguments */
    struct ph__buf with;          /* "EXT,EXT": repeated options joined */
    struct ph__buf without;
    struct ph__buf limits;
    struct ph__buf script; /* the text of the file */
    const char *script_file;
    const char *dir;
    const char *web;
    bool json;
};

/* EXIT_DONE: there is something to run, unless *helped. Or the exit status,
 * after words on standard error. *out is to be freed in any case. */
int cli_sink_parse(struct cli_sink_settings *out, int argc, char **argv,
                   bool *helped);
void cli_sink_settings_done(struct cli_sink_settings *s);

#endif
