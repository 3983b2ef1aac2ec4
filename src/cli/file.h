/* cli/file.h - files named on the command line. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "base/buf.h"

/* Reads all of `path` ("-" is standard input) behind what `out` holds.
 * EXIT_DONE, or another exit status after an error message. */
int cli_file_read(struct ph__buf *out, const char *path);
/* The value of an option that takes TEXT or @FILE. What is read has no NUL. */
int cli_file_text(struct ph__buf *out, const char *value);

#endif
