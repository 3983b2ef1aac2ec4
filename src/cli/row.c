#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/options.h"
#include "cli/run_parts.h"
#include "cli/wrong.h"
#include "message/internal.h"

/* A row under way, or held. */
struct cli_item {
    struct ph__link link; /* of those under way */
    struct cli_run *run;
    struct cli_waiter waiter;
    struct ph_job *job;     /* that was submitted, or asked last to commit */
    struct ph_message *msg; /* the sender's while it is under way */
    uint64_t row;
    unsigned attempts; /* of earlier runs */
    bool pending;      /* a line that says so was added */
    bool committed;    /* and is on the disk */
};

/* ---- under way ---- */

static void on_durable(struct cli_waiter *waiter, bool durable)
{
    struct cli_item *item = ph__of(waiter, struct cli_item, waiter);
    if (!durable) {
        cli_run_starve(item->run);
        return;
    }
    item->committed = true;
    item->run->committed++;
    ph_job_go(item->job);
}

static void withdraw(struct cli_item *item)
{
    ph__list_remove(&item->waiter.link);
    item->run->committed -= item->committed;
}

static void write_pending(struct cli_item *item)
{
    const struct cli_run *run = item->run;
    struct cli_fate fate = {.message = ph__message_id(item->msg),
                            .recipient = ph_message_recipient(item->msg, 0),
                            .outcome = "pending",
                            .stage = ph_stage_name(PH_STAGE_CONTENT),
                            .detail = "",
                            .attempts = item->attempts + 1,
                            .server = ph__buf_text(&run->o->server->address),
                            .row = item->row};
    item->pending = true;
    if (!cli_results_add(run->o->results, &fate, &item->waiter))
        cli_run_starve(item->run);
}

/* "It may have arrived" must be on the disk before it may arrive (U19). Another
 * exchanger asks again; the line is there, or about to be. */
static void on_commit(struct ph_job *job, void *user)
{
    struct cli_item *item = user;
    item->job = job;
    if (item->committed)
        ph_job_go(job);
    else if (!item->pending)
        write_pending(item);
}

static void explain(struct cli_run *run, const struct ph_result *result)
{
    const struct ph_recipient_result *r = &result->recipients[0];
    const char *name = cli_server_name_for(run->o->server, r);
    if (!cli_told_anew(&run->told, name, r))
        return;
    cli_progress_clear(&run->progress);
    cli_server_explain(run->o->server, result->mechanism, r);
}

/* Taken back before a word of it was said: as if it had not been read. */
static bool is_untried(const struct cli_run *run,
                       const struct ph_recipient_result *r)
{
    return run->stopping && !run->aborted && r->outcome == PH_UNSENT &&
           r->code == PH_E_CANCELED;
}

static void on_sent(const struct ph_result *result, void *user)
{
    struct cli_item *item = user;
    struct cli_run *run = item->run;
    const struct ph_recipient_result *r = &result->recipients[0];
    struct cli_fate fate = cli_fate_of(result, 0);
    fate.attempts += item->attempts;
    fate.row = item->row;
    withdraw(item);
    ph__list_remove(&item->link);
    free(item);
    run->in_flight--;
    explain(run, result);
    if (is_untried(run, r))
        run->tally.left++;
    else
        cli_run_settle(run, &fate, r->outcome, cli_exit_for(r));
    if (cli_sender_is_hopeless(&run->sender, r) && !run->stopping)
        cli_stop(run);
    if (run->o->results && cli_results_failed(run->o->results))
        cli_run_starve(run);
    cli_run_pump(run);
}

/* What `mx:` takes has no job to ask: it finishes. */
void cli_row_recall_all(struct cli_run *run)
{
    for (struct ph__link *l = run->items.next; l != &run->items; l = l->next) {
        const struct cli_item *item = ph__of(l, struct cli_item, link);
        if (!run->sender.mx && ph_job_waits(item->job))
            ph_job_cancel(item->job);
    }
}

/* ---- setting out ---- */

static void reject(struct cli_run *run, const struct cli_row *row,
                   const struct cli_fate *fate, int code)
{
    cli_progress_clear(&run->progress);
    cli_letter_complain(&run->o->letter, row, fate->detail, code);
    cli_run_settle(run, fate, PH_UNSENT, cli_letter_status(code));
}

/* PH_E_AGAIN: it is held until there is room. */
static int submit(struct cli_run *run, struct cli_item *item)
{
    struct ph_send_options options = {.size = sizeof(options),
                                      .commit =
                                          run->o->results ? on_commit : NULL,
                                      .job = run->sender.mx ? NULL : &item->job,
                                      .parameters = run->o->parameters};
    int rc = cli_sender_send(&run->sender, item->msg, &options, on_sent, item);
    run->held = rc == PH_E_AGAIN ? item : NULL;
    run->full = rc == PH_E_AGAIN;
    if (rc)
        return rc;
    ph__list_append(&run->items, &item->link);
    run->in_flight++;
    return PH_OK;
}

