/* cli/key_log.h - the file that --tls-keylog and $SSLKEYLOGFILE name. */
#ifndef CLI_KEY_LOG_H
#define CLI_KEY_LOG_H

#include <stdbool.h>

struct cli_key_log {
    int fd; /* -1 = none */
    const char *path;
    bool failed;
};

void cli_key_log_init(struct cli_key_log *log);
/* Appends to `path`, which is made for our eyes only. EXIT_DONE, or
 * EXIT_NO_INPUT after an error message. */
int cli_key_log_open(struct cli_key_log *log, const char *path);
/* One line, in one write: others may write to the same file. */
void cli_key_log_add(struct cli_key_log *log, const char *line);
void cli_key_log_close(struct cli_key_log *log);

#endif
