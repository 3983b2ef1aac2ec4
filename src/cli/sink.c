#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/lines.h"
#include "cli/options.h"
#include "cli/signals.h"
#include "cli/sink_options.h"
#include "sink/sink.h"
#include "sink/store.h"
#include "web/web.h"

enum {
    STOP_MS = 5000, /* for open transactions, after a signal */
    WHY_MAX = 1024,
    LINE_MAX_BYTES = 64 << 20,
    HINT_MAX = 2048,
    SHOWN = 3,         /* recipients on a line for people */
    EXIT_DIFFERENT = 1 /* somebody left the script */
};

struct run {
    uv_loop_t loop;
    struct cli_sink_settings set;
    struct ph__sink *sink;
    struct ph__sink_store *store;
    struct ph__web *web;
    struct ph__buf hint; /* a command that sends something here */
    uint64_t count;
    struct ph__sink_counts counts; /* at the end */
    struct ph__buf line;
    struct cli_signals signals;
    uv_timer_t deadline;
    uv_prepare_t prepare;
    struct cli_lines lines;
    bool stopping;
    bool differed;
};

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
        cli_error("%s: the message was refused with 452; make room for more",
                  run->line.len ? run->line.data : ph_strerror(rc));
        return rc;
    }
    run->count++;
    rc = run->web ? ph__web_add(run->web, m) : PH_OK;
    if (rc)
        cli_error("message %" PRIu64 " is not shown: %s", number,
                  ph_strerror(rc));
    ph__buf_clear(&run->line);
    rc = run->set.json ? ph__sink_message_json(&run->line, m, number)
                       : describe(&run->line, m, number);
    if (rc)
        cli_error("no memory to print message %" PRIu64
                  ": it is taken all the same",
                  number);
    else
        cli_lines_add(&run->lines, run->line.data);
    return PH_OK;
}

static void on_dialogue(void *user, const char *lines)
{
    struct run *run = user;
    if (ph__web_dialogue(run->web, lines))
        cli_error("no memory to show a dialogue");
}

/* ---- the script ---- */

static void on_differed(void *user, const struct ph__sink_difference *d)
{
    struct run *run = user;
    run->differed = true;
    cli_error("sink: line %zu of the script was not followed: connection "
              "%" PRIu64 " left it",
              d->line, d->connection);
    cli_error("sink: expected: %s", d->expected);
    cli_error("sink: got:      %s", d->got);
}

/* ---- the run ---- */

