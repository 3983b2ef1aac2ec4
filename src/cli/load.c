#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/text.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/load_run.h"
#include "cli/options.h"
#include "cli/wrong.h"
#include "message/limits.h"

enum load_option {
    MESSAGE = 1,
    FROM,
    TO,
    COUNT,
    CONNECTIONS,
    MESSAGES_PER_CONNECTION,
    RECIPIENTS,
    RATE,
    OWN_SERVER,
    JSON,
    TRACE,
    HELP
};

enum {
    CONNECTIONS_DEFAULT = 10,
    CONNECTIONS_MAX = 10000,
    RECIPIENTS_MAX = 10000,
    FILE_ROOM = 64 * 1024,
    REPORT_ROOM = 4 * 1024 * 1024
};

static const struct cli_option load_options[] = {
    CLI_HEADING("What, and how often:"),
    {MESSAGE, 'm', "message", "FILE",
     "this ready RFC 5322 message as it is (- = standard\n"
     "input); line ends become CRLF, Bcc is removed"},
    {FROM, 0, "from", "ADDR", "envelope sender; '' or '<>' = nobody"},
    {TO, 0, "to", "ADDR", "envelope recipient"},
    {COUNT, 0, "count", "N", "so many messages"},
    {RECIPIENTS, 0, "recipients", "R",
     "each to R recipients: user@x becomes user1@x ...\n"
     "userR@x (default 1: user@x)"},

    CLI_HEADING("How:"),
    {CONNECTIONS, 0, "connections", "C",
     "at most so many at a time (default 10)"},
    {MESSAGES_PER_CONNECTION, 0, "messages-per-connection", "M",
     "then a new one is opened (default 0: never)"},
    {RATE, 0, "rate", "N/s", "at most so many messages a second; or N/m, N/h"},
    {OWN_SERVER, 0, "i-own-this-server", NULL,
     "needed unless the server is on this machine\n"
     "(127.0.0.0/8, ::1, localhost, a unix socket)"},
    {JSON, 0, "json", NULL, "report as one JSON object"},
    {TRACE, 'v', "trace", NULL,
     "the dialogue on standard error; -vv content too"},
    {HELP, 'h', "help", NULL, "this page"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_load_tables[] = {load_options,
                                                    cli_server_options, NULL};

struct settings {
    struct cli_server server;
    struct cli_load_options o;
    struct ph__buf content;
    struct ph_message *probe; /* owns the bare addresses */
    const char *file;
    const char *from;
    const char *to;
    unsigned connections;
    unsigned messages_per_connection; /* 0 = no limit */
    bool own_server;
    bool json;
    bool help;
    int trace;
};

static int take_number(unsigned *out, const char *option, const char *value,
                       unsigned max)
{
    unsigned number;
    int status = cli_number(&number, option, value, 1);
    if (!status && number > max) {
        cli_error("%s %s: give at most %u", option, value, max);
        return EXIT_USAGE_ERROR;
    }
    if (!status)
        *out = number;
    return status;
}

static int take_option(void *user, int id, const char *value)
{
    struct settings *s = user;
    if (id >= CLI_SERVER_FIRST)
        return cli_server_option(&s->server, id, value);
    switch ((enum load_option)id) {
    case MESSAGE:
        s->file = value;
        break;
    case FROM:
        s->from = value;
        break;
    case TO:
        s->to = value;
        break;
    case COUNT:
        return cli_number(&s->o.count, "--count", value, 1);
    case CONNECTIONS:
        return take_number(&s->connections, "--connections", value,
                           CONNECTIONS_MAX);
    case MESSAGES_PER_CONNECTION:
        return cli_number(&s->messages_per_connection,
                          "--messages-per-connection", value, 0);
    case RECIPIENTS:
        return take_number(&s->o.recipients, "--recipients", value,
                           RECIPIENTS_MAX);
    case RATE:
        return cli_rate_parse(&s->o.rate, "--rate", value);
    case OWN_SERVER:
        s->own_server = true;
        break;
    case JSON:
        s->json = true;
        break;
    case TRACE:
        s->trace++;
        break;
    case HELP:
        s->help = true;
        break;
    }
    return EXIT_DONE;
}

/* ---- is that meant? ---- */

static int check(const struct settings *s)
{
    if (!s->file)
        return cli_usage("there is nothing to send", NULL,
                         "give --message FILE");
    if (!s->from)
        return cli_usage("there is no sender", NULL, "give --from ADDR");
    if (!s->to)
        return cli_usage("there is no recipient", NULL, "give --to ADDR");
    if (!s->o.count)
        return cli_usage("there is no number of messages", NULL,
                         "give --count N");
    return EXIT_DONE;
}

/* By what was typed: nothing is looked up. */
static bool is_loopback(const struct cli_url *url)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (url->path)
        return true;
    if (inet_pton(AF_INET, url->host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, url->host, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return ph__text_same(url->host, "localhost");
}

static int check_server(struct settings *s)
{
    int status = cli_server_finish(&s->server, getenv("POSTHASTE_SERVER"));
    if (!status && s->server.exchangers)
        return cli_usage("mx: leads to servers of others", NULL,
                         "name one of your own: --server smtp://HOST");
    if (status || s->own_server || is_loopback(&s->server.url))
        return status;
    cli_error("%s is not this machine: add --i-own-this-server if it is yours "
              "to load",
              ph__buf_text(&s->server.address));
    return EXIT_USAGE_ERROR;
}

/* ---- doing it ---- */

static int bad_message(const struct ph_message *msg)
{
    int rc = ph_message_check(msg);
    cli_error("the message cannot be sent: %s: correct it",
              ph_message_problem(msg));
    return rc == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
}

/* 'Name <ann@x.org>' is ann@x.org. */
static int find_addresses(struct settings *s)
{
    bool nobody = !*s->from || strcmp(s->from, "<>") == 0;
    s->probe = ph_message_new();
    ph_message_ready(s->probe, "", 0, false);
    if (nobody)
        ph_message_envelope_from(s->probe, "");
    else
        ph_message_from(s->probe, s->from);
    ph_message_to(s->probe, s->to);
    if (ph_message_check(s->probe))
        return bad_message(s->probe);
    if (ph_message_recipient_count(s->probe) != 1)
        return cli_usage("--to is more than one address", NULL,
                         "give --recipients R");
    s->o.from = ph_message_sender(s->probe);
    s->o.to = ph_message_recipient(s->probe, 0);
    return EXIT_DONE;
}

/* What one of them lacks all will lack: better known before the first. */
static int try_message(const struct settings *s)
{
    struct ph_message *msg;
    int status = cli_load_message(&msg, &s->o) ? bad_message(msg) : EXIT_DONE;
    ph_message_free(msg);
    return status;
}

static int prepare(struct settings *s)
{
    struct ph_client_options *client = &s->server.client;
    int status = cli_server_account(&s->server, getenv("POSTHASTE_SERVER"));
    if (!s->from)
        s->from = cli_server_said(&s->server, CLI_FROM);
    if (!status)
        status = check(s);
    if (!status)
        status = check_server(s);
    if (!status)
        status = find_addresses(s);
    if (!status)
        status = cli_file_read(&s->content, s->file);
    s->o.content = (struct ph_slice){ph__buf_text(&s->content), s->content.len};
    s->o.server = &s->server;
    client->connections = s->connections;
    client->messages_per_connection =
        s->messages_per_connection ? s->messages_per_connection : UINT_MAX;
    cli_server_watch(&s->server, s->trace);
    return status ? status : try_message(s);
}

static int report(struct cli_load *l, bool json)
{
    struct ph__buf out = PH__BUF(REPORT_ROOM);
    cli_load_sort(l);
    int rc = json ? cli_load_json(l, &out) : cli_load_text(l, &out);
    if (rc)
        cli_wrong_code(rc);
    else
        fwrite(out.data, 1, out.len, stdout);
    ph__buf_done(&out);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

static int run(struct settings *s)
{
    struct cli_load l;
    uv_loop_t loop;
    int status = prepare(s);
    if (status)
        return status;
    if (cli_load_init(&l, s->o.count))
        return cli_wrong_memory();
    status = cli_server_loop(&loop);
    if (status) {
        cli_load_done(&l);
        return status;
    }
    status = cli_load_run(&s->o, &l, &loop);
    uv_loop_close(&loop);
    status = cli_exit_worse(status, report(&l, s->json));
    cli_load_done(&l);
    return status;
}

static void print_help(const struct cli_option *const *tables)
{
    cli_help("usage: posthaste load --server URL -m FILE --from ADDR --to ADDR "
             "--count N\n"
             "\n"
             "Sends one message many times to a server of your own, and "
             "measures. A message\n"
             "with several recipients counts as its first one that was not "
             "accepted.",
             tables, 2);
}

int cli_load(int argc, char **argv)
{
    struct settings s = {.o.recipients = 1,
                         .connections = CONNECTIONS_DEFAULT,
                         .content =
                             PH__BUF((size_t)PH__CONTENT_MAX + FILE_ROOM)};
    struct cli_args args = {.argc = argc,
                            .argv = argv,
                            .tables = {load_options, cli_server_options}};
    cli_server_init(&s.server);
    int status = cli_take_options(&args, take_option, &s);
    if (!status && s.help)
        print_help(args.tables);
    else if (!status)
        status = run(&s);
    ph_message_free(s.probe);
    ph__buf_done(&s.content);
    cli_server_done(&s.server);
    return status;
}
