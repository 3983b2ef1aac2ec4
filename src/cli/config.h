/* cli/config.h - a configuration file: lines `key = value` in [sections]. What
 * keys mean is not known here. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdbool.h>

#include "base/buf.h"

enum {
    CLI_CONFIG_OCTETS = 1024 * 1024, /* of a file; a token may have 64 KiB */
    CLI_CONFIG_LINES = 10000         /* that say something */
};

/* A line that says something. */
struct cli_setting {
    const char *key;   /* NULL = a section begins here, and `value` names it */
    const char *value; /* without the blanks around it */
    unsigned line;     /* from 1 on */
    bool taken;        /* a section: for whoever looks for accounts */
};

/* All zero is a file with nothing in it. */
struct cli_config {
    const char *path;             /* borrowed */
    struct ph__buf text;          /* what the settings lie in */
    struct cli_setting *settings; /* a section, its settings, a section ... */
    size_t count;
    bool shared; /* others than its owner may read it */
};

/* A file that does not exist has nothing in it; so has one that we may not
 * read, if `private` says that it may be somebody else's. EXIT_DONE;
 * EXIT_BAD_CONFIG or EXIT_TRY_LATER after an error message, which shows nothing
 * of what is in the file. */
int cli_config_read(struct cli_config *out, const char *path, bool private);
void cli_config_done(struct cli_config *c); /* wipes */

/* Where the section begins; NULL if there is none that is not taken. The case
 * of letters makes no difference. */
struct cli_setting *cli_config_section(const struct cli_config *c,
                                       const char *name);
/* What follows `at` in its section, or NULL. */
const struct cli_setting *cli_config_next(const struct cli_config *c,
                                          const struct cli_setting *at);
/* "FILE:LINE: what is wrong" on standard error; EXIT_BAD_CONFIG. */
int cli_config_wrong(const struct cli_config *c, const struct cli_setting *at,
                     const char *what);

#endif
