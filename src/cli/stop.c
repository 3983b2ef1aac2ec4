#include "cli/exit.h"
#include "cli/options.h"
#include "cli/run_parts.h"

static void on_signal(void *user)
{
    struct cli_run *run = user;
    cli_progress_clear(&run->progress);
    if (run->stopping && run->in_flight) {
        cli_error("stopping at once");
        run->aborted = true;
        cli_sender_abort(&run->sender);
        return;
    }
    cli_signals_promise(&run->signals);
    run->stopping = true;
    cli_run_pump(run);
}

void cli_stop_on_signals(struct cli_run *run)
{
    cli_signals_watch(&run->signals, run->loop, on_signal, run);
}

void cli_stop_release(struct cli_run *run)
{
    cli_signals_close(&run->signals);
    if (run->can_poll)
        uv_close((uv_handle_t *)&run->more, NULL);
    cli_progress_close(&run->progress);
}

void cli_stop_count_rest(struct cli_run *run)
{
    struct cli_row row;
    if (run->list_ended)
        return;
    run->tally.left_unknown = !cli_list_is_file(run->o->list);
    while (!run->tally.left_unknown &&
           cli_list_next(run->o->list, &row) == CLI_GOT_LINE)
        run->tally.left += cli_row_is_due(run, &row);
    if (!run->tally.left && !run->tally.left_unknown)
        return;
    run->tally.status = cli_exit_worse(run->tally.status, EXIT_TRY_LATER);
    cli_progress_clear(&run->progress);
    const char *advice = run->o->results
                             ? "run the same command again"
                             : "--results FILE makes a run resumable";
    if (run->tally.left)
        cli_error("%llu rows were not tried: %s",
                  (unsigned long long)run->tally.left, advice);
    else
        cli_error("the rest of the list was not tried: %s", advice);
}
