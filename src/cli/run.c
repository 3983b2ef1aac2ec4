#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/options.h"
#include "cli/run_parts.h"
#include "cli/wrong.h"

enum {
    WINDOW_PER_CONNECTION = 4, /* rows that wait while one is sent */
    WINDOW_MORE = 64,
    LINE_ROOM = 1024 * 1024
};

void cli_run_settle(struct cli_run *run, const struct cli_fate *fate,
                    enum ph_outcome outcome, int status)
{
    struct cli_fate nine = *fate;
    nine.row = 0; /* standard output's objects have no row */
    cli_tally_add(&run->tally, outcome, status, fate);
    if (run->o->results)
        cli_results_add(run->o->results, fate, NULL);
    if (!run->o->json)
        return;
    ph__buf_clear(&run->line);
    if (cli_report_json(&run->line, &nine)) {
        cli_wrong_memory();
        run->tally.status = cli_exit_worse(run->tally.status, EXIT_TRY_LATER);
        return;
    }
    fwrite(run->line.data, 1, run->line.len, stdout);
    fflush(stdout); /* whoever reads it wants to know now */
}

void cli_run_starve(struct cli_run *run)
{
    run->stopping = true;
    run->tally.status = cli_exit_worse(run->tally.status, EXIT_TRY_LATER);
    if (run->committed || run->aborted || run->closed)
        return;
    run->aborted = true;
    cli_sender_abort(&run->sender);
}

/* ---- the beginning ---- */

/* Rows that an earlier run left pending may have arrived (U18). */
static void settle_pending(struct cli_run *run)
{
    struct cli_results *results = run->o->results;
    const struct cli_history *history = cli_results_history(results);
    for (size_t i = 0; i < history->count; i++) {
        const struct cli_past *past = &history->entries[i];
        struct cli_fate fate;
        if (past->state != CLI_PAST_PENDING ||
            !cli_results_fate(results, past, &fate))
            continue;
        fate.outcome = ph_outcome_name(PH_UNCERTAIN);
        fate.detail = "an earlier run ended before the server's answer";
        if (run->o->resend_uncertain)
            cli_results_add(results, &fate, NULL);
        else
            cli_run_settle(run, &fate, PH_UNCERTAIN, EXIT_TRY_LATER);
    }
}

static void on_more(uv_poll_t *handle, int status, int events)
{
    struct cli_run *run = handle->data;
    (void)status; /* an error shows when we read */
    (void)events;
    uv_poll_stop(handle);
    run->polling = false;
    cli_run_pump(run);
}

/* Nothing to read yet: others must not wait for the list's writer. */
static void wait_for_rows(struct cli_run *run)
{
    int rc = PH_OK;
    if (!run->can_poll) {
        rc = uv_poll_init(run->loop, &run->more,
                          cli_list_fd(run->o->letter.list));
        run->can_poll = !rc;
        run->more.data = run;
    }
    if (!rc)
        rc = uv_poll_start(&run->more, UV_READABLE, on_more);
    run->polling = !rc;
    if (!rc)
        return;
    cli_error("the list cannot be read: %s: give a file that can",
              uv_strerror(rc));
    run->tally.status = cli_exit_worse(run->tally.status, EXIT_NO_INPUT);
    run->stopping = true;
}

/* ---- the middle ---- */

/* Rows that could be said at once; those that were put off are in nobody's
 * way. */
static unsigned pressing(const struct cli_run *run)
{
    struct ph_stats stats = {.size = sizeof(stats)};
    cli_sender_stats(&run->sender, &stats);
    return run->in_flight - stats.waiting;
}

static bool has_enough(const struct cli_run *run)
{
    return run->o->limit && run->tried >= run->o->limit;
}

static bool takes_rows(const struct cli_run *run)
{
    return !run->stopping && !run->held && !has_enough(run);
}

static void read_rows(struct cli_run *run)
{
    struct cli_row row;
    enum cli_got got = CLI_GOT_LINE;
    while (takes_rows(run) && pressing(run) < run->window &&
           got == CLI_GOT_LINE) {
        got = cli_list_next(run->o->letter.list, &row);
        if (got == CLI_GOT_LINE)
            cli_row_take(run, &row);
    }
    if (got == CLI_GOT_NOTHING)
        wait_for_rows(run);
    if (got == CLI_GOT_END || got == CLI_GOT_ERROR)
        run->list_ended = true;
    if (got == CLI_GOT_ERROR)
        run->tally.status = cli_exit_worse(
            run->tally.status, cli_list_status(run->o->letter.list));
}

