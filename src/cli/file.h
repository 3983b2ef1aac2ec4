/* cli/file.h - files named on the command line. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "base/buf.h"

/* How much more than the largest file a buffer has to be allowed to hold, so
 * that a file which is larger can be told from it. */
enum { CLI_FILE_ROOM = 64 * 1024 };

/* Reads all of `path` ("-" is standard input) behind what `out` holds.
 * EXIT_DONE, or another exit status after an error message. */
int cli_file_read(struct ph__buf *out, const char *path);
/* The same of a file that is open, and `path` is what it is called. */
int cli_file_open(int *fd, const char *path);
int cli_file_read_from(struct ph__buf *out, int fd, const char *path);
/* Up to `most` octets. */
int cli_file_read_some(struct ph__buf *out, int fd, const char *path,
                       size_t most);
/* Says so; returns the exit status. */
int cli_file_too_large(const struct ph__buf *out, const char *path);
/* The value of an option that takes TEXT or @FILE. What is read has no NUL. */
int cli_file_text(struct ph__buf *out, const char *value);

#endif
