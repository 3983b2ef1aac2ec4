#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/lines.h"
#include "cli/options.h"
#include "sink/sink.h"
#include "sink/store.h"

enum {
    STOP_MS = 5000, /* for open transactions, after a signal */
    WHY_MAX = 1024,
    WITHOUT_MAX = 1024,
    LINE_MAX_BYTES = 64 << 20,
    SHOWN = 3 /* recipients on a line for people */
};

enum option {
    LISTEN = 1,
    DIR_,
    TLS_CERT,
    TLS_KEY,
    IMPLICIT_TLS,
    USER,
    PASSWORD,
    REPLY,
    WITHOUT,
    MAX_MESSAGES,
    JSON,
    HELP
};

static const struct cli_option options[] = {
    {LISTEN, 0, "listen", "HOST:PORT",
     "or unix:/path; port 0 picks a free one (default:\n"
     "127.0.0.1:2525). The first line printed is\n"
     "\"listening on HOST:PORT\""},
    {DIR_, 0, "dir", "DIR",
     "store each message as DIR/NNNNNN.eml, as it was received\n"
     "without its stuffed dots, and what is known of it in\n"
     "DIR/NNNNNN.json; what cannot be stored is refused: 452"},
    {TLS_CERT, 0, "tls-cert", "FILE", "offer STARTTLS: certificates (PEM)"},
    {TLS_KEY, 0, "tls-key", "FILE", "and their key (PEM)"},
    {IMPLICIT_TLS, 0, "implicit-tls", NULL, "TLS from the first octet instead"},
    {USER, 0, "user", "NAME",
     "want authentication before MAIL: PLAIN or LOGIN, and\n"
     "under TLS only if there is a certificate"},
    {PASSWORD, 0, "password", "TEXT", "NAME's password"},
    {REPLY, 0, "reply", "STAGE[@PATTERN]=CODE[ TEXT]",
     "reply that instead; may be repeated, the first that fits\n"
     "counts. STAGE is greeting, hello, starttls, auth, mail,\n"
     "rcpt, data, content (the end of it), rset or quit.\n"
     "PATTERN is a glob for what was said: the address at mail\n"
     "and rcpt, any recipient at data and content, the name at\n"
     "hello, the mechanism at auth. CODE is three digits (a\n"
     "good reply changes the text only, 421 closes too) or\n"
     "  drop     close at once\n"
     "  stall    never reply\n"
     "  garbage  reply what no client understands\n"
     "  drip     the right reply, an octet a second\n"
     "  flood    a reply of lines without end (16 MiB)"},
    {WITHOUT, 0, "without", "EXT[,EXT]",
     "do not offer PIPELINING, SIZE, 8BITMIME, SMTPUTF8, DSN,\n"
     "ENHANCEDSTATUSCODES, STARTTLS or AUTH; nor know EHLO"},
    {MAX_MESSAGES, 0, "max-messages", "N",
     "take N messages, wait for their sessions' end, exit"},
    {JSON, 0, "json", NULL, "print an object a message, not a line for people"},
    {HELP, 'h', "help", NULL, "print this"},
    {0}};

static const char usage[] =
    "usage: posthaste sink [OPTION...]\n\n"
    "A small SMTP server for trying things out: it accepts mail, stores it if\n"
    "asked to, and relays nothing. SIGINT or SIGTERM ends it.\n";

struct settings {
    struct ph__sink_options sink;
    const char **replies; /* as many as there are arguments */
    struct ph__buf without;
    const char *dir;
    bool json;
};

struct run {
    uv_loop_t loop;
    struct settings set;
    struct ph__sink *sink;
    struct ph__sink_store *store;
    uint64_t count;
    struct ph__buf line;
    uv_signal_t interrupt;
    uv_signal_t terminate;
    uv_timer_t deadline;
    uv_prepare_t prepare;
    struct cli_lines lines;
    bool stopping;
};

/* ---- options ---- */

static int bad_count(const char *value)
{
    cli_error("sink: --max-messages %s: a number above 0 is wanted", value);
    return EXIT_USAGE_ERROR;
}

