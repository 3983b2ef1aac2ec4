#include "cli/sender.h"

#include <uv.h>

#include "cli/fetch.h"
#include "cli/report.h"
#include "mx/limits.h"

/* ---- birth ---- */

/* --connections is a promise to each exchanger; so many domains at once make
 * use of it. */
static unsigned deliveries_for(const struct ph_client_options *client)
{
    return client->connections > PH__MX_DELIVERIES ? client->connections
                                                   : PH__MX_DELIVERIES;
}

/* Where TLS is not wanted no policy of it is looked for. */
static int open_mx(struct cli_sender *s, uv_loop_t *loop)
{
    const struct ph_client_options *client = &s->server->client;
    bool encrypts = s->server->session.tls != PH_TLS_NONE;
    int status = encrypts
                     ? cli_fetcher_new(&s->fetcher, loop, client->tls_ca_file)
                     : EXIT_DONE;
    if (status)
        return status;
    struct ph_mx_options options = {.size = sizeof(options),
                                    .client = client,
                                    .deliveries = deliveries_for(client),
                                    .fetch =
                                        encrypts ? cli_fetcher_start : NULL,
                                    .user = s->fetcher};
    int rc = ph_mx_new(&s->mx, loop, &options);
    if (!rc)
        return EXIT_DONE;
    cli_fetcher_close(s->fetcher);
    uv_run(loop, UV_RUN_DEFAULT); /* what was half made closes */
    return cli_server_unusable(s->server, rc);
}

int cli_sender_open(struct cli_sender *out, struct cli_server *server,
                    struct uv_loop_s *loop)
{
    *out = (struct cli_sender){.server = server};
    return server->exchangers ? open_mx(out, loop)
                              : cli_server_client(server, &out->client, loop);
}

/* ---- life ---- */

int cli_sender_send(struct cli_sender *s, struct ph_message *msg,
                    const struct ph_send_options *opts, ph_sent_cb cb,
                    void *user)
{
    return s->mx ? ph_mx_send(s->mx, msg, opts, cb, user)
                 : ph_client_send(s->client, msg, opts, cb, user);
}

void cli_sender_stats(const struct cli_sender *s, struct ph_stats *out)
{
    if (s->mx)
        ph_mx_stats(s->mx, out);
    else
        ph_client_stats(s->client, out);
}

bool cli_sender_is_hopeless(const struct cli_sender *s,
                            const struct ph_recipient_result *r)
{
    return !s->mx && cli_report_is_hopeless(r);
}

/* ---- the end ---- */

/* Nobody asks for a policy any more. */
static void on_mx_closed(void *user)
{
    struct cli_sender *s = user;
    s->mx = NULL;
    cli_fetcher_close(s->fetcher);
}

void cli_sender_close(struct cli_sender *s)
{
    if (s->mx)
        ph_mx_close(s->mx, on_mx_closed, s);
    else
        cli_server_close(s->server, s->client);
}

void cli_sender_abort(struct cli_sender *s)
{
    if (s->mx)
        ph_mx_abort(s->mx, on_mx_closed, s);
    else if (s->server->has_client)
        cli_server_abort(s->server, s->client);
}
