#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cli/file.h"
#include "cli/options.h"
#include "cli/wrong.h"

int cli_file_too_large(const struct ph__buf *out, const char *path)
{
    cli_error("%s is larger than %zu octets: send something smaller", path,
              out->limit - CLI_FILE_ROOM);
    return EXIT_BAD_DATA;
}

static int read_chunk(struct ph__buf *out, int fd, const char *path,
                      size_t most)
{
    int rc = ph__buf_reserve(out, CLI_FILE_ROOM);
    if (rc == PH_E_LIMIT)
        return cli_file_too_large(out, path);
    if (rc) {
        cli_error("%s: %s", path, ph_strerror(rc));
        return EXIT_TRY_LATER;
    }
    ssize_t n;
    do
        n = read(fd, out->data + out->len,
                 most < CLI_FILE_ROOM ? most : CLI_FILE_ROOM);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return cli_wrong_file(path, errno);
    out->len += (size_t)n;
    out->data[out->len] = '\0';
    return n ? -1 : EXIT_DONE;
}

int cli_file_read_some(struct ph__buf *out, int fd, const char *path,
                       size_t most)
{
    size_t begin = out->len;
    int status;
    do
        status = read_chunk(out, fd, path, most - (out->len - begin));
    while (status < 0);
    return status;
}

int cli_file_read_from(struct ph__buf *out, int fd, const char *path)
{
    return cli_file_read_some(out, fd, path, SIZE_MAX);
}

int cli_file_open(int *fd, const char *path)
{
    int opened = open(path, O_RDONLY | O_CLOEXEC);
    if (opened < 0)
        return cli_wrong_file(path, errno);
    *fd = opened;
    return EXIT_DONE;
}

int cli_file_read(struct ph__buf *out, const char *path)
{
    if (strcmp(path, "-") == 0)
        return cli_file_read_from(out, STDIN_FILENO, "standard input");
    int fd = -1;
    int status = cli_file_open(&fd, path);
    if (status)
        return status;
    status = cli_file_read_from(out, fd, path);
    close(fd);
    return status;
}

int cli_file_text(struct ph__buf *out, const char *value)
{
    if (value[0] != '@') {
        int rc = ph__buf_add_text(out, value);
        if (rc)
            cli_wrong_code(rc);
        return rc ? EXIT_TRY_LATER : EXIT_DONE;
    }
    int status = cli_file_read(out, value + 1);
    if (!status && out->data && memchr(out->data, '\0', out->len)) {
        cli_error("%s holds a NUL, and text has none: give another file",
                  value + 1);
        return EXIT_BAD_DATA;
    }
    return status;
}
