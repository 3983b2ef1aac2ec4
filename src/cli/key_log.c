#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cli/key_log.h"
#include "cli/options.h"

void cli_key_log_init(struct cli_key_log *log)
{
    *log = (struct cli_key_log){.fd = -1};
}

int cli_key_log_open(struct cli_key_log *log, const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        cli_error("%s cannot be written: %s: --tls-keylog and $SSLKEYLOGFILE "
                  "name a file for secrets of TLS",
                  path, strerror(errno));
        return EXIT_NO_INPUT;
    }
    *log = (struct cli_key_log){.fd = fd, .path = path};
    return EXIT_DONE;
}

void cli_key_log_add(struct cli_key_log *log, const char *line)
{
    struct iovec parts[] = {{(void *)line, strlen(line)}, {(void *)"\n", 1}};
    ssize_t len = (ssize_t)(parts[0].iov_len + 1);
    ssize_t n;
    if (log->fd < 0 || log->failed)
        return;
    do
        n = writev(log->fd, parts, 2);
    while (n < 0 && errno == EINTR);
    log->failed = n != len;
    if (log->failed)
        cli_error("%s cannot be written: %s: what it lacks cannot be decrypted",
                  log->path, n < 0 ? strerror(errno) : "the disk is full");
}

void cli_key_log_close(struct cli_key_log *log)
{
    if (log->fd >= 0)
        close(log->fd);
    cli_key_log_init(log);
}
