#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/file.h"
#include "cli/octets.h"
#include "cli/options.h"
#include "message/limits.h"

void cli_octets_init(struct cli_octets *o, size_t most)
{
    *o = (struct cli_octets){.read = PH__BUF(most + CLI_FILE_ROOM)};
}

void cli_octets_done(struct cli_octets *o)
{
    ph__buf_done(&o->read);
}

bool cli_octets_are_read(const struct cli_octets *o)
{
    return o->read.len == o->len;
}

struct ph_slice cli_octets_slice(const struct cli_octets *o)
{
    return (struct ph_slice){ph__buf_text(&o->read), o->read.len};
}

bool cli_octets_same(const struct cli_octets *a, const struct cli_octets *b)
{
    return a->len == b->len && strcmp(a->digest, b->digest) == 0;
}

/* All of it was read. */
static int settle(struct cli_octets *o)
{
    struct ph_slice all = cli_octets_slice(o);
    o->len = all.len;
    return cli_identity_of_text(o->digest, all.data, all.len);
}

/* The digest first: it leaves the file where it stands. */
static int look(struct cli_octets *o, int fd, const char *path)
{
    int status = cli_identity_of_file(o->digest, fd, path);
    if (!status)
        status = cli_file_read_some(&o->read, fd, path, PH__SPOOL_ABOVE);
    return status;
}

int cli_octets_take(struct cli_octets *o, int fd, const char *path)
{
    struct stat st;
    bool known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    size_t len = known ? (size_t)st.st_size : 0;
    if (len > o->read.limit - CLI_FILE_ROOM)
        return cli_file_too_large(&o->read, path);
    if (len > PH__SPOOL_ABOVE) {
        o->len = len;
        return look(o, fd, path);
    }
    int status = cli_file_read_from(&o->read, fd, path);
    return status ? status : settle(o);
}

int cli_octets_read(struct cli_octets *o, const char *path)
{
    if (strcmp(path, "-") == 0) {
        int status = cli_file_read(&o->read, path);
        return status ? status : settle(o);
    }
    int fd = -1;
    int status = cli_file_open(&fd, path);
    if (status)
        return status;
    status = cli_octets_take(o, fd, path);
    close(fd);
    return status;
}

int cli_octets_complete(struct cli_octets *o, const char *path)
{
    if (cli_octets_are_read(o))
        return EXIT_DONE;
    ph__buf_clear(&o->read);
    int status = cli_file_read(&o->read, path);
    return status ? status : settle(o);
}
