#include "cli/exit.h"
#include "cli/options.h"
#include "cli/run_parts.h"

/* What waits could take hours: for a rate, a server's return, a retry. */
void cli_stop(struct cli_run *run)
{
    run->stopping = true;
    cli_row_recall_all(run);
}

static void on_signal(void *user)
{
    struct cli_run *run = user;
    cli_progress_clear(&run->progress);
    if (run->stopping) {
        cli_error("stopping at once: what was under way may have arrived");
        run->aborted = true; /* be it that only sessions are left to end */
        cli_sender_abort(&run->sender);
        return;
    }
    cli_signals_promise(&run->signals);
    cli_stop(run);
    cli_run_pump(run);
}

void cli_stop_on_signals(struct cli_run *run)
{
    cli_signals_watch(&run->signals, run->loop, on_signal, run);
}

void cli_stop_release(struct cli_run *run)
{
    if (run->can_poll)
        uv_close((uv_handle_t *)&run->more, NULL);
    uv_close((uv_handle_t *)&run->turn, NULL);
    cli_progress_close(&run->progress);
}

static void count_rest(struct cli_run *run)
{
    struct cli_tally *t = &run->tally;
    struct cli_row row;
    t->left += run->held != NULL;
    cli_row_drop(run);
    if (run->list_ended)
        return;
    t->left_unknown = !cli_list_is_file(run->o->letter.list);
    while (!t->left_unknown &&
           cli_list_next(run->o->letter.list, &row) == CLI_GOT_LINE)
        t->left += cli_row_is_due(run, &row);
}

void cli_stop_count_rest(struct cli_run *run)
{
    const struct cli_tally *t = &run->tally;
    count_rest(run);
    /* What --limit leaves is left on purpose. */
    if ((!t->left && !t->left_unknown) || !run->stopping)
        return;
    run->tally.status = cli_exit_worse(run->tally.status, EXIT_TRY_LATER);
    cli_progress_clear(&run->progress);
    const char *advice = run->o->results
                             ? "run the same command again"
                             : "--results FILE makes a run resumable";
    if (t->left)
        cli_error("%llu rows were not tried: %s", (unsigned long long)t->left,
                  advice);
    else
        cli_error("the rest of the list was not tried: %s", advice);
}