static int add_without(struct settings *set, const char *value)
{
    if (!ph__buf_format(&set->without, ",%s", value))
        return EXIT_DONE;
    cli_error("sink: --without: too many names");
    return EXIT_USAGE_ERROR;
}

static int apply(struct settings *set, enum option id, const char *value)
{
    struct ph__sink_options *sink = &set->sink;
    switch (id) {
    case LISTEN:
        sink->listen = value;
        break;
    case DIR_:
        set->dir = value;
        break;
    case TLS_CERT:
        sink->tls_cert = value;
        break;
    case TLS_KEY:
        sink->tls_key = value;
        break;
    case IMPLICIT_TLS:
        sink->implicit_tls = true;
        break;
    case USER:
        sink->user = value;
        break;
    case PASSWORD:
        sink->password = value;
        break;
    case REPLY:
        set->replies[sink->reply_count++] = value;
        break;
    case WITHOUT:
        return add_without(set, value);
    case MAX_MESSAGES:
        if (!ph__text_to_u64(value, strlen(value), &sink->max_messages) ||
            !sink->max_messages)
            return bad_count(value);
        break;
    case JSON:
        set->json = true;
        break;
    case HELP:
        break;
    }
    return EXIT_DONE;
}

/* CLI_END when there is something to run. */
static int parse(struct settings *set, int argc, char **argv, bool *helped)
{
    struct cli_args args = {.argc = argc, .argv = argv, .tables = {options}};
    int id;
    while ((id = cli_next(&args)) > 0) {
        if (id == HELP) {
            cli_help(usage, args.tables, 1);
            *helped = true;
            return EXIT_DONE;
        }
        int status = apply(set, (enum option)id, args.value);
        if (status)
            return status;
    }
    set->sink.replies = set->replies;
    set->sink.without = ph__buf_text(&set->without);
    set->sink.discard_content = !set->dir;
    return id == CLI_END ? EXIT_DONE : EXIT_USAGE_ERROR;
}

/* ---- messages ---- */

static int describe(struct ph__buf *line, const struct ph__sink_message *m,
                    uint64_t number)
{
    int rc =
        ph__buf_format(line, "%06" PRIu64 " from <%s> to", number, m->from);
    for (size_t i = 0; !rc && i < m->to_count && i < SHOWN; i++)
        rc = ph__buf_format(line, " <%s>", ph__sink_address(m, i));
    if (!rc && m->to_count > SHOWN)
        rc = ph__buf_format(line, " and %zu more", m->to_count - SHOWN);
    if (!rc)
        rc = ph__buf_format(line, ", %zu octets", m->size);
    if (!rc && m->tls_version)
        rc = ph__buf_format(line, ", %s", m->tls_version);
    if (!rc && m->user)
        rc = ph__buf_format(line, ", as %s", m->user);
    if (!rc)
        ph__text_make_printable(line->data, line->len, false);
    return rc;
}

static int on_message(void *user, const struct ph__sink_message *m)
{
    struct run *run = user;
    uint64_t number = run->count + 1;
    int rc = PH_OK;
    ph__buf_clear(&run->line);
    if (run->store)
        rc = ph__sink_store_add(&number, run->store, m, &run->line);
    if (rc) {
        cli_error("%s: the message was refused with 452",
                  run->line.len ? run->line.data : ph_strerror(rc));
        return rc;
    }
    run->count++;
    ph__buf_clear(&run->line);
    rc = run->set.json ? ph__sink_message_json(&run->line, m, number)
                       : describe(&run->line, m, number);
    if (rc)
        cli_error("no memory to print message %" PRIu64, number);
    else
        cli_lines_add(&run->lines, run->line.data);
    return PH_OK;
}

/* ---- the run ---- */

static void close_sink(struct run *run)
{
    ph__sink_close(run->sink, NULL, NULL);
}

static void on_done(void *user)
{
    close_sink(user);
}

static void on_deadline(uv_timer_t *timer)
{
    close_sink(timer->data);
}

static void stop(struct run *run)
{
    run->stopping = true;
    uv_timer_start(&run->deadline, on_deadline, STOP_MS, 0);
    ph__sink_drain(run->sink);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct run *run = handle->data;
    if (run->stopping)
        close_sink(run);
    else
        stop(run);
}

