#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "sink/store.h"

enum { NAME_BYTES = 48, JSON_MAX = 64 << 20 };

struct ph__sink_store {
    int dir;
    uint64_t last;
    const char *name; /* borrowed, for messages */
};

static int complain(const struct ph__sink_store *s, struct ph__buf *why,
                    const char *what)
{
    ph__buf_format(why, "%s: %s: %s", s->name, what, strerror(errno));
    return PH_E_SYSTEM;
}

/* The number of "000012.eml", or 0. */
static uint64_t number_of(const char *name)
{
    const char *dot = strchr(name, '.');
    uint64_t number;
    if (!dot || (strcmp(dot, ".eml") && strcmp(dot, ".json")) ||
        !ph__text_to_u64(name, (size_t)(dot - name), &number))
        return 0;
    return number;
}

static int find_last(struct ph__sink_store *s, struct ph__buf *why)
{
    int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (!entries) {
        int rc = complain(s, why, "cannot be read");
        if (fd >= 0)
            close(fd);
        return rc;
    }
    for (struct dirent *e; (e = readdir(entries));) {
        uint64_t number = number_of(e->d_name);
        if (number > s->last)
            s->last = number;
    }
    closedir(entries);
    return PH_OK;
}

int ph__sink_store_new(struct ph__sink_store **out, const char *dir,
                       struct ph__buf *why)
{
    struct ph__sink_store *s = calloc(1, sizeof(*s));
    if (!s)
        return PH_E_NOMEM;
    s->name = dir;
    s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = PH_OK;
    if (s->dir < 0)
        rc = complain(s, why, "cannot be opened");
    else if (faccessat(s->dir, ".", W_OK | X_OK, 0))
        rc = complain(s, why, "cannot be written to");
    else
        rc = find_last(s, why);
    if (rc) {
        ph__sink_store_free(s);
        return rc;
    }
    *out = s;
    return PH_OK;
}

void ph__sink_store_free(struct ph__sink_store *s)
{
    if (!s)
        return;
    if (s->dir >= 0)
        close(s->dir);
    free(s);
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

/* Under a name that nobody looks for, then under its own: who sees the file
 * sees all of it. */
static int write_file(const struct ph__sink_store *s, const char *name,
                      const char *data, size_t len)
{
    char draft[NAME_BYTES + 8];
    snprintf(draft, sizeof(draft), ".%s.tmp", name);
    int fd =
        openat(s->dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    int rc = write_all(fd, data, len);
    /* Some file systems tell of a full disk only here. */
    if (close(fd))
        rc = -1;
    if (!rc && renameat(s->dir, draft, s->dir, name) == 0)
        return 0;
    int error = errno;
    unlinkat(s->dir, draft, 0);
    errno = error;
    return -1;
}

int ph__sink_store_add(uint64_t *out, struct ph__sink_store *s,
                       const struct ph__sink_message *message,
                       struct ph__buf *why)
{
    char eml[NAME_BYTES], json[NAME_BYTES];
    struct ph__buf text = PH__BUF(JSON_MAX);
    uint64_t number = s->last + 1;
    snprintf(eml, sizeof(eml), "%06" PRIu64 ".eml", number);
    snprintf(json, sizeof(json), "%06" PRIu64 ".json", number);
    int rc = ph__sink_message_json(&text, message, number);
    if (!rc)
        rc = ph__buf_add_char(&text, '\n');
    if (!rc && write_file(s, eml, message->content, message->size))
        rc = complain(s, why, eml);
    if (!rc && write_file(s, json, text.data, text.len)) {
        rc = complain(s, why, json);
        unlinkat(s->dir, eml, 0);
    }
    ph__buf_done(&text);
    if (rc)
        return rc;
    s->last = number;
    *out = number;
    return PH_OK;
}
