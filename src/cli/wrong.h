/* cli/wrong.h - errors that are said in many places, each with its advice. */
#ifndef CLI_WRONG_H
#define CLI_WRONG_H

#include <posthaste/types.h>

/* What a call of the library came back with. */
void cli_wrong_code(int code);
/* A file, by errno. EXIT_NO_INPUT. */
int cli_wrong_file(const char *path, int error);
/* EXIT_TRY_LATER. */
int cli_wrong_memory(void);

#endif
