#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "message/body.h"
#include "message/limits.h"
#include "message/load.h"
#include "message/spool.h"

enum {
    STEP = 1024 * PH__BASE64_STEP, /* whole lines */
    UTF8_MAX = 4                   /* octets of a character: RFC 3629 3 */
};

static int explain(struct ph__buf *why, const char *what)
{
    int rc = ph__buf_format(why, "%s: %s", what, strerror(errno));
    return rc ? rc : PH_E_SYSTEM;
}

/* Where large files may be kept; /tmp often is memory. Where nothing can be
 * written, as in some containers, they are in memory after all. */
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
#ifdef MFD_CLOEXEC
    if (fd < 0)
        fd = memfd_create("posthaste", MFD_CLOEXEC);
#endif
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

/* ---- where it comes from ---- */

struct source {
    int fd;                /* or, if that is < 0, ... */
    struct ph_slice given; /* ... what is left of these */
    char *room;            /* for a step of the file */
};

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

static int next_step(struct ph_slice *out, struct source *s,
                     struct ph__buf *why)
{
    if (s->fd < 0) {
        size_t len = s->given.len < STEP ? s->given.len : STEP;
        *out = (struct ph_slice){s->given.data, len};
        s->given = (struct ph_slice){s->given.data + len, s->given.len - len};
        return PH_OK;
    }
    ssize_t n = read_step(s->fd, s->room);
    if (n < 0)
        return explain(why, "cannot be read");
    *out = (struct ph_slice){s->room, (size_t)n};
    return PH_OK;
}

/* ---- whether it is UTF-8 ---- */

struct look {
    bool fails;           /* it is not */
    bool high;            /* octets above 127 */
    char begun[UTF8_MAX]; /* of a character that goes on in the next step */
    size_t begun_len;
};

/* How many of the last octets begin a character that they do not end. */
static size_t count_begun(struct ph_slice s)
{
    for (size_t n = 1; n < UTF8_MAX && n <= s.len; n++) {
        unsigned char c = (unsigned char)s.data[s.len - n];
        size_t whole = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        if (c < 0x80 || c >= 0xC0)
            return whole > n ? n : 0;
    }
    return 0;
}

/* Ends the character that was begun; returns how many octets that took. */
static size_t end_begun(struct look *l, struct ph_slice step)
{
    size_t had = l->begun_len, more = UTF8_MAX - had;
    if (!had)
        return 0;
    more = step.len < more ? step.len : more;
    memcpy(l->begun + had, step.data, more);
    size_t whole = ph__text_utf8_char(l->begun, had + more);
    l->fails |= whole <= had;
    l->begun_len = 0;
    return l->fails ? 0 : whole - had;
}

static void look_at(struct look *l, struct ph_slice step)
{
    size_t at = l->fails ? 0 : end_begun(l, step);
    if (l->fails)
        return;
    struct ph_slice rest = {step.data + at, step.len - at};
    l->begun_len = count_begun(rest);
    rest.len -= l->begun_len;
    memcpy(l->begun, rest.data + rest.len, l->begun_len);
    l->high |= !ph__text_is_ascii(step.data, step.len);
    l->fails = !ph__text_is_utf8(rest.data, rest.len);
}

/* ---- into the file ---- */

static int add_step(size_t *len, int to, struct ph__buf *lines,
                    struct ph_slice step, size_t limit, struct ph__buf *why)
{
    ph__buf_clear(lines);
    int rc = ph__body_encode_octets(lines, step.data, step.len);
    if (rc)
        return rc;
    if (lines->len > limit - *len)
        return PH_E_LIMIT;
    if (write_all(to, lines))
        return explain(why, "is too large to be kept in memory, and /var/tmp "
                            "does not take it");
    *len += lines->len;
    return PH_OK;
}

/* Sets all but where it is. */
static int encode(struct ph__spool *out, int to, struct source *from,
                  size_t limit, struct ph__buf *why)
{
    struct ph__buf lines = PH__BUF(2 * (size_t)STEP);
    struct look look = {.fails = false};
    struct ph_slice step = {NULL, STEP};
    int rc = PH_OK;
    while (!rc && step.len == STEP) {
        rc = next_step(&step, from, why);
        if (!rc) {
            look_at(&look, step);
            rc = add_step(&out->len, to, &lines, step, limit, why);
        }
    }
    out->utf8 = look.high && !look.fails && !look.begun_len;
    ph__buf_done(&lines);
    return rc;
}

static int map(struct ph__spool *out, int fd, struct ph__buf *why)
{
    void *data =
        out->len ? mmap(NULL, out->len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    if (data == MAP_FAILED)
        return explain(why, "cannot be mapped");
    out->data = data;
    return PH_OK;
}

static int spool(struct ph__spool *out, struct source *from, size_t limit,
                 struct ph__buf *why)
{
    struct ph__spool made = {.data = NULL};
    int to = open_unnamed();
    if (to < 0)
        return explain(why, "is too large to be kept in memory, and /var/tmp "
                            "takes no file");
    int rc = encode(&made, to, from, limit, why);
    if (!rc)
        rc = map(&made, to, why);
    close(to); /* the mapping keeps it */
    if (!rc)
        *out = made;
    return rc;
}

int ph__spool_file(struct ph__spool *out, int fd, size_t limit_bytes,
                   struct ph__buf *why)
{
    struct source from = {.fd = fd, .room = malloc(STEP)};
    int rc = from.room ? spool(out, &from, limit_bytes, why) : PH_E_NOMEM;
    free(from.room);
    return rc;
}

int ph__spool_octets(struct ph__spool *out, struct ph_slice octets,
                     size_t limit_bytes, struct ph__buf *why)
{
    struct source from = {.fd = -1, .given = octets};
    return spool(out, &from, limit_bytes, why);
}

void ph__spool_done(struct ph__spool *s)
{
    if (s->data)
        munmap(s->data, s->len);
    *s = (struct ph__spool){.data = NULL};
}