/* Nobody hears us any more. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct run *run = prepare->data;
    if (run->lines.broken && !run->stopping)
        stop(run);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int status_of(int rc)
{
    if (rc == PH_E_INVALID)
        return EXIT_USAGE_ERROR;
    return rc == PH_E_TLS ? EXIT_NO_INPUT : EXIT_TRY_LATER;
}

/* Both files and the port, before the first word. */
static int open_all(struct run *run)
{
    struct ph__buf why = PH__BUF(WHY_MAX);
    int status = EXIT_DONE;
    int rc = PH_OK;
    if (run->set.dir)
        rc = ph__sink_store_new(&run->store, run->set.dir, &why);
    if (rc)
        status = rc == PH_E_SYSTEM ? EXIT_NO_INPUT : EXIT_TRY_LATER;
    if (!rc) {
        rc = ph__sink_new(&run->sink, &run->loop, &run->set.sink, &why);
        status = rc ? status_of(rc) : EXIT_DONE;
    }
    if (rc)
        cli_error("sink: %s", why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
    return status;
}

/* The sink alone keeps the loop alive. */
static void watch(struct run *run)
{
    run->interrupt.data = run;
    run->terminate.data = run;
    run->deadline.data = run;
    run->prepare.data = run;
    uv_signal_init(&run->loop, &run->interrupt);
    uv_signal_init(&run->loop, &run->terminate);
    uv_timer_init(&run->loop, &run->deadline);
    uv_prepare_init(&run->loop, &run->prepare);
    uv_signal_start(&run->interrupt, on_signal, SIGINT);
    uv_signal_start(&run->terminate, on_signal, SIGTERM);
    uv_prepare_start(&run->prepare, on_prepare);
    uv_unref((uv_handle_t *)&run->interrupt);
    uv_unref((uv_handle_t *)&run->terminate);
    uv_unref((uv_handle_t *)&run->deadline);
    uv_unref((uv_handle_t *)&run->prepare);
    cli_lines_start(&run->lines, &run->loop, STDOUT_FILENO);
}

static void unwatch(struct run *run)
{
    uv_close((uv_handle_t *)&run->interrupt, NULL);
    uv_close((uv_handle_t *)&run->terminate, NULL);
    uv_close((uv_handle_t *)&run->deadline, NULL);
    uv_close((uv_handle_t *)&run->prepare, NULL);
    cli_lines_stop(&run->lines);
}

static int serve(struct run *run)
{
    char first[640];
    snprintf(first, sizeof(first), "listening on %s", ph__sink_name(run->sink));
    watch(run);
    cli_lines_add(&run->lines, first);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    unwatch(run);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    if (cli_lines_finish(&run->lines))
        return EXIT_DONE;
    cli_error("sink: standard output cannot be written: stopped");
    return EXIT_TRY_LATER;
}

static int run_all(struct run *run)
{
    run->set.sink.message = on_message;
    run->set.sink.done = on_done;
    run->set.sink.callback_user = run;
    int status = open_all(run);
    if (!status)
        status = serve(run);
    uv_run(&run->loop, UV_RUN_DEFAULT); /* what a failure left closing */
    ph__sink_store_free(run->store);
    ph__buf_done(&run->line);
    return status;
}

static int start(struct settings *set)
{
    struct run *run = calloc(1, sizeof(*run));
    if (!run || uv_loop_init(&run->loop)) {
        cli_error("sink: no event loop can be had");
        free(run);
        return EXIT_TRY_LATER;
    }
    run->set = *set;
    run->line = PH__BUF(LINE_MAX_BYTES);
    raise_file_limit();
    int status = run_all(run);
    uv_loop_close(&run->loop);
    free(run);
    return status;
}

int cli_sink(int argc, char **argv)
{
    struct settings set = {.without = PH__BUF(WITHOUT_MAX)};
    bool helped = false;
    set.replies = calloc((size_t)argc + 1, sizeof(*set.replies));
    if (!set.replies) {
        cli_error("sink: out of memory");
        return EXIT_TRY_LATER;
    }
    int status = parse(&set, argc, argv, &helped);
    if (!status && !helped)
        status = start(&set);
    free(set.replies);
    ph__buf_done(&set.without);
    return status;
}
