#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message/body.h"
#include "message/limits.h"
#include "message/load.h"
#include "message/spool.h"

enum { STEP = 1024 * PH__BASE64_STEP }; /* whole lines */

static int explain(struct ph__buf *why, const char *what)
{
    int rc = ph__buf_format(why, "%s: %s", what, strerror(errno));
    return rc ? rc : PH_E_SYSTEM;
}

/* Where large files may be kept; /tmp often is memory. */
static int open_unnamed(void)
{
    static const char *const places[] = {"/var/tmp/posthaste-XXXXXX",
                                         "/tmp/posthaste-XXXXXX"};
    int fd = -1;
    for (size_t i = 0; i < 2 && fd < 0; i++) {
        char path[64];
        memcpy(path, places[i], strlen(places[i]) + 1);
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    return fd;
}

static int write_all(int fd, const struct ph__buf *data)
{
    for (size_t at = 0; at < data->len;) {
        ssize_t n = write(fd, data->data + at, data->len - at);
        if (n < 0 && errno != EINTR)
            return PH_E_SYSTEM;
        at += n > 0 ? (size_t)n : 0;
    }
    return PH_OK;
}

/* Up to STEP octets; fewer only at the end. */
static ssize_t read_step(int fd, char *data)
{
    size_t len = 0;
    while (len < STEP) {
        ssize_t n = read(fd, data + len, STEP - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? n : (ssize_t)len;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

/* From one file to the other; *len octets. */
static int encode(size_t *len, int to, int from, size_t limit,
                  struct ph__buf *why)
{
    struct ph__buf lines = PH__BUF(2 * (size_t)STEP);
    char *data = malloc(STEP);
    int rc = data ? PH_OK : PH_E_NOMEM;
    for (ssize_t n = STEP; !rc && n == STEP;) {
        n = read_step(from, data);
        if (n < 0) {
            rc = explain(why, "cannot be read");
            break;
        }
        ph__buf_clear(&lines);
        rc = ph__body_encode_octets(&lines, data, (size_t)n);
        if (!rc && lines.len > limit - *len)
            rc = PH_E_LIMIT;
        if (!rc && write_all(to, &lines))
            rc = explain(why, "is too large to be kept in memory, and /var/tmp "
                              "does not take it");
        *len += rc ? 0 : lines.len;
    }
    ph__buf_done(&lines);
    free(data);
    return rc;
}

static int map(struct ph__spool *out, int fd, size_t len, struct ph__buf *why)
{
    void *data = len ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    if (data == MAP_FAILED)
        return explain(why, "cannot be mapped");
    *out = (struct ph__spool){data, len};
    return PH_OK;
}

int ph__spool_new(struct ph__spool *out, int fd, size_t limit_bytes,
                  struct ph__buf *why)
{
    size_t len = 0;
    int to = open_unnamed();
    if (to < 0)
        return explain(why, "is too large to be kept in memory, and /var/tmp "
                            "takes no file");
    int rc = encode(&len, to, fd, limit_bytes, why);
    if (!rc)
        rc = map(out, to, len, why);
    close(to); /* the mapping keeps it */
    return rc;
}

void ph__spool_done(struct ph__spool *s)
{
    if (s->data)
        munmap(s->data, s->len);
    *s = (struct ph__spool){NULL, 0};
}
