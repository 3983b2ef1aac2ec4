#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/color.h"
#include "cli/exit.h"
#include "cli/probe_report.h"
#include "cli/wrong.h"

enum probe_option { JSON = 1, TRACE, HELP };

static const struct cli_option probe_options[] = {
    CLI_HEADING("How:"),
    {JSON, 0, "json", NULL, "one JSON object on standard output"},
    {TRACE, 'v', "trace", NULL, "the dialogue on standard error"},
    {HELP, 'h', "help", NULL, "this page"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_probe_tables[] = {probe_options,
                                                     cli_server_options, NULL};

enum { REPORT_ROOM = 1024 * 1024 };

struct settings {
    struct cli_server server;
    bool json;
    bool trace;
    bool help;
};

static int take_option(void *user, int id, const char *value)
{
    struct settings *s = user;
    if (id >= CLI_SERVER_FIRST)
        return cli_server_option(&s->server, id, value);
    switch ((enum probe_option)id) {
    case JSON:
        s->json = true;
        break;
    case TRACE:
        s->trace = true;
        break;
    case HELP:
        s->help = true;
        break;
    }
    return EXIT_DONE;
}

static enum cli_tint tint_of(const struct cli_probe *p, const char *line)
{
    if (strncmp(line, "TLS:", 4) == 0)
        return p->verified ? CLI_TINT_GOOD : CLI_TINT_BAD;
    return *line == ' ' ? CLI_TINT_PLAIN : CLI_TINT_HEADING;
}

static void print_lines(const struct cli_probe *p, const char *text)
{
    for (const char *line = text; *line;) {
        int len = (int)strcspn(line, "\n");
        enum cli_tint tint = tint_of(p, line);
        printf("%s%.*s%s\n", cli_color_on(stdout, tint), len, line,
               cli_color_off(stdout, tint));
        line += len + (line[len] == '\n');
    }
}

static int print(const struct settings *s, const struct cli_probe *p)
{
    struct ph__buf out = PH__BUF(REPORT_ROOM);
    const char *server = ph__buf_text(&s->server.address);
    int rc = s->json ? cli_probe_json(&out, p, server)
                     : cli_probe_text(&out, p, server, (int64_t)time(NULL));
    if (rc)
        cli_wrong_code(rc);
    else if (s->json)
        fwrite(out.data, 1, out.len, stdout);
    else
        print_lines(p, ph__buf_text(&out));
    ph__buf_done(&out);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

/* A session that went well may still be less than what was asked for. */
static int judge(const struct settings *s, const struct cli_probe *p)
{
    const struct cli_server *server = &s->server;
    enum ph_tls mode = server->session.tls;
    bool required = mode == PH_TLS_REQUIRED || mode == PH_TLS_IMPLICIT;
    if (p->error.code) {
        cli_server_explain(server, "", &p->error);
        return cli_exit_for(&p->error);
    }
    if (!required || (p->tls && (p->verified || server->client.tls_insecure)))
        return EXIT_DONE;
    cli_error("%s: %s: nothing that requires TLS would be sent there",
              ph__buf_text(&server->address),
              p->tls ? "the certificate is not verified"
                     : "there is no TLS to be had");
    return EXIT_BROKEN_PROTOCOL;
}

static int run(struct settings *s)
{
    struct cli_probe p;
    uv_loop_t loop;
    int status = cli_server_finish(&s->server, getenv("POSTHASTE_SERVER"));
    if (!status && s->server.exchangers)
        return cli_usage("mx: is no server", NULL,
                         "name an exchanger: --server smtp://HOST");
    if (status)
        return status;
    status = cli_server_loop(&loop);
    if (status)
        return status;
    cli_probe_init(&p);
    cli_server_watch(&s->server, s->trace);
    status = cli_probe_run(&p, &s->server, &loop);
    uv_loop_close(&loop);
    if (!status)
        status = cli_exit_worse(print(s, &p), judge(s, &p));
    cli_probe_done(&p);
    return status;
}

static void print_help(const struct cli_option *const *tables)
{
    cli_help("usage: posthaste probe --server URL [--json]\n"
             "\n"
             "Shows what a server offers: its greeting, extensions before and "
             "after TLS,\n"
             "certificates, mechanisms, limits, times. It says EHLO, STARTTLS, "
             "NOOP and QUIT,\n"
             "and never a secret: credentials only choose port and TLS. Each "
             "wait lasts 30\n"
             "seconds at most, or --timeout. Exit status 76 if TLS is required "
             "and missing, or\n"
             "its certificate cannot be verified.",
             tables, 2);
}

int cli_probe(int argc, char **argv)
{
    struct settings s = {0};
    struct cli_args args = {.argc = argc,
                            .argv = argv,
                            .tables = {probe_options, cli_server_options}};
    cli_server_init(&s.server);
    int status = cli_take_options(&args, take_option, &s);
    if (!status && s.help)
        print_help(args.tables);
    else if (!status)
        status = run(&s);
    cli_server_done(&s.server);
    return status;
}
