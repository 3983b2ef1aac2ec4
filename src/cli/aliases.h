/* cli/aliases.h - a file of aliases (aliases(5)): who gets the mail of names
 * without a domain. */
#ifndef CLI_ALIASES_H
#define CLI_ALIASES_H

#include "base/buf.h"

enum {
    CLI_ALIASES_OCTETS = 1024 * 1024, /* of a file */
    CLI_ALIASES_MAX = 10000           /* names in it */
};

struct cli_alias {
    const char *name;
    const char *targets; /* of all its lines; see cli_alias_target() */
    unsigned line;       /* from 1 on */
    bool taken;          /* for whoever follows aliases */
    struct cli_alias *next;
};

/* All zero is a file with nothing in it. */
struct cli_aliases {
    const char *path;        /* borrowed */
    struct ph__buf text;     /* what the aliases lie in */
    struct cli_alias *items; /* by name */
    size_t count;
};

/* EXIT_DONE; EXIT_BAD_CONFIG (it cannot be read, or a line is wrong) or
 * EXIT_TRY_LATER after an error message. */
int cli_aliases_read(struct cli_aliases *out, const char *path);
void cli_aliases_done(struct cli_aliases *a);

/* The case of letters makes no difference. NULL if there is none. */
struct cli_alias *cli_aliases_find(const struct cli_aliases *a,
                                   struct ph_slice name);

enum cli_target {
    CLI_TARGET_END,
    CLI_TARGET_LIST,  /* a mailbox, as in a header */
    CLI_TARGET_FINAL, /* \name: one that is not to be looked up again */
    CLI_TARGET_UNFIT  /* |program, /file, :include:list: not for us */
};
/* The next target of an alias; moves `*at`, which begins at its targets. */
enum cli_target cli_alias_target(struct ph_slice *out, const char **at);

#endif
