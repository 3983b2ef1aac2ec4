/* cli/completion.h - what may stand behind a command and its options, learnt
 * from the tables of --help, and the scripts that tell a shell. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/menu.h"

/* What an argument is, by how --help writes it. */
enum cli_wants {
    CLI_WANTS_NOTHING,
    CLI_WANTS_TEXT,    /* anything else */
    CLI_WANTS_FILE,    /* FILE, or FILE and more */
    CLI_WANTS_AT_FILE, /* TEXT|@FILE */
    CLI_WANTS_DIR,     /* DIR */
    CLI_WANTS_WORD,    /* one of them: a|b|c */
    CLI_WANTS_WORDS,   /* X[,X]: those that its help has in capitals */
    CLI_WANTS_URL,     /* URL: the schemes that its help begins with */
    CLI_WANTS_ACCOUNT, /* --account */
    CLI_WANTS_STATE    /* --state */
};

enum cli_wants cli_wants(const struct cli_option *o);
enum cli_wants cli_wants_of_text(const char *argument);
/* Prints what may stand there, each behind a blank. `help` may be NULL. */
void cli_wants_print(enum cli_wants wants, const char *argument,
                     const char *help);

/* What an option is for, in a few words of its help. */
enum { CLI_SUMMARY_MAX = 64 };
void cli_summary(char out[CLI_SUMMARY_MAX], const struct cli_option *o);

/* A POSIX shell's command that prints the names in the files of accounts. */
extern const char cli_account_names[];

void cli_completion_bash(void);
void cli_completion_zsh(void);
void cli_completion_fish(void);

#endif
