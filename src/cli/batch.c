#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "base/text.h"
#include "cli/dsn.h"
#include "cli/identity.h"
#include "cli/options.h"
#include "cli/rate.h"
#include "cli/rehearse.h"
#include "cli/run.h"
#include "cli/template.h"

enum batch_option {
    LIST = 1,
    FORMAT,
    CONNECTIONS,
    MESSAGES_PER_CONNECTION,
    RATE,
    RETRY,
    RETRY_WAIT,
    LIMIT,
    RESULTS,
    RESEND_UNCERTAIN,
    FORCE,
    ALLOW_DUPLICATES,
    DRY_RUN,
    PROGRESS,
    JSON,
    TRACE,
    HELP
};

enum {
    CONNECTIONS_DEFAULT = 5,
    CONNECTIONS_MAX = 1000,
    RETRY_DEFAULT = 3,
    RETRY_MAX = 100,
    RETRY_WAIT_DEFAULT = 30,
    RETRY_WAIT_MAX = 86400,   /* a day */
    LONGEST_WAIT_SECS = 3600, /* of those that double */
    OUTAGE_LEAST_SECS = 30,   /* so long takes a server to start anew */
    OUTAGE_MOST_SECS = 86400
};

static const struct cli_option list_options[] = {
    CLI_HEADING("To whom:"),
    {LIST, 0, "list", "FILE",
     "recipients: .csv (with a header row), .jsonl (an object\n"
     "a line) or .txt (an address a line); the column or key\n"
     "'to' (or 'email') is the address, all are fields;\n"
     "- = standard input"},
    {FORMAT, 0, "format", "csv|jsonl|txt",
     "what it is, whatever the file is called"},
    {0, 0, NULL, NULL, NULL}};

