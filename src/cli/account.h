/* cli/account.h - accounts: sections of the configuration files, which say what
 * the command line does not. Keys are the long names of the options in
 * server_options.c. */
#ifndef CLI_ACCOUNT_H
#define CLI_ACCOUNT_H

#include "cli/config.h"

struct cli_server;

enum { CLI_ACCOUNT_FILES = 2 };

/* An account is looked for in the user's file, in the system's, and then among
 * the presets. A section that has been taken is passed over from then on, so
 * that [gmail] may say `account = gmail`, and no circle has no end. */
struct cli_account {
    struct ph__buf user_path; /* $XDG_CONFIG_HOME/posthaste/config */
    const char *system_path;  /* /etc/posthaste/config; a test has its own */
    struct cli_config files[CLI_ACCOUNT_FILES];
    bool is_read[CLI_ACCOUNT_FILES];
    char **paths; /* those written ~/... */
    size_t path_count;
    bool settled;

    /* The section that was taken first; NULL if none was. */
    const struct cli_config *file;
    const struct cli_setting *section;
    bool alone; /* the command line has no other option of a server */
};

void cli_account_init(struct cli_account *a);
void cli_account_done(struct cli_account *a); /* wipes */

/* Gives to `s` what the account says that `s` has not been told: --account, or
 * where no server is named either, [default] if there is one. Sets s->preset.
 * EXIT_DONE, or another status after an error message. Once; then does nothing.
 */
int cli_account_settle(struct cli_account *a, struct cli_server *s,
                       const char *fallback);
/* After an error message about options: says that they may stand in a file.
 * The exit status: EXIT_BAD_CONFIG if they can stand nowhere else. */
int cli_account_blame(const struct cli_account *a, int status);

#endif
