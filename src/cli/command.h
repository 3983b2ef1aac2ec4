/* cli/command.h - a program that is run for the secret it prints. No shell:
 * what it is told stands in the command line, and nothing is added (S26). */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <uv.h>

enum {
    CLI_COMMAND_LINE = 64 * 1024 - 1, /* octets of the secret: a token's */
    CLI_COMMAND_SECS = 60             /* until it is killed */
};

/* A command line as words, NULL at the end; one free() frees them all. Blanks
 * part words, '...' and "..." hold blanks; outside '...' a \ takes the next
 * character as it is. Nothing else means anything. PH_OK, PH_E_NOMEM;
 * PH_E_INVALID: no word, or a quote that does not end. */
int cli_command_words(char ***out, const char *line);

struct cli_command;
/* The first line without its end, borrowed, or NULL: then `why` says what was
 * wrong, and shows nothing of what was printed. Called once, from the loop. */
typedef void (*cli_command_cb)(void *user, const char *line, const char *why);

/* Runs it; standard error is ours, standard input is empty. PH_OK,
 * PH_E_NOMEM. */
int cli_command_start(struct cli_command **out, uv_loop_t *loop, char **words,
                      unsigned secs, cli_command_cb done, void *user);
/* Kills it; `done` is still called, with NULL. */
void cli_command_kill(struct cli_command *c);

#endif