static const struct cli_option batch_options[] = {
    CLI_HEADING("How:"),
    {CONNECTIONS, 0, "connections", "N",
     "at most so many at a time (default 5), with mx: to each\n"
     "exchanger"},
    {MESSAGES_PER_CONNECTION, 0, "messages-per-connection", "N",
     "then a new one is opened (default 100)"},
    {RATE, 0, "rate", "N/s",
     "at most so many messages a second, spread evenly; or\n"
     "N/m, N/h"},
    {RETRY, 0, "retry", "N",
     "so many attempts for a row that is deferred (default 3);\n"
     "uncertain ones are not tried again. Not with mx:"},
    {RETRY_WAIT, 0, "retry-wait", "SECONDS",
     "wait so long before the second attempt, then twice as\n"
     "long, and up to half of it more by chance (default 30,\n"
     "but 5 minutes where a server says that it greylists). A\n"
     "server that goes away is waited for as long as all these\n"
     "together, but half a minute at least; one that is not\n"
     "there at the start is not waited for"},
    {LIMIT, 0, "limit", "N",
     "try no more than N rows in this run, those that are\n"
     "skipped not counted"},
    {RESULTS, 0, "results", "FILE",
     "append what became of each row, as JSON lines. The\n"
     "same command again goes on where this run ended: rows\n"
     "that were accepted, refused or uncertain are skipped"},
    {RESEND_UNCERTAIN, 0, "resend-uncertain", NULL,
     "send uncertain rows again: some may get it twice"},
    {FORCE, 0, "force", NULL, "go on with results of another list or template"},
    {ALLOW_DUPLICATES, 0, "allow-duplicates", NULL,
     "send to an address as often as it is in the list; else\n"
     "once, and its other rows are skipped"},
    {DRY_RUN, 0, "dry-run", "[N]",
     "connect to nothing: print the first N messages (default\n"
     "1) with their envelopes, and check all rows. Results are\n"
     "neither read nor written"},
    {PROGRESS, 0, "progress", "auto|always|never",
     "auto is on a terminal, and the default; SIGUSR1 prints\n"
     "it once"},
    {JSON, 0, "json", NULL,
     "one JSON object per recipient on standard output, in\n"
     "place of the summary"},
    {TRACE, 'v', "trace", NULL,
     "the dialogue on standard error; -vv content too"},
    {HELP, 'h', "help", NULL, "this page"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_batch_tables[] = {
    list_options,       cli_template_options, batch_options, cli_dsn_options,
    cli_server_options, cli_mx_notes,         NULL};

struct batch {
    struct cli_server server;
    struct cli_template template;
    struct ph_parameters parameters; /* size 0 = none asked for */
    const char *list;
    const char *format;
    const char *results;
    const char *progress;
    unsigned connections;
    unsigned messages_per_connection;
    struct cli_rate rate;
    unsigned retry;      /* 0 = not said */
    unsigned retry_wait; /* likewise */
    struct ph_policy policy;
    unsigned limit;
    unsigned shown; /* messages of a dry run */
    bool dry_run;
    bool force;
    bool allow_duplicates;
    bool resend_uncertain;
    bool json;
    bool help;
    int trace;
};

static int take_number(struct batch *b, enum batch_option id, const char *value)
{
    const struct {
        enum batch_option id;
        const char *name;
        unsigned *out;
        unsigned most;
    } numbers[] = {
        {CONNECTIONS, "--connections", &b->connections, CONNECTIONS_MAX},
        {MESSAGES_PER_CONNECTION, "--messages-per-connection",
         &b->messages_per_connection, UINT_MAX},
        {RETRY, "--retry", &b->retry, RETRY_MAX},
        {RETRY_WAIT, "--retry-wait", &b->retry_wait, RETRY_WAIT_MAX},
        {LIMIT, "--limit", &b->limit, UINT_MAX},
        {DRY_RUN, "--dry-run", &b->shown, UINT_MAX}};
    size_t i = 0;
    while (numbers[i].id != id)
        i++;
    int status = cli_number(numbers[i].out, numbers[i].name, value, 1);
    if (status || *numbers[i].out <= numbers[i].most)
        return status;
    cli_error("%s %u: give at most %u", numbers[i].name, *numbers[i].out,
              numbers[i].most);
    return EXIT_USAGE_ERROR;
}

static void take_flag(struct batch *b, enum batch_option id)
{
    b->force |= id == FORCE;
    b->allow_duplicates |= id == ALLOW_DUPLICATES;
    b->resend_uncertain |= id == RESEND_UNCERTAIN;
    b->json |= id == JSON;
}

static int take_option(void *user, int id, const char *value)
{
    struct batch *b = user;
    if (id >= CLI_SERVER_FIRST)
        return cli_server_option(&b->server, id, value);
    if (id >= CLI_DSN_FIRST)
        return cli_dsn_option(&b->parameters, id, value);
    if (id >= CLI_TEMPLATE_FIRST)
        return cli_template_option(&b->template, id, value);
    switch ((enum batch_option)id) {
    case LIST:
        b->list = value;
        break;
    case FORMAT:
        b->format = value;
        break;
    case CONNECTIONS:
    case MESSAGES_PER_CONNECTION:
    case RETRY:
    case RETRY_WAIT:
    case LIMIT:
        return take_number(b, id, value);
    case RATE:
        return cli_rate_parse(&b->rate, "--rate", value);
    case DRY_RUN:
        b->dry_run = true;
        return value ? take_number(b, id, value) : EXIT_DONE;
    case FORCE:
    case ALLOW_DUPLICATES:
    case RESEND_UNCERTAIN:
    case JSON:
        take_flag(b, id);
        break;
    case RESULTS:
        b->results = value;
        break;
    case PROGRESS:
        b->progress = value;
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
    if (!b->list)
        return cli_usage("there is no list", NULL, "give --list FILE");
    if (cli_template_reads_stdin(&b->template) && strcmp(b->list, "-") == 0)
        return cli_usage("list and template cannot both be standard input",
                         NULL, "give one of them as a file");
    if (b->resend_uncertain && !b->results)
        return cli_usage("--resend-uncertain goes by what an earlier run wrote",
                         NULL, "add --results FILE");
    if (b->json && b->dry_run)
        return cli_usage("--dry-run prints messages, and no objects", NULL,
                         "leave --json out");
    if (b->progress && !ph__text_listed("auto,always,never", b->progress))
        return cli_usage("--progress", NULL, "give auto, always or never");
    return cli_template_check(&b->template);
}

static bool shows_progress(const struct batch *b)
{
    if (b->progress && strcmp(b->progress, "always") == 0)
        return true;
    if (b->progress && strcmp(b->progress, "never") == 0)
        return false;
    return isatty(STDERR_FILENO) && !b->server.shows_trace;
}

/* ---- patience ---- */

/* What --retry and --retry-wait come to, should every attempt be needed. */
static unsigned outage_secs(unsigned attempts, unsigned wait)
{
    uint64_t sum = 0, next = wait;
    for (unsigned i = 1; i < attempts && sum < OUTAGE_MOST_SECS; i++) {
        sum += next;
        if (next < LONGEST_WAIT_SECS)
            next *= 2;
    }
    if (attempts < 2)
        return 0;
    if (sum < OUTAGE_LEAST_SECS)
        return OUTAGE_LEAST_SECS;
    return sum < OUTAGE_MOST_SECS ? (unsigned)sum : OUTAGE_MOST_SECS;
}

/* One who says how long to wait knows the server. */
static void be_patient(struct batch *b)
{
    unsigned attempts = b->retry ? b->retry : RETRY_DEFAULT;
    unsigned wait = b->retry_wait ? b->retry_wait : RETRY_WAIT_DEFAULT;
    b->policy.attempts = attempts;
    b->policy.wait_secs = wait;
    b->policy.longest_wait_secs =
        wait > LONGEST_WAIT_SECS ? wait : LONGEST_WAIT_SECS;
    b->policy.greylist_secs = b->retry_wait ? UINT_MAX : 0;
    b->policy.outage_secs = outage_secs(attempts, wait);
    b->policy.queue_messages = CLI_RUN_QUEUE;
    b->policy.queue_octets = CLI_RUN_QUEUE_OCTETS;
}

/* Exchangers are many: whoever cannot be reached now is for a later run. */
static int set_policy(struct batch *b)
{
    bool exchangers = b->server.exchangers;
    if (exchangers && (b->retry || b->retry_wait))
        return cli_usage(b->retry ? "mx: knows no --retry"
                                  : "mx: knows no --retry-wait",
                         NULL,
                         "leave it out, and run the same command again after "
                         "half an hour");
    b->policy = (struct ph_policy){
        .size = sizeof(b->policy),
        .messages = {.count = b->rate.count, .secs = b->rate.secs}};
    if (!exchangers)
        be_patient(b);
    b->server.client.policy = &b->policy;
    return EXIT_DONE;
}

static int find_server(struct batch *b)
{
    struct ph_client_options *client = &b->server.client;
    int status = cli_server_finish(&b->server, getenv("POSTHASTE_SERVER"));
    if (b->connections || !client->connections)
        client->connections =
            b->connections ? b->connections : CONNECTIONS_DEFAULT;
    if (b->messages_per_connection)
        client->messages_per_connection = b->messages_per_connection;
    cli_server_watch(&b->server, b->trace);
    return status ? status : set_policy(b);
}

/* ---- doing it ---- */

static int open_letter(struct batch *b, struct ph_template **template,
                       struct cli_list **list)
{
    int status = cli_template_make(template, &b->template);
    if (!status && !ph_template_has_header(*template, "From"))
        status =
            cli_usage("there is no sender", NULL,
                      "give --from ADDR, or a From header in the template");
    return status ? status : cli_list_open(list, b->list, b->format);
}

/* Results belong to one list and one template. What comes on a pipe is read
 * once, when it is sent: of it only the template is known. */
static int open_results(struct batch *b, struct cli_run_options *out,
                        uv_loop_t *loop)
{
    struct cli_identity now = {.list = ""};
    const struct cli_list *list = out->letter.list;
    memcpy(now.template, b->template.digest, sizeof(now.template));
    int status = cli_results_open(&out->results, loop, b->results);
    if (!status && cli_list_is_file(list))
        status = cli_identity_of_file(now.list, cli_list_fd(list),
                                      cli_list_name(list));
    if (!status)
        status = cli_identity_check(&cli_results_history(out->results)->batch,
                                    &now, b->results, b->force);
    if (!status)
        cli_results_identify(out->results, &now);
    return status;
}

static int send_all(struct batch *b, struct cli_run_options *o, uv_loop_t *loop)
{
    int status = b->results ? open_results(b, o, loop) : EXIT_DONE;
    o->server = &b->server;
    o->letter_octets = b->template.octets;
    o->limit = b->limit;
    o->resend_uncertain = b->resend_uncertain;
    o->allow_duplicates = b->allow_duplicates;
    o->parameters = b->parameters.size ? &b->parameters : NULL;
    o->json = b->json;
    o->progress = shows_progress(b);
    return status ? status : cli_run(o, loop);
}

static int run(struct batch *b)
{
    struct cli_run_options options = {0};
    struct ph_template *template = NULL;
    uv_loop_t loop;
    int status = cli_server_loop(&loop);
    if (status)
        return status;
    status = cli_server_account(&b->server, getenv("POSTHASTE_SERVER"));
    b->template.sender = cli_server_said(&b->server, CLI_FROM);
    if (!status)
        status = check(b);
    if (!status && !b->dry_run)
        status = find_server(b);
    if (!status)
        status = open_letter(b, &template, &options.letter.list);
    if (!status)
        status =
            cli_signers_open(&options.letter.signers, &b->template.signers);
    options.letter.template = template;
    if (!status && b->dry_run)
        status = cli_rehearse(&options.letter, b->shown, b->allow_duplicates);
    else if (!status)
        status = send_all(b, &options, &loop);
    uv_loop_close(&loop);
    cli_results_free(options.results);
    cli_list_free(options.letter.list);
    cli_signers_done(&options.letter.signers);
    ph_template_free(template);
    return status;
}

static void print_help(void)
{
    cli_help(
        "usage: posthaste batch --list FILE --server URL [--results FILE]\n"
        "           (--template FILE | --from ADDR --subject TEXT "
        "--text TEXT)\n"
        "           [--html @FILE] [--attach FILE ...]\n"
        "\n"
        "Sends each row of a list a message of its own.",
        cli_batch_tables, 6);
}

int cli_batch(int argc, char **argv)
{
    struct batch b = {.shown = 1};
    struct cli_args args = {.argc = argc,
                            .argv = argv,
                            .tables = {list_options, cli_template_options,
                                       batch_options, cli_dsn_options,
                                       cli_server_options}};
    cli_server_init(&b.server);
    int status = cli_take_options(&args, take_option, &b);
    if (!status && b.help)
        print_help();
    else if (!status)
        status = run(&b);
    cli_template_done(&b.template);
    cli_server_done(&b.server);
    return status;
}
