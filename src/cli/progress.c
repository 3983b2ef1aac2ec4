#include <stdio.h>

#include "cli/progress.h"

enum { EVERY_MS = 200, LINE_MAX_OCTETS = 512 };

static void show(uv_timer_t *timer)
{
    struct cli_progress *p = timer->data;
    struct ph__buf line = PH__BUF(LINE_MAX_OCTETS);
    uint64_t ms = uv_now(timer->loop) - p->begun;
    uint64_t total = cli_tally_total(p->tally);
    int percent = cli_list_percent(p->list);
    int rc = cli_tally_counts(p->tally, &line);
    if (!rc && percent >= 0)
        rc = ph__buf_format(&line, "; %d %% of the list read", percent);
    if (!rc && ms)
        rc = ph__buf_format(&line, "; %llu/s",
                            (unsigned long long)(total * 1000 / ms));
    if (!rc)
        fprintf(stderr, "\r\033[K%s", line.data);
    p->shown = !rc;
    ph__buf_done(&line);
}

void cli_progress_init(struct cli_progress *p, uv_loop_t *loop, bool on,
                       const struct cli_tally *tally,
                       const struct cli_list *list)
{
    *p = (struct cli_progress){
        .tally = tally, .list = list, .begun = uv_now(loop), .on = on};
    uv_timer_init(loop, &p->timer);
    p->timer.data = p;
    uv_unref((uv_handle_t *)&p->timer);
    if (on)
        uv_timer_start(&p->timer, show, EVERY_MS, EVERY_MS);
}

void cli_progress_clear(struct cli_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

void cli_progress_close(struct cli_progress *p)
{
    cli_progress_clear(p);
    uv_close((uv_handle_t *)&p->timer, NULL);
}
