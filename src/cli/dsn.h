/* cli/dsn.h - the options that ask for reports about delivery (RFC 3461). */
#ifndef CLI_DSN_H
#define CLI_DSN_H

#include <posthaste/machine.h>

#include "cli/options.h"

/* Ids of these options begin here; a command's own lie below. */
enum { CLI_DSN_FIRST = 900 };
extern const struct cli_option cli_dsn_options[];

/* Takes an option with an id from CLI_DSN_FIRST on; what it asks for is set in
 * `p`, borrowing `value`. EXIT_DONE, or EXIT_USAGE_ERROR after an error
 * message. */
int cli_dsn_option(struct ph_parameters *p, int id, const char *value);
/* The same for commands that spell these options in another way: `option` is
 * what an error message calls it. */
int cli_dsn_notify(struct ph_parameters *p, const char *option,
                   const char *value);
int cli_dsn_return(struct ph_parameters *p, const char *option,
                   const char *value);
int cli_dsn_id(struct ph_parameters *p, const char *option, const char *value);

#endif
