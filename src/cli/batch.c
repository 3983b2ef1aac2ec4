#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "base/text.h"
#include "cli/dsn.h"
#include "cli/options.h"
#include "cli/run.h"
#include "cli/template.h"
#include "cli/texts.h"

enum batch_option {
    LIST = 1,
    FORMAT,
    TEMPLATE,
    FROM,
    SUBJECT,
    TEXT,
    HEADER,
    CONNECTIONS,
    MESSAGES_PER_CONNECTION,
    RESULTS,
    RESEND_UNCERTAIN,
    PROGRESS,
    JSON,
    TRACE,
    HELP
};

enum { CONNECTIONS_DEFAULT = 5, CONNECTIONS_MAX = 1000 };

static const struct cli_option batch_options[] = {
    CLI_HEADING("To whom:"),
    {LIST, 0, "list", "FILE",
     "recipients: .csv (with a header row), .jsonl (an object\n"
     "a line) or .txt (an address a line); the column or key\n"
     "'to' (or 'email') is the address, all are fields;\n"
     "- = standard input"},
    {FORMAT, 0, "format", "FORMAT",
     "csv, jsonl or txt, whatever the file is called"},

    CLI_HEADING("What ({{field}} stands for the row's value everywhere):"),
    {TEMPLATE, 0, "template", "FILE", "headers, an empty line, a body (UTF-8)"},
    {FROM, 0, "from", "ADDR",
     "header and envelope sender; 'Name <addr>' is fine"},
    {SUBJECT, 0, "subject", "TEXT", "the Subject"},
    {TEXT, 0, "text", "TEXT|@FILE", "the body, or a file that holds it"},
    {HEADER, 0, "header", "'Name: value'",
     "one more header; repeatable. These four replace what\n"
     "the template says, or stand alone"},

    CLI_HEADING("How:"),
    {CONNECTIONS, 0, "connections", "N",
     "at most so many at a time (default 5), with mx: to each\n"
     "exchanger"},
    {MESSAGES_PER_CONNECTION, 0, "messages-per-connection", "N",
     "then a new one is opened (default 100)"},
    {RESULTS, 0, "results", "FILE",
     "append what became of each row, as JSON lines. The\n"
     "same command again goes on where this run ended: rows\n"
     "that were accepted, refused or uncertain are skipped"},
    {RESEND_UNCERTAIN, 0, "resend-uncertain", NULL,
     "send uncertain rows again: some may get it twice"},
    {PROGRESS, 0, "progress", "WHEN",
     "auto (on a terminal, the default), always or never"},
    {JSON, 0, "json", NULL,
     "one JSON object per recipient on standard output, in\n"
     "place of the summary"},
    {TRACE, 'v', "trace", NULL,
     "the dialogue on standard error; -vv content too"},
    {HELP, 'h', "help", NULL, "this page"},
    {0, 0, NULL, NULL, NULL}};

struct batch {
    struct cli_server server;
    struct cli_template template;
    struct cli_texts headers;
    struct ph_parameters parameters; /* size 0 = none asked for */
    const char *list;
    const char *format;
    const char *results;
    const char *progress;
    unsigned connections;
    unsigned messages_per_connection;
    bool resend_uncertain;
    bool json;
    bool help;
    int trace;
};

static int take_number(struct batch *b, enum batch_option id, const char *value)
{
    if (id == MESSAGES_PER_CONNECTION)
        return cli_number(&b->messages_per_connection,
                          "--messages-per-connection", value, 1);
    int status = cli_number(&b->connections, "--connections", value, 1);
    if (status || b->connections <= CONNECTIONS_MAX)
        return status;
    cli_error("--connections %u: give at most %d", b->connections,
              CONNECTIONS_MAX);
    return EXIT_USAGE_ERROR;
}

static int take_option(struct batch *b, int id, const char *value)
{
    if (id >= CLI_SERVER_FIRST)
        return cli_server_option(&b->server, id, value);
    if (id >= CLI_DSN_FIRST)
        return cli_dsn_option(&b->parameters, id, value);
    switch ((enum batch_option)id) {
    case LIST:
        b->list = value;
        break;
    case FORMAT:
        b->format = value;
        break;
    case TEMPLATE:
        b->template.path = value;
        break;
    case FROM:
        b->template.from = value;
        break;
    case SUBJECT:
        b->template.subject = value;
        break;
    case TEXT:
        b->template.text = value;
        break;
    case HEADER:
        return cli_texts_add(&b->headers, value);
    case CONNECTIONS:
    case MESSAGES_PER_CONNECTION:
        return take_number(b, id, value);
    case RESULTS:
        b->results = value;
        break;
    case RESEND_UNCERTAIN:
        b->resend_uncertain = true;
        break;
    case PROGRESS:
        b->progress = value;
        break;
    case JSON:
        b->json = true;
        break;
    case TRACE:
        b->trace++;
        break;
    case HELP:
        b->help = true;
        break;
    }
    return EXIT_DONE;
}

