#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/file.h"
#include "cli/options.h"
#include "cli/wrong.h"

enum { CHUNK = 64 * 1024 };

static int read_chunk(struct ph__buf *out, int fd, const char *path)
{
    int rc = ph__buf_reserve(out, CHUNK);
    if (rc == PH_E_LIMIT) {
        cli_error("%s is larger than %zu octets: send something smaller", path,
                  out->limit - CHUNK);
        return EXIT_BAD_DATA;
    }
    if (rc) {
        cli_error("%s: %s", path, ph_strerror(rc));
        return EXIT_TRY_LATER;
    }
    ssize_t n;
    do
        n = read(fd, out->data + out->len, CHUNK);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return cli_wrong_file(path, errno);
    out->len += (size_t)n;
    out->data[out->len] = '\0';
    return n ? -1 : EXIT_DONE;
}

int cli_file_read(struct ph__buf *out, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cli_wrong_file(path, errno);
    int status;
    do
        status = read_chunk(out, fd, standard ? "standard input" : path);
    while (status < 0);
    if (!standard)
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