static void close_sink(struct run *run)
{
    run->counts = *ph__sink_counts(run->sink);
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

static void on_signal(void *user)
{
    struct run *run = user;
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

/* What the page says while there is nothing to see. */
static int make_hint(struct run *run)
{
    const struct ph__sink_options *sink = &run->set.sink;
    const char *scheme = sink->lmtp ? "lmtp" : "smtp";
    const char *name = ph__sink_name(run->sink);
    bool is_unix = strncmp(name, "unix:", 5) == 0;
    if (sink->implicit_tls)
        scheme = "smtps";
    int rc = ph__buf_format(&run->hint,
                            "posthaste send \\\n    --server %s%s://%s", scheme,
                            is_unix ? "+unix" : "", is_unix ? name + 5 : name);
    if (!rc && !is_unix)
        rc = ph__buf_add_text(&run->hint, sink->tls_cert ? " --tls-insecure"
                                                         : " --tls none");
    if (!rc && sink->user)
        rc = ph__buf_add_text(&run->hint, " --user NAME --password-file FILE");
    if (!rc && sink->user && !sink->tls_cert)
        rc = ph__buf_add_text(&run->hint, " --auth-plaintext");
    if (!rc)
        rc = ph__buf_add_text(&run->hint,
                              " \\\n    --from ann@example.org \\\n"
                              "    --to bob@example.org \\\n"
                              "    --subject Hello --text 'It works.'");
    return rc;
}

static int open_web(struct run *run, struct ph__buf *why)
{
    int rc = make_hint(run);
    struct ph__web_options options = {run->set.web, ph__buf_text(&run->hint)};
    if (!rc)
        rc = ph__web_new(&run->web, &run->loop, &options, why);
    if (rc)
        return rc;
    if (ph__web_is_exposed(run->web))
        cli_error("sink: --web %s: whoever can reach this machine reads the "
                  "mail: use 127.0.0.1 unless that is wanted",
                  run->set.web);
    return PH_OK;
}

/* Both files and the ports, before the first word. */
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
    if (!rc && run->set.web) {
        rc = open_web(run, &why);
        status = rc ? status_of(rc) : EXIT_DONE;
        if (rc)
            ph__sink_close(run->sink, NULL, NULL);
    }
    if (rc)
        cli_error("sink: %s", why.len ? why.data : ph_strerror(rc));
    ph__buf_done(&why);
    return status;
}

/* The sink alone keeps the loop alive. */
static void watch(struct run *run)
{
    run->deadline.data = run;
    run->prepare.data = run;
    cli_signals_watch(&run->signals, &run->loop, on_signal, run);
    uv_timer_init(&run->loop, &run->deadline);
    uv_prepare_init(&run->loop, &run->prepare);
    uv_prepare_start(&run->prepare, on_prepare);
    uv_unref((uv_handle_t *)&run->deadline);
    uv_unref((uv_handle_t *)&run->prepare);
    cli_lines_start(&run->lines, &run->loop, STDOUT_FILENO);
}

static void unwatch(struct run *run)
{
    cli_signals_close(&run->signals);
    ph__web_close(run->web);
    uv_close((uv_handle_t *)&run->deadline, NULL);
    uv_close((uv_handle_t *)&run->prepare, NULL);
    cli_lines_stop(&run->lines);
}

/* On standard error: standard output has a line a message. */
static void summarise(const struct run *run)
{
    const struct ph__sink_counts *n = &run->counts;
    const char *format =
        run->set.json
            ? "{\"connections\":%" PRIu64 ",\"handshakes\":%" PRIu64
              ",\"messages\":%" PRIu64 ",\"recipients\":%" PRIu64
              ",\"flights\":%" PRIu64 ",\"differences\":%" PRIu64 "}\n"
            : "connections %" PRIu64 ", TLS handshakes %" PRIu64
              ", messages %" PRIu64 ", recipients %" PRIu64
              ", flights of replies %" PRIu64 ", differences %" PRIu64 "\n";
    fprintf(stderr, format, n->connections, n->handshakes, n->messages,
            n->recipients, n->flights, n->differences);
}

static int serve(struct run *run)
{
    char first[640];
    snprintf(first, sizeof(first), "listening on %s", ph__sink_name(run->sink));
    watch(run);
    cli_lines_add(&run->lines, first);
    if (run->web) {
        snprintf(first, sizeof(first), "web on http://%s/",
                 ph__web_name(run->web));
        cli_lines_add(&run->lines, first);
    }
    uv_run(&run->loop, UV_RUN_DEFAULT);
    unwatch(run);
    uv_run(&run->loop, UV_RUN_DEFAULT);
    summarise(run);
    if (cli_lines_finish(&run->lines))
        return run->differed ? EXIT_DIFFERENT : EXIT_DONE;
    cli_error("sink: standard output cannot be written: stopped; let somebody "
              "read it");
    return EXIT_TRY_LATER;
}

static int run_all(struct run *run)
{
    run->set.sink.message = on_message;
    run->set.sink.done = on_done;
    run->set.sink.differed = on_differed;
    run->set.sink.dialogue = run->set.web ? on_dialogue : NULL;
    run->set.sink.callback_user = run;
    int status = open_all(run);
    if (!status)
        status = serve(run);
    uv_run(&run->loop, UV_RUN_DEFAULT); /* what a failure left closing */
    ph__sink_store_free(run->store);
    ph__buf_done(&run->line);
    ph__buf_done(&run->hint);
    return status;
}

static int start(const struct cli_sink_settings *set)
{
    struct run *run = calloc(1, sizeof(*run));
    if (!run || uv_loop_init(&run->loop)) {
        cli_error(
            "sink: no event loop can be had: close files, or raise their limit "
            "(ulimit -n)");
        free(run);
        return EXIT_TRY_LATER;
    }
    run->set = *set;
    run->line = PH__BUF(LINE_MAX_BYTES);
    run->hint = PH__BUF(HINT_MAX);
    raise_file_limit();
    int status = run_all(run);
    uv_loop_close(&run->loop);
    free(run);
    return status;
}

int cli_sink(int argc, char **argv)
{
    struct cli_sink_settings set;
    bool helped = false;
    int status = cli_sink_parse(&set, argc, argv, &helped);
    if (!status && !helped)
        status = start(&set);
    cli_sink_settings_done(&set);
    return status;
}
