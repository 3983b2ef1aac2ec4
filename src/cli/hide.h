/* cli/hide.h - secrets leave the process's argument list, where every user of
 * the machine can read them. */
#ifndef CLI_HIDE_H
#define CLI_HIDE_H

#include <stdbool.h>

/* A copy of argv; then overwrites the originals of the values of --password
 * and --oauth-token and of a password inside a URL. False: out of memory. */
bool cli_hide_secrets(char ***out, int argc, char **argv);
/* Wipes and frees such a copy. */
void cli_hide_free(char **copy);

#endif
