/* cli/menu.h - the commands, as data: for main(), --help and completion. */
#ifndef CLI_MENU_H
#define CLI_MENU_H

#include "cli/options.h"

struct cli_entry {
    const char *name;
    int (*run)(int argc, char **argv);
    const struct cli_option *const *tables; /* NULL behind the last */
    const char *operand; /* "FILE", "a|b|c"; NULL = takes none */
    const char *help;
};
/* Ends with an entry whose name is NULL. */
extern const struct cli_entry cli_menu[];

#endif
