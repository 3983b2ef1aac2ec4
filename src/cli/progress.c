#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "cli/options.h"
#include "cli/progress.h"

enum {
    EVERY_MS = 200,
    LINE_MAX_OCTETS = 512,
    FORETELL_MS = 1000, /* sooner a rate says nothing */
    TIME_ROOM = 16
};

/* ---- the words ---- */

/* How many rows there will be, with what is known of the list by now: all of
 * it, or how large it is. 0 = who knows. */
static uint64_t foretell_rows(const struct cli_progress_of *of, uint64_t read)
{
    int percent = cli_list_percent(of->list);
    if (*of->list_ended)
        return read;
    return percent > 0 ? read * 100 / (unsigned)percent : 0;
}

static int add_secs(struct ph__buf *out, uint64_t secs)
{
    if (secs < 120)
        return ph__buf_format(out, "%llu s left", (unsigned long long)secs);
    if (secs < 7200)
        return ph__buf_format(out, "%llu min left",
                              (unsigned long long)(secs / 60));
    return ph__buf_format(out, "%llu h left",
                          (unsigned long long)(secs / 3600));
}

static int add_speed(const struct cli_progress *p, struct ph__buf *out)
{
    const struct cli_tally *t = p->of.tally;
    uint64_t ms = uv_now(p->timer.loop) - p->begun;
    uint64_t done = cli_tally_total(t);
    uint64_t passed = done + t->skipped + t->duplicates;
    uint64_t read = passed + *p->of.in_flight;
    uint64_t rows = foretell_rows(&p->of, read);
    int rc = PH_OK;
    if (rows && passed <= rows)
        rc = ph__buf_format(
            out, "; row %llu of %s%llu", (unsigned long long)passed,
            *p->of.list_ended ? "" : "about ", (unsigned long long)rows);
    if (!rc && ms)
        rc = ph__buf_format(out, "; %llu/s",
                            (unsigned long long)(done * 1000 / ms));
    if (rc || !rows || !done || ms < FORETELL_MS || passed >= rows)
        return rc;
    rc = ph__buf_add_text(out, ", ");
    return rc ? rc : add_secs(out, (rows - passed) * ms / done / 1000);
}

/* A client says how it is at any time, and until when in its notices. */
static int add_health(const struct cli_progress *p, enum ph_health health,
                      struct ph__buf *out)
{
    struct tm local;
    char text[TIME_ROOM];
    if (health == PH_HEALTH_GOOD)
        return PH_OK;
    int rc = ph__buf_format(out, "; %s", ph_health_name(health));
    if (rc || p->until <= time(NULL) || !localtime_r(&p->until, &local) ||
        !strftime(text, sizeof(text), "%H:%M:%S", &local))
        return rc;
    return ph__buf_format(out, " until %s", text);
}

static int describe(const struct cli_progress *p, struct ph__buf *out)
{
    struct ph_stats stats = {.size = sizeof(stats)};
    int percent = cli_list_percent(p->of.list);
    int rc = cli_tally_counts(p->of.tally, out);
    if (!rc && percent >= 0)
        rc = ph__buf_format(out, "; %d %% of the list read", percent);
    if (!rc)
        rc = add_speed(p, out);
    cli_sender_stats(p->of.sender, &stats);
    if (!rc)
        rc = ph__buf_format(out, "; %u session%s", stats.open,
                            stats.open == 1 ? "" : "s");
    if (!rc && stats.waiting)
        rc = ph__buf_format(out, "; %u wait to be tried again", stats.waiting);
    return rc ? rc : add_health(p, stats.health, out);
}

/* ---- when ---- */

static void show(uv_timer_t *timer)
{
    struct cli_progress *p = timer->data;
    struct ph__buf line = PH__BUF(LINE_MAX_OCTETS);
    int rc = describe(p, &line);
    if (!rc)
        fprintf(stderr, "\r\033[K%s", line.data);
    p->shown = !rc;
    ph__buf_done(&line);
}

static void on_asked(uv_signal_t *handle, int number)
{
    struct cli_progress *p = handle->data;
    struct ph__buf line = PH__BUF(LINE_MAX_OCTETS);
    (void)number;
    cli_progress_clear(p);
    if (!describe(p, &line))
        fprintf(stderr, "%s\n", line.data);
    ph__buf_done(&line);
}

void cli_progress_init(struct cli_progress *p, uv_loop_t *loop, bool on,
                       const struct cli_progress_of *of)
{
    *p = (struct cli_progress){.of = *of, .begun = uv_now(loop)};
    uv_timer_init(loop, &p->timer);
    p->timer.data = p;
    uv_unref((uv_handle_t *)&p->timer);
    uv_signal_init(loop, &p->asked);
    p->asked.data = p;
    if (uv_signal_start(&p->asked, on_asked, SIGUSR1))
        cli_error(
            "SIGUSR1 cannot be watched: do not send it, it would end this "
            "run");
    uv_unref((uv_handle_t *)&p->asked);
    if (on)
        uv_timer_start(&p->timer, show, EVERY_MS, EVERY_MS);
}

void cli_progress_health(struct cli_progress *p, const struct ph_notice *notice)
{
    p->until = notice->until_ms
                   ? time(NULL) + (time_t)(notice->until_ms / 1000) + 1
                   : 0;
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
    uv_close((uv_handle_t *)&p->asked, NULL);
}
