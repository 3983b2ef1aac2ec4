#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message/load.h"

static int read_all(struct ph__buf *out, int fd)
{
    enum { STEP = 1 << 16 };
    for (;;) {
        int rc = ph__buf_reserve(out, STEP);
        if (rc)
            return rc;
        ssize_t n = read(fd, out->data + out->len, STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return PH_E_SYSTEM;
        out->len += (size_t)n;
        out->data[out->len] = '\0';
        if (!n)
            return PH_OK;
    }
}

static int explain(struct ph__buf *why, const char *words)
{
    int rc = ph__buf_format(why, "cannot be read: %s", words);
    return rc ? rc : PH_E_SYSTEM;
}

int ph__load_all(struct ph__buf *out, int fd, struct ph__buf *why)
{
    int rc = read_all(out, fd);
    return rc == PH_E_SYSTEM ? explain(why, strerror(errno)) : rc;
}

/* What is no file, a pipe or a device, may have no end. */
static int check(size_t *len, int fd, struct ph__buf *why)
{
    struct stat st;
    if (fstat(fd, &st))
        return explain(why, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return explain(why, "it is not a file");
    *len = (size_t)st.st_size;
    return PH_OK;
}

int ph__load_open(int *fd, size_t *len, const char *path, struct ph__buf *why)
{
    /* A pipe that nobody writes to is not waited for. */
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0)
        return explain(why, strerror(errno));
    int rc = check(len, opened, why);
    if (rc)
        close(opened);
    else
        *fd = opened;
    return rc;
}

int ph__load_file(struct ph__buf *out, const char *path, struct ph__buf *why)
{
    size_t len;
    int fd;
    int rc = ph__load_open(&fd, &len, path, why);
    if (rc)
        return rc;
    rc = ph__load_all(out, fd, why);
    close(fd);
    return rc;
}
