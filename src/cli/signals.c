#include <signal.h>

#include "cli/options.h"
#include "cli/signals.h"

static void on_signal(uv_signal_t *handle, int number)
{
    struct cli_signals *s = handle->data;
    s->name = number == SIGINT ? "Ctrl-C" : "signal";
    s->caught(s->user);
}

static void watch(struct cli_signals *s, uv_loop_t *loop, uv_signal_t *handle,
                  int number)
{
    uv_signal_init(loop, handle);
    handle->data = s;
    if (uv_signal_start(handle, on_signal, number))
        cli_error("signal %d cannot be watched: it would end this run at once",
                  number);
    uv_unref((uv_handle_t *)handle);
}

void cli_signals_watch(struct cli_signals *s, uv_loop_t *loop,
                       void (*caught)(void *user), void *user)
{
    *s = (struct cli_signals){.caught = caught, .user = user};
    watch(s, loop, &s->interrupt, SIGINT);
    watch(s, loop, &s->terminate, SIGTERM);
}

void cli_signals_promise(const struct cli_signals *s)
{
    cli_error("stopping: what is under way is finished first; another %s stops "
              "at once",
              s->name);
}

void cli_signals_close(struct cli_signals *s)
{
    uv_close((uv_handle_t *)&s->interrupt, NULL);
    uv_close((uv_handle_t *)&s->terminate, NULL);
}
