#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/lines.h"

enum {
    WAITING_MAX = 256 << 20,
    DELAY_MS = 5, /* under load, many lines are one system call */
    RETRY_MS = 20
};

/* So many octets a pipe takes without blocking when poll() says that it takes
 * some. Making it non-blocking would do so for others who share it, too. */
static size_t piece(const struct cli_lines *l, size_t len)
{
    return len > PIPE_BUF && !l->is_file ? PIPE_BUF : len;
}

static void write_out(struct cli_lines *l, int wait_ms)
{
    size_t done = 0;
    struct pollfd ready = {.fd = l->fd, .events = POLLOUT};
    while (done < l->waiting.len && !l->broken) {
        int found = poll(&ready, 1, wait_ms);
        if (found == 0)
            break;
        ssize_t n = write(l->fd, l->waiting.data + done,
                          piece(l, l->waiting.len - done));
        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno != EINTR && errno != EAGAIN)
            l->broken = true;
    }
    ph__buf_drop(&l->waiting, done);
}

static void on_time(uv_timer_t *timer)
{
    struct cli_lines *l = timer->data;
    write_out(l, 0);
    if (l->waiting.len && !l->broken)
        uv_timer_start(timer, on_time, RETRY_MS, 0);
}

void cli_lines_start(struct cli_lines *out, uv_loop_t *loop, int fd)
{
    struct stat st;
    out->fd = fd;
    out->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    out->broken = false;
    out->waiting = PH__BUF(WAITING_MAX);
    uv_timer_init(loop, &out->timer);
    out->timer.data = out;
    uv_unref((uv_handle_t *)&out->timer);
}

void cli_lines_add(struct cli_lines *l, const char *line)
{
    if (ph__buf_add_text(&l->waiting, line) ||
        ph__buf_add_char(&l->waiting, '\n'))
        l->broken = true;
    else if (!uv_is_active((uv_handle_t *)&l->timer))
        uv_timer_start(&l->timer, on_time, DELAY_MS, 0);
}

void cli_lines_stop(struct cli_lines *l)
{
    uv_close((uv_handle_t *)&l->timer, NULL);
}

bool cli_lines_finish(struct cli_lines *l)
{
    write_out(l, -1);
    ph__buf_done(&l->waiting);
    return !l->broken;
}
