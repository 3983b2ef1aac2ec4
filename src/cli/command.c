#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/command.h"

/* ---- words ---- */

/* One word at *at, unquoted, to `to`. NULL: a quote does not end. */
static char *take_word(char *to, const char **at)
{
    char quote = '\0';
    const char *c = *at;
    for (; *c && (quote || (*c != ' ' && *c != '\t' && *c != '\n')); c++) {
        if (*c == '\\' && quote != '\'' && c[1])
            *to++ = *++c;
        else if (quote ? *c == quote : *c == '"' || *c == '\'')
            quote = quote ? '\0' : *c;
        else
            *to++ = *c;
    }
    *at = c;
    *to++ = '\0';
    return quote ? NULL : to;
}

int cli_command_words(char ***out, const char *line)
{
    size_t len = strlen(line);
    size_t most = len / 2 + 2; /* words of one letter, and the end */
    char **words = malloc(most * sizeof(*words) + len + 1);
    if (!words)
        return PH_E_NOMEM;
    char *to = (char *)(words + most);
    size_t count = 0;
    while (to && *(line += strspn(line, " \t\n"))) {
        words[count++] = to;
        to = take_word(to, &line);
    }
    if (!to || !count || !*words[0]) {
        free(words);
        return PH_E_INVALID;
    }
    words[count] = NULL;
    *out = words;
    return PH_OK;
}

/* ---- a run ---- */

struct cli_command {
    uv_process_t process;
    uv_pipe_t output;
    uv_timer_t timer;
    unsigned open; /* handles not yet closed */
    bool running;  /* there is a process to wait for */
    bool ended;    /* nothing more will be printed */
    bool whole;    /* the first line is complete */
    bool closing;
    struct ph__buf line;
    char name[64];
    char why[160]; /* "" = all went well */
    cli_command_cb done;
    void *user;
};

/* The first problem is the one to tell. */
static void blame(struct cli_command *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void blame(struct cli_command *c, const char *format, ...)
{
    va_list args;
    if (*c->why)
        return;
    int len = snprintf(c->why, sizeof(c->why), "the command %s ", c->name);
    va_start(args, format);
    vsnprintf(c->why + len, sizeof(c->why) - (size_t)len, format, args);
    va_end(args);
}

static void judge(struct cli_command *c)
{
    size_t len = c->line.len;
    if (*c->why)
        return;
    len -= len && c->line.data[len - 1] == '\n';
    len -= len && c->line.data[len - 1] == '\r';
    c->line.data[len] = '\0';
    if (!len)
        blame(c, "printed no first line");
    else if (len > CLI_COMMAND_LINE)
        blame(c, "printed a line of more than %d octets", CLI_COMMAND_LINE);
    else if (!ph__text_no_controls(c->line.data, len))
        blame(c, "printed a control character");
}

static void on_closed(uv_handle_t *handle)
{
    struct cli_command *c = handle->data;
    if (--c->open)
        return;
    judge(c);
    c->done(c->user, *c->why ? NULL : c->line.data, c->why);
    ph__buf_wipe(&c->line);
    free(c);
}

static void settle(struct cli_command *c)
{
    /* What it left running may hold its output open for ever. */
    bool enough = c->ended || c->whole || *c->why;
    if (c->running || !enough || c->closing)
        return;
    c->closing = true;
    uv_close((uv_handle_t *)&c->process, on_closed);
    uv_close((uv_handle_t *)&c->output, on_closed);
    uv_close((uv_handle_t *)&c->timer, on_closed);
}

static void end(struct cli_command *c)
{
    if (c->running)
        uv_process_kill(&c->process, SIGKILL);
    settle(c);
}

static void on_timeout(uv_timer_t *timer)
{
    struct cli_command *c = timer->data;
    blame(c, "did not end in time");
    end(c);
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal)
{
    struct cli_command *c = process->data;
    c->running = false;
    if (signal)
        blame(c, "was ended by signal %d", signal);
    else if (status)
        blame(c, "ended with exit status %d", (int)status);
    settle(c);
}

/* All of the room was reserved at once: growing would leave copies. */
static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct cli_command *c = handle->data;
    (void)wanted;
    *out = uv_buf_init(c->line.data + c->line.len,
                       (unsigned)(c->line.limit - c->line.len));
}

/* Behind the first line everything may follow, and is dropped. */
static void keep_line(struct cli_command *c)
{
    char *lf = memchr(c->line.data, '\n', c->line.len);
    if (!lf)
        return;
    size_t kept = (size_t)(lf + 1 - c->line.data);
    OPENSSL_cleanse(lf + 1, c->line.len - kept);
    c->line.len = kept;
    c->whole = true;
}

static void on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct cli_command *c = stream->data;
    (void)buf;
    if (n < 0) {
        c->ended = true;
        settle(c);
        return;
    }
    c->line.len += (size_t)n;
    c->line.data[c->line.len] = '\0';
    keep_line(c);
    if (c->line.len < c->line.limit)
        return;
    blame(c, "printed a line of more than %d octets", CLI_COMMAND_LINE);
    end(c);
}

static int spawn(struct cli_command *c, uv_loop_t *loop, char **words)
{
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
         .data.stream = (uv_stream_t *)&c->output},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
    };
    uv_process_options_t options = {.exit_cb = on_exit_of,
                                    .file = words[0],
                                    .args = words,
                                    .stdio_count = 3,
                                    .stdio = stdio};
    int rc = uv_spawn(loop, &c->process, &options);
    c->running = !rc;
    if (!rc)
        rc = uv_read_start((uv_stream_t *)&c->output, give_room, on_output);
    return rc;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int cli_command_start(struct cli_command **out, uv_loop_t *loop, char **words,
                      unsigned secs, cli_command_cb done, void *user)
{
    struct cli_command *c = calloc(1, sizeof(*c));
    if (!c)
        return PH_E_NOMEM;
    c->line = PH__BUF(CLI_COMMAND_LINE + 3); /* CR, LF, and one too many */
    if (ph__buf_reserve(&c->line, c->line.limit)) {
        free(c);
        return PH_E_NOMEM;
    }
    snprintf(c->name, sizeof(c->name), "%s", base_name(words[0]));
    c->done = done;
    c->user = user;
    c->open = 3;
    c->process.data = c->output.data = c->timer.data = c;
    uv_timer_init(loop, &c->timer); /* neither can fail, see libuv */
    uv_pipe_init(loop, &c->output, 0);
    uv_timer_start(&c->timer, on_timeout, (uint64_t)secs * 1000, 0);
    int rc = spawn(c, loop, words);
    if (rc) {
        blame(c, "cannot be run: %s", uv_strerror(rc));
        end(c);
    }
    *out = c;
    return PH_OK;
}

void cli_command_kill(struct cli_command *c)
{
    blame(c, "was killed: its answer is not needed any more");
    end(c);
}
