#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "cli/exit.h"
#include "cli/load_run.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "cli/wrong.h"
#include "smtp/limits.h"

/* Copies of the message that wait may have so many octets together. */
enum { WAITING_OCTETS_MAX = 256 << 20 };
enum { NUMBER_ROOM = 12 }; /* of a decimal number in an address */

struct run {
    const struct cli_load_options *o;
    struct cli_load *l;
    uv_loop_t *loop;
    struct ph_client *client;
    struct cli_rate rate;
    uv_timer_t pause; /* until the rate allows the next */
    struct cli_signals signals;
    unsigned submitted;
    unsigned in_flight;
    unsigned window; /* at most so many in flight */
    bool stopping;
    bool closed;
    int status;
    struct cli_told told;
    uint64_t begun; /* uv_hrtime() */
};

/* A message under way. */
struct shot {
    struct run *run;
    uint64_t begun;
};

/* ---- the message ---- */

/* "user@x" -> "user7@x"; within the quotes of a quoted local part. */
static int number_address(struct ph__buf *out, const char *to, unsigned number)
{
    size_t len = strlen(to);
    size_t at = ph__address_at(to, len);
    size_t user = at && to[at - 1] == '"' ? at - 1 : at;
    ph__buf_clear(out);
    return ph__buf_format(out, "%.*s%u%s", (int)user, to, number, to + user);
}

static int add_recipients(struct ph_message *msg,
                          const struct cli_load_options *o)
{
    struct ph__buf address = PH__BUF(PH__ADDRESS_MAX + NUMBER_ROOM);
    int rc = PH_OK;
    if (o->recipients == 1)
        ph_message_envelope_to(msg, o->to);
    for (unsigned i = 1; i <= o->recipients && o->recipients > 1 && !rc; i++) {
        rc = number_address(&address, o->to, i);
        ph_message_envelope_to(msg, ph__buf_text(&address));
    }
    ph__buf_done(&address);
    return rc;
}

int cli_load_message(struct ph_message **out, const struct cli_load_options *o)
{
    struct ph_message *msg = ph_message_new();
    *out = msg;
    ph_message_ready(msg, o->content.data, o->content.len, false);
    ph_message_envelope_from(msg, o->from);
    int rc = add_recipients(msg, o);
    return rc ? rc : ph_message_check(msg);
}

/* ---- under way ---- */

static void pump(struct run *run);

static void explain(struct run *run, const struct ph_result *result, size_t i)
{
    const struct ph_recipient_result *r = &result->recipients[i];
    const char *name = cli_server_name_for(run->o->server, r);
    if (cli_told_anew(&run->told, name, r))
        cli_server_explain(run->o->server, result->mechanism, r);
}

static void on_sent(const struct ph_result *result, void *user)
{
    struct shot *shot = user;
    struct run *run = shot->run;
    uint64_t now = uv_hrtime();
    cli_load_add(run->l, result, now - shot->begun);
    run->l->secs = (double)(now - run->begun) / 1e9;
    free(shot);
    run->in_flight--;
    for (size_t i = 0; i < result->count; i++) {
        explain(run, result, i);
        if (cli_report_is_hopeless(&result->recipients[i]))
            run->stopping = true;
    }
    pump(run);
}

static int submit(struct run *run)
{
    struct shot *shot = malloc(sizeof(*shot));
    struct ph_message *msg = NULL;
    if (!shot)
        return PH_E_NOMEM;
    *shot = (struct shot){.run = run, .begun = uv_hrtime()};
    int rc = cli_load_message(&msg, run->o);
    if (!rc)
        rc = ph_client_send(run->client, msg, NULL, on_sent, shot);
    if (!rc) {
        run->submitted++;
        run->in_flight++;
        return PH_OK;
    }
    ph_message_free(msg);
    free(shot);
    return rc;
}

static void on_pause_over(uv_timer_t *timer)
{
    pump(timer->data);
}

/* True if the rate allows a message now; else comes back when it does. */
static bool may_submit(struct run *run)
{
    uint64_t wait = cli_rate_take(&run->rate, uv_hrtime());
    if (wait)
        uv_timer_start(&run->pause, on_pause_over, wait / 1000000 + 1, 0);
    return !wait;
}

static void submit_all(struct run *run)
{
    while (!run->stopping && run->submitted < run->o->count &&
           run->in_flight < run->window) {
        if (uv_is_active((uv_handle_t *)&run->pause) || !may_submit(run))
            return;
        int rc = submit(run);
        if (!rc)
            continue;
        cli_wrong_code(rc);
        run->status = cli_exit_worse(run->status, cli_exit_for_code(rc));
        run->stopping = true;
    }
}

/* ---- the end ---- */

static void release(struct run *run)
{
    uv_close((uv_handle_t *)&run->pause, NULL);
    cli_signals_close(&run->signals);
    cli_server_close(run->o->server, run->client);
}

/* The statistics, as long as there is a client to ask. */
static void take_stats(struct run *run)
{
    struct ph_stats *stats = &run->l->stats;
    ph_client_stats(run->client, stats);
    snprintf(run->l->tls, sizeof(run->l->tls), "%s", stats->tls);
    stats->tls = run->l->tls;
    stats->cipher = "";
}

static void pump(struct run *run)
{
    submit_all(run);
    unsigned left = run->o->count - run->submitted;
    if (run->closed || run->in_flight || (left && !run->stopping))
        return;
    run->closed = true;
    if (left) {
        cli_error("%u messages were not tried: run it again", left);
        run->status = cli_exit_worse(run->status, EXIT_TRY_LATER);
    }
    take_stats(run);
    release(run);
}

static void on_signal(void *user)
{
    struct run *run = user;
    if (run->stopping) {
        cli_error("stopping at once: what was under way may have arrived");
        cli_server_abort(run->o->server, run->client);
        return;
    }
    cli_signals_promise(&run->signals);
    run->stopping = true;
    uv_timer_stop(&run->pause);
    pump(run);
}

/* As many as let every session run ahead, and one more for each; of large
 * messages fewer, because each that waits is a copy. */
static unsigned window_for(const struct cli_load_options *o)
{
    const struct ph_session_options *session = &o->server->session;
    unsigned usual = session->chunking ? PH__AHEAD_BDAT : PH__AHEAD_DATA;
    unsigned ahead = session->ahead ? session->ahead : usual;
    size_t connections = o->server->client.connections;
    size_t fit = WAITING_OCTETS_MAX / (o->content.len + 1) + 1;
    size_t wanted = connections * (ahead + 1);
    return (unsigned)(fit < wanted ? fit : wanted);
}

int cli_load_run(const struct cli_load_options *o, struct cli_load *l,
                 uv_loop_t *loop)
{
    struct run run = {
        .o = o, .l = l, .loop = loop, .rate = o->rate, .window = window_for(o)};
    int status = cli_server_client(o->server, &run.client, loop);
    if (status)
        return status;
    uv_timer_init(loop, &run.pause);
    run.pause.data = &run;
    cli_signals_watch(&run.signals, loop, on_signal, &run);
    run.begun = uv_hrtime();
    pump(&run);
    uv_run(loop, UV_RUN_DEFAULT);
    return cli_exit_worse(run.status, l->recipients.status);
}