static void take_stats(struct cli_run *run)
{
    struct ph_stats stats = {.size = sizeof(stats)};
    cli_sender_stats(&run->sender, &stats);
    run->tally.connections = stats.connections;
    if (stats.handshakes && !*stats.tls) /* exchangers, each with its own */
        snprintf(run->tally.tls, sizeof(run->tally.tls), "%llu with TLS",
                 (unsigned long long)stats.handshakes);
    else
        snprintf(run->tally.tls, sizeof(run->tally.tls), "%s", stats.tls);
    run->tally.secs = (double)(uv_hrtime() - run->begun) / 1e9;
}

static void close_all(struct cli_run *run)
{
    take_stats(run);
    cli_stop_count_rest(run);
    cli_stop_release(run);
    cli_sender_close(&run->sender);
}

void cli_run_pump(struct cli_run *run)
{
    if (run->held && !run->full && !run->stopping)
        cli_row_resume(run);
    if (!run->polling && !run->list_ended && !run->closed)
        read_rows(run);
    if (run->polling && run->stopping) {
        uv_poll_stop(&run->more);
        run->polling = false;
    }
    bool no_more = run->list_ended && !run->held;
    bool over = run->stopping || no_more || has_enough(run);
    if (over && !run->in_flight && !run->closed) {
        run->closed = true;
        close_all(run);
    }
}

/* ---- the end ---- */

static void print_summary(struct cli_run *run)
{
    ph__buf_clear(&run->line);
    if (cli_tally_summary(&run->tally, &run->line))
        cli_wrong_memory();
    else
        fwrite(run->line.data, 1, run->line.len, stdout);
}

static void on_turn(uv_check_t *handle)
{
    cli_run_pump(handle->data);
}

static void on_notice(const struct ph_notice *notice, void *user)
{
    struct cli_run *run = user;
    switch (notice->type) {
    case PH_NOTICE_ROOM:
        run->full = false;
        break;
    case PH_NOTICE_HEALTH:
        cli_progress_health(&run->progress, notice);
        break;
    case PH_NOTICE_SESSION:
    case PH_NOTICE_STATE:
        break;
    }
}

/* Exchangers bound no queue of their own: there the window does. */
static unsigned window_for(const struct cli_run_options *o)
{
    size_t window =
        (size_t)WINDOW_PER_CONNECTION * o->server->client.connections +
        WINDOW_MORE;
    size_t fit = CLI_RUN_QUEUE_OCTETS / (o->letter_octets + 1) + 1;
    return (unsigned)(o->server->exchangers && fit < window ? fit : window);
}

static int open_run(struct cli_run *run)
{
    const struct cli_run_options *o = run->o;
    int rc = cli_known_init(&run->known);
    if (rc) {
        cli_wrong_code(rc);
        return EXIT_TRY_LATER;
    }
    cli_server_notify(o->server, on_notice, run);
    int status = cli_sender_open(&run->sender, o->server, run->loop);
    if (status)
        cli_known_done(&run->known);
    return status;
}

static void begin(struct cli_run *run)
{
    const struct cli_run_options *o = run->o;
    const struct cli_progress_of of = {.tally = &run->tally,
                                       .list = o->letter.list,
                                       .sender = &run->sender,
                                       .list_ended = &run->list_ended,
                                       .in_flight = &run->in_flight};
    ph__list_init(&run->items);
    run->window = window_for(o);
    cli_tally_init(&run->tally);
    cli_progress_init(&run->progress, run->loop, o->progress, &of);
    uv_check_init(run->loop, &run->turn);
    run->turn.data = run;
    uv_check_start(&run->turn, on_turn);
    uv_unref((uv_handle_t *)&run->turn);
    cli_stop_on_signals(run);
    if (o->results)
        settle_pending(run);
    cli_run_pump(run);
}

int cli_run(const struct cli_run_options *options, uv_loop_t *loop)
{
    struct cli_run run = {.o = options,
                          .loop = loop,
                          .line = PH__BUF(LINE_ROOM),
                          .begun = uv_hrtime()};
    int status = open_run(&run);
    if (status)
        return status;
    begin(&run);
    uv_run(loop, UV_RUN_DEFAULT);
    cli_signals_close(&run.signals); /* not sooner: the end may take long */
    uv_run(loop, UV_RUN_DEFAULT);
    if (options->results && cli_results_failed(options->results))
        run.tally.status = cli_exit_worse(run.tally.status, EXIT_TRY_LATER);
    if (!options->json)
        print_summary(&run);
    cli_tally_done(&run.tally);
    cli_known_done(&run.known);
    ph__buf_done(&run.line);
    return run.tally.status;
}