/* Takes `msg`. */
static int set_out(struct cli_run *run, struct ph_message *msg, uint64_t row,
                   unsigned attempts)
{
    struct cli_item *item = malloc(sizeof(*item));
    if (item) {
        *item = (struct cli_item){.run = run,
                                  .waiter.done = on_durable,
                                  .msg = msg,
                                  .row = row,
                                  .attempts = attempts};
        ph__list_init(&item->link);
        ph__list_init(&item->waiter.link);
    }
    int rc = item ? submit(run, item) : PH_E_NOMEM;
    if (!rc || rc == PH_E_AGAIN)
        return PH_OK;
    ph_message_free(msg);
    free(item);
    return rc;
}

void cli_row_drop(struct cli_run *run)
{
    if (run->held)
        ph_message_free(run->held->msg);
    free(run->held);
    run->held = NULL;
}

/* Only for want of memory does one fail that was made. */
void cli_row_resume(struct cli_run *run)
{
    struct cli_item *item = run->held;
    int rc = submit(run, item);
    if (!rc || rc == PH_E_AGAIN)
        return;
    cli_wrong_code(rc);
    ph_message_free(item->msg);
    free(item);
    cli_run_starve(run);
}

/* True if it is under way, or about to be. */
static bool try_row(struct cli_run *run, const struct cli_row *row,
                    const char *recipient, unsigned attempts)
{
    struct ph__buf why = PH__BUF(CLI_LETTER_WHY_MAX);
    struct ph_message *msg = NULL;
    int rc = cli_letter_make(&msg, &run->o->letter, row, recipient, &why);
    run->tried++;
    if (!rc)
        rc = set_out(run, msg, row->number, attempts);
    if (rc) {
        struct cli_fate fate =
            cli_fate_bad_input(recipient, why.len ? why.data : ph_strerror(rc));
        fate.row = row->number;
        fate.attempts = attempts;
        reject(run, row, &fate, rc);
    }
    ph__buf_done(&why);
    return !rc;
}

/* ---- is it to be sent? ---- */

static const struct cli_past *find_past(const struct cli_run *run,
                                        const struct cli_row *row,
                                        const char *recipient)
{
    if (!run->o->results)
        return NULL;
    return cli_history_find(cli_results_history(run->o->results), row->number,
                            recipient);
}

/* What an earlier run left pending is uncertain by now. */
static bool is_done(const struct cli_run *run, const struct cli_past *past)
{
    if (!past || past->state == CLI_PAST_OPEN)
        return false;
    return past->state == CLI_PAST_CLOSED || !run->o->resend_uncertain;
}

/* What stands for the row's mailbox, with room to remember it. 0: duplicates
 * are fine, or it is no address, which is found out elsewhere. */
static uint64_t mark_of(struct cli_run *run, const char *recipient)
{
    uint64_t mark = 0;
    if (run->o->allow_duplicates)
        return 0;
    int rc = cli_known_mark(&run->known, recipient, &mark);
    if (!rc)
        rc = cli_known_reserve(&run->known);
    if (!rc || rc == PH_E_ADDRESS)
        return mark;
    cli_wrong_code(rc);
    cli_run_starve(run);
    return 0;
}

bool cli_row_is_due(struct cli_run *run, const struct cli_row *row)
{
    struct ph__buf buf = PH__BUF(CLI_RECIPIENT_MAX);
    int rc = cli_letter_recipient(&buf, row->address);
    const char *recipient = rc ? row->address : ph__buf_text(&buf);
    uint64_t mark = mark_of(run, recipient);
    bool due = !is_done(run, find_past(run, row, recipient)) &&
               !(mark && cli_known_has(&run->known, mark));
    if (mark)
        cli_known_add(&run->known, mark);
    ph__buf_done(&buf);
    return due;
}

/* The mailbox of a row that cannot be used is free for another row. */
static void take(struct cli_run *run, const struct cli_row *row,
                 const char *recipient)
{
    const struct cli_past *past = find_past(run, row, recipient);
    uint64_t mark = mark_of(run, recipient);
    bool taken = true;
    if (run->stopping)
        return; /* for want of memory */
    if (is_done(run, past))
        run->tally.skipped++;
    else if (mark && cli_known_has(&run->known, mark))
        run->tally.duplicates++;
    else
        taken = try_row(run, row, recipient, past ? past->attempts : 0);
    if (mark && taken)
        cli_known_add(&run->known, mark);
}

void cli_row_take(struct cli_run *run, const struct cli_row *row)
{
    struct ph__buf recipient = PH__BUF(CLI_RECIPIENT_MAX);
    int rc = cli_letter_recipient(&recipient, row->address);
    take(run, row, rc ? row->address : ph__buf_text(&recipient));
    ph__buf_done(&recipient);
}
