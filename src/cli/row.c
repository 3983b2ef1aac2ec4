#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/options.h"
#include "cli/run_parts.h"
#include "message/internal.h"

enum { WHY_MAX = 1024, ADDRESS_MAX = 4096 };

/* A row under way. */
struct item {
    struct cli_run *run;
    struct cli_waiter waiter;
    struct ph_job *job;           /* that was asked last to commit */
    const struct ph_message *msg; /* the sender's, until it is done */
    uint64_t row;
    unsigned attempts; /* of earlier runs */
    bool pending;      /* a line that says so was added */
    bool committed;    /* and is on the disk */
};

/* ---- under way ---- */

static void on_durable(struct cli_waiter *waiter, bool durable)
{
    struct item *item = ph__of(waiter, struct item, waiter);
    if (!durable) {
        cli_run_starve(item->run);
        return;
    }
    item->committed = true;
    item->run->committed++;
    ph_job_go(item->job);
}

static void withdraw(struct item *item)
{
    ph__list_remove(&item->waiter.link);
    item->run->committed -= item->committed;
}

static void write_pending(struct item *item)
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
    struct item *item = user;
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

static void on_sent(const struct ph_result *result, void *user)
{
    struct item *item = user;
    struct cli_run *run = item->run;
    const struct ph_recipient_result *r = &result->recipients[0];
    struct cli_fate fate = cli_fate_of(result, 0);
    fate.attempts += item->attempts;
    fate.row = item->row;
    withdraw(item);
    free(item);
    run->in_flight--;
    explain(run, result);
    cli_run_settle(run, &fate, r->outcome, cli_exit_for(r));
    if (cli_sender_is_hopeless(&run->sender, r))
        run->stopping = true;
    if (run->o->results && cli_results_failed(run->o->results))
        cli_run_starve(run);
    cli_run_pump(run);
}

/* ---- setting out ---- */

static void reject(struct cli_run *run, const struct cli_row *row,
                   const struct cli_fate *fate, int status)
{
    cli_progress_clear(&run->progress);
    cli_error("%s: row %llu: %s: %s", cli_list_name(run->o->list),
              (unsigned long long)row->number, fate->detail,
              status == EXIT_BAD_DATA ? "correct it; the others are sent"
                                      : "try again later");
    cli_run_settle(run, fate, PH_UNSENT, status);
}

/* "Ann <ann@x.org>" without its name; a plain address as it is. */
static int find_recipient(struct ph__buf *out, const char *address)
{
    if (!strpbrk(address, "<(\","))
        return ph__buf_add_text(out, address);
    struct ph_message *msg = ph_message_new();
    if (!msg)
        return PH_E_NOMEM;
    ph_message_bcc(msg, address);
    bool one = ph_message_recipient_count(msg) == 1;
    int rc =
        ph__buf_add_text(out, one ? ph_message_recipient(msg, 0) : address);
    ph_message_free(msg);
    return rc;
}

/* PH_OK; or what is wrong, in words too. */
static int make_message(struct ph_message *msg, const struct cli_run *run,
                        const char *address, const char *recipient,
                        struct ph__buf *why)
{
    const struct ph__template *t = run->o->template;
    int rc = ph__template_fill(t, cli_list_field, run->o->list, msg, why);
    if (rc)
        return rc;
    if (ph__template_has_header(t, "To"))
        ph_message_envelope_to(msg, recipient);
    else
        ph_message_to(msg, address);
    rc = ph_message_check(msg);
    if (!rc && ph_message_recipient_count(msg) != 1)
        return ph__buf_add_text(why, "more than one address in a row")
                   ? PH_E_NOMEM
                   : PH_E_ADDRESS;
    if (rc && ph__buf_add_text(why, ph_message_problem(msg)))
        return PH_E_NOMEM;
    return rc;
}

static int submit(struct cli_run *run, struct ph_message *msg, uint64_t row,
                  unsigned attempts)
{
    struct ph_send_options options = {.size = sizeof(options),
                                      .commit =
                                          run->o->results ? on_commit : NULL,
                                      .parameters = run->o->parameters};
    struct item *item = malloc(sizeof(*item));
    if (!item)
        return PH_E_NOMEM;
    *item = (struct item){.run = run,
                          .waiter.done = on_durable,
                          .msg = msg,
                          .row = row,
                          .attempts = attempts};
    ph__list_init(&item->waiter.link);
    int rc = cli_sender_send(&run->sender, msg, &options, on_sent, item);
    if (rc)
        free(item);
    else
        run->in_flight++;
    return rc;
}

static void set_out(struct cli_run *run, const struct cli_row *row,
                    const char *recipient, unsigned attempts)
{
    struct ph__buf why = PH__BUF(WHY_MAX);
    struct cli_fate fate = cli_fate_bad_input(recipient, row->problem);
    struct ph_message *msg = row->problem ? NULL : ph_message_new();
    int rc = row->problem ? PH_E_CONTENT : PH_E_NOMEM;
    fate.row = row->number;
    fate.attempts = attempts;
    if (msg)
        rc = make_message(msg, run, row->address, recipient, &why);
    if (!rc)
        rc = submit(run, msg, row->number, attempts);
    if (rc)
        ph_message_free(msg);
    if (!row->problem)
        fate.detail = why.len ? why.data : ph_strerror(rc);
    if (rc)
        reject(run, row, &fate,
               rc == PH_E_NOMEM || rc == PH_E_SYSTEM ? EXIT_TRY_LATER
                                                     : EXIT_BAD_DATA);
    ph__buf_done(&why);
}

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

bool cli_row_is_due(struct cli_run *run, const struct cli_row *row)
{
    struct ph__buf recipient = PH__BUF(ADDRESS_MAX);
    bool due = find_recipient(&recipient, row->address) ||
               !is_done(run, find_past(run, row, ph__buf_text(&recipient)));
    ph__buf_done(&recipient);
    return due;
}

void cli_row_take(struct cli_run *run, const struct cli_row *row)
{
    struct ph__buf buf = PH__BUF(ADDRESS_MAX);
    int rc = find_recipient(&buf, row->address);
    const char *recipient = rc ? row->address : ph__buf_text(&buf);
    const struct cli_past *past = find_past(run, row, recipient);
    unsigned attempts = past ? past->attempts : 0;
    if (is_done(run, past))
        run->tally.skipped++;
    else
        set_out(run, row, recipient, attempts);
    ph__buf_done(&buf);
}