static int check(const struct batch *b)
{
    const struct cli_template *t = &b->template;
    if (!b->list)
        return cli_usage("there is no list", NULL, "give --list FILE");
    if (!t->path && !t->from)
        return cli_usage("there is no sender", NULL,
                         "give --from ADDR or --template");
    if (!t->path && !t->subject && !t->text)
        return cli_usage("there is nothing to send", NULL,
                         "give --template, or --subject and --text");
    if (t->path && strcmp(t->path, "-") == 0 && strcmp(b->list, "-") == 0)
        return cli_usage("list and template cannot both be standard input",
                         NULL, "give one of them as a file");
    for (size_t i = 0; i < b->headers.count; i++)
        if (!strchr(b->headers.items[i], ':'))
            return cli_usage("--header has no colon", NULL,
                             "give 'Name: value'");
    if (b->resend_uncertain && !b->results)
        return cli_usage("--resend-uncertain goes by what an earlier run wrote",
                         NULL, "add --results FILE");
    if (b->progress && !ph__text_listed("auto,always,never", b->progress))
        return cli_usage("--progress", NULL, "give auto, always or never");
    return EXIT_DONE;
}

static bool shows_progress(const struct batch *b)
{
    if (b->progress && strcmp(b->progress, "always") == 0)
        return true;
    if (b->progress && strcmp(b->progress, "never") == 0)
        return false;
    return isatty(STDERR_FILENO) && !b->trace;
}

static int prepare(struct batch *b, struct cli_run_options *out,
                   struct ph__template **template, uv_loop_t *loop)
{
    struct ph_client_options *client = &b->server.client;
    int status = check(b);
    if (!status)
        status = cli_server_finish(&b->server, getenv("POSTHASTE_SERVER"));
    if (b->connections || !client->connections)
        client->connections =
            b->connections ? b->connections : CONNECTIONS_DEFAULT;
    if (b->messages_per_connection)
        client->messages_per_connection = b->messages_per_connection;
    cli_server_watch(&b->server, b->trace);
    b->template.headers = b->headers.items;
    b->template.header_count = b->headers.count;
    if (!status)
        status = cli_template_make(template, &b->template);
    if (!status && !ph__template_has_header(*template, "From"))
        status =
            cli_usage("there is no sender", NULL,
                      "give --from ADDR, or a From header in the template");
    if (!status)
        status = cli_list_open(&out->list, b->list, b->format);
    if (!status && b->results)
        status = cli_results_open(&out->results, loop, b->results);
    out->server = &b->server;
    out->template = *template;
    out->resend_uncertain = b->resend_uncertain;
    out->parameters = b->parameters.size ? &b->parameters : NULL;
    out->json = b->json;
    out->progress = shows_progress(b);
    return status;
}

static int run(struct batch *b)
{
    struct cli_run_options options = {0};
    struct ph__template *template = NULL;
    uv_loop_t loop;
    if (uv_loop_init(&loop)) {
        cli_error("no event loop: too many open files?");
        return EXIT_TRY_LATER;
    }
    int status = prepare(b, &options, &template, &loop);
    if (!status)
        status = cli_run(&options, &loop);
    uv_loop_close(&loop);
    cli_results_free(options.results);
    cli_list_free(options.list);
    ph__template_free(template);
    return status;
}

static void print_help(void)
{
    const struct cli_option *const tables[] = {
        batch_options, cli_dsn_options, cli_server_options, cli_mx_notes};
    cli_help(
        "usage: posthaste batch --list FILE --server URL [--results FILE]\n"
        "           (--template FILE | --from ADDR --subject TEXT "
        "--text TEXT)\n"
        "\n"
        "Sends each row of a list a message of its own.",
        tables, 4);
}

int cli_batch(int argc, char **argv)
{
    struct batch b = {0};
    struct cli_args args = {
        .argc = argc,
        .argv = argv,
        .tables = {batch_options, cli_dsn_options, cli_server_options}};
    int id;
    int status = EXIT_DONE;
    cli_server_init(&b.server);
    while (!status && (id = cli_next(&args)) != CLI_END)
        status =
            id == CLI_BAD ? EXIT_USAGE_ERROR : take_option(&b, id, args.value);
    if (!status && b.help)
        print_help();
    else if (!status)
        status = run(&b);
    cli_texts_done(&b.headers);
    cli_server_done(&b.server);
    return status;
}
