#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include <jansson.h>

#include "cli/options.h"
#include "cli/results.h"
#include "cli/wrong.h"

/* As much as may wait for the disk: some 100 000 lines. */
enum { GROUP_MAX = 64 * 1024 * 1024 };

struct cli_results {
    uv_loop_t *loop;
    char *path;
    int fd;
    struct cli_history history;
    struct cli_identity batch; /* what the next line has to say ... */
    bool unsaid;               /* ... if it has to */
    json_t *object;            /* what cli_results_fate() lends from */
    /* Lines and waiters of the next group, and of the one being written. */
    struct ph__buf filling, writing;
    struct ph__link waiting, served;
    size_t written;
    uint64_t end; /* of the lines that are durable */
    uv_fs_t request;
    bool busy;
    bool failed;
};

/* ---- opening ---- */

/* A new file is only there after a crash if its directory says so. */
static void sync_directory(const char *path)
{
    char *copy = strdup(path);
    int fd =
        copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

static int open_file(struct cli_results *r)
{
    r->fd = open(r->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (r->fd < 0) {
        cli_error("%s cannot be written: %s: give --results another file",
                  r->path, strerror(errno));
        return EXIT_NO_INPUT;
    }
    if (flock(r->fd, LOCK_EX | LOCK_NB)) {
        cli_error("%s: %s", r->path,
                  errno == EWOULDBLOCK
                      ? "another run is writing this file: wait for its end"
                      : strerror(errno));
        return EXIT_TRY_LATER;
    }
    return EXIT_DONE;
}

static int drop_torn_line(struct cli_results *r)
{
    struct stat about;
    r->end = r->history.end;
    if (fstat(r->fd, &about) || !S_ISREG(about.st_mode) ||
        (uint64_t)about.st_size == r->end)
        return EXIT_DONE;
    if (ftruncate(r->fd, (off_t)r->end) == 0)
        return EXIT_DONE;
    cli_error("%s: its torn last line cannot be removed: %s: remove it by hand",
              r->path, strerror(errno));
    return EXIT_TRY_LATER;
}

int cli_results_open(struct cli_results **out, uv_loop_t *loop,
                     const char *path)
{
    struct cli_results *r = calloc(1, sizeof(*r));
    if (!r || !(r->path = strdup(path))) {
        free(r);
        cli_wrong_memory();
        return EXIT_TRY_LATER;
    }
    r->loop = loop;
    ph__buf_init(&r->filling, GROUP_MAX);
    ph__buf_init(&r->writing, GROUP_MAX);
    ph__list_init(&r->waiting);
    ph__list_init(&r->served);
    int status = open_file(r);
    if (!status)
        status = cli_history_load(&r->history, r->fd, path);
    if (!status)
        status = drop_torn_line(r);
    if (status) {
        cli_results_free(r);
        return status;
    }
    if (!r->end)
        sync_directory(path);
    *out = r;
    return EXIT_DONE;
}

void cli_results_free(struct cli_results *r)
{
    if (!r)
        return;
    cli_history_done(&r->history);
    json_decref(r->object);
    ph__buf_done(&r->filling);
    ph__buf_done(&r->writing);
    if (r->fd >= 0) {
        fdatasync(r->fd);
        close(r->fd);
    }
    free(r->path);
    free(r);
}

const struct cli_history *cli_results_history(const struct cli_results *r)
{
    return &r->history;
}

void cli_results_identify(struct cli_results *r,
                          const struct cli_identity *batch)
{
    r->batch = *batch;
    r->unsaid = !cli_identity_same(&r->history.batch, &r->batch);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

bool cli_results_fate(struct cli_results *r, const struct cli_past *past,
                      struct cli_fate *out)
{
    char *line = malloc(past->len + 1);
    ssize_t n = line ? pread(r->fd, line, past->len, (off_t)past->at) : -1;
    json_decref(r->object);
    r->object = n < 0 ? NULL : json_loadb(line, (size_t)n, 0, NULL);
    free(line);
    if (!r->object)
        return false;
    *out = (struct cli_fate){.message = text_of(r->object, "message"),
                             .recipient = text_of(r->object, "recipient"),
                             .outcome = text_of(r->object, "outcome"),
                             .stage = text_of(r->object, "stage"),
                             .detail = "",
                             .attempts = past->attempts,
                             .server = text_of(r->object, "server"),
                             .row = past->row};
    return true;
}

/* ---- writing ---- */

static void write_group(struct cli_results *r);

static void move_all(struct ph__link *to, struct ph__link *from)
{
    while (!ph__list_empty(from)) {
        struct ph__link *link = from->next;
        ph__list_remove(link);
        ph__list_append(to, link);
    }
}

static void serve(struct ph__link *waiters, bool durable)
{
    struct ph__link mine;
    ph__list_init(&mine);
    move_all(&mine, waiters); /* others may come meanwhile */
    while (!ph__list_empty(&mine)) {
        struct cli_waiter *w = ph__of(mine.next, struct cli_waiter, link);
        ph__list_remove(&w->link);
        w->done(w, durable);
    }
}

/* No row goes out on the word of this group, so the file may forget it; the
 * outcomes in it are lost, and their rows stay pending. */
static void fail(struct cli_results *r, ssize_t error)
{
    cli_error("%s cannot be written: %s: make room, then run the same command "
              "again",
              r->path, uv_strerror((int)error));
    r->busy = false;
    r->failed = true;
    if (ftruncate(r->fd, (off_t)r->end))
        cli_error("%s: %s: its last line may be torn; the next run removes it",
                  r->path, strerror(errno));
    serve(&r->served, false);
    serve(&r->waiting, false);
}

static void finish_group(struct cli_results *r)
{
    r->busy = false;
    r->end += r->writing.len;
    ph__buf_clear(&r->writing);
    serve(&r->served, true);
    if (r->failed)
        serve(&r->waiting, false);
    write_group(r);
}

static void on_synced(uv_fs_t *request)
{
    struct cli_results *r = request->data;
    ssize_t result = request->result;
    uv_fs_req_cleanup(request);
    /* A pipe or /dev/null has nothing to sync. */
    if (result < 0 && result != UV_EINVAL)
        fail(r, result);
    else
        finish_group(r);
}

static void on_written(uv_fs_t *request);

static int write_rest(struct cli_results *r)
{
    uv_buf_t rest = uv_buf_init(r->writing.data + r->written,
                                (unsigned)(r->writing.len - r->written));
    return uv_fs_write(r->loop, &r->request, r->fd, &rest, 1, -1, on_written);
}

static void on_written(uv_fs_t *request)
{
    struct cli_results *r = request->data;
    ssize_t result = request->result;
    uv_fs_req_cleanup(request);
    if (result > 0)
        r->written += (size_t)result;
    if (result > 0 && r->written < r->writing.len)
        result = write_rest(r);
    else if (result > 0 && ph__list_empty(&r->served))
        finish_group(r); /* outcomes go to the disk with the next group */
    else if (result > 0)
        result = uv_fs_fdatasync(r->loop, &r->request, r->fd, on_synced);
    else if (result == 0)
        result = UV_EIO;
    if (result < 0)
        fail(r, result);
}

static void write_group(struct cli_results *r)
{
    if (r->busy || r->failed || !r->filling.len)
        return;
    struct ph__buf empty = r->writing;
    r->writing = r->filling;
    r->filling = empty;
    move_all(&r->served, &r->waiting);
    r->busy = true;
    r->written = 0;
    r->request.data = r;
    int rc = write_rest(r);
    if (rc)
        fail(r, rc);
}

bool cli_results_add(struct cli_results *r, const struct cli_fate *fate,
                     struct cli_waiter *waiter)
{
    struct cli_fate line = *fate;
    line.batch = r->unsaid ? &r->batch : NULL;
    if (!r->failed && cli_report_json(&r->filling, &line)) {
        cli_error("%s: out of memory", r->path);
        r->failed = true;
    }
    if (r->failed)
        return false;
    r->unsaid = false;
    if (waiter)
        ph__list_append(&r->waiting, &waiter->link);
    write_group(r);
    return true;
}

bool cli_results_failed(const struct cli_results *r)
{
    return r->failed;
}
