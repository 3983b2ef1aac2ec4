#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "cli/color.h"
#include "cli/compose.h"
#include "cli/dsn.h"
#include "cli/exit.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/sender.h"
#include "cli/wrong.h"
#include "client/complete.h"
#include "message/internal.h"
#include "message/slices.h"

/* What the message is. */
enum message_option {
    FROM = 1,
    TO,
    CC,
    BCC,
    REPLY_TO,
    SUBJECT,
    TEXT,
    HTML,
    ATTACH,
    INLINE,
    LIST_UNSUBSCRIBE,
    SIGN_DKIM,
    PRIORITY,
    HEADER,
    MESSAGE,
    TAKE_RECIPIENTS,
    ENVELOPE_FROM,
    ENVELOPE_TO,
    LONG_LINES
};

/* What is done with it. */
enum send_option { FORCE_8BIT = LONG_LINES + 1, DRY_RUN, JSON, TRACE, HELP };

static const struct cli_option send_options[] = {
    CLI_HEADING("Who and to whom (ADDR may be 'Name <addr>'):"),
    {FROM, 0, "from", "ADDR", "header and envelope sender"},
    {TO, 0, "to", "ADDR", "header and envelope recipient; repeatable"},
    {CC, 0, "cc", "ADDR", "likewise, who gets a copy"},
    {BCC, 0, "bcc", "ADDR", "recipients that no header names"},
    {ENVELOPE_FROM, 0, "envelope-from", "ADDR",
     "where bounces go, if not to --from; '' = nowhere"},
    {ENVELOPE_TO, 0, "envelope-to", "ADDR", "as --bcc, without a name"},

    CLI_HEADING("What:"),
    {SUBJECT, 0, "subject", "TEXT", "the Subject"},
    {TEXT, 0, "text", "TEXT|@FILE", "the body, or a file that holds it"},
    {HTML, 0, "html", "TEXT|@FILE",
     "the same in HTML; images it shows from files (<img\n"
     "src=\"logo.png\">, beside FILE) are taken along"},
    {ATTACH, 0, "attach", "FILE[;type=TYPE][;name=NAME]",
     "a file that goes with it; the type is seen in FILE (- =\n"
     "standard input), if not said; repeatable"},
    {INLINE, 0, "inline", "FILE[;cid=ID]",
     "one that the HTML shows: <img src=\"cid:ID\">, or by the\n"
     "file's name: \"cid:logo.png\"; repeatable"},
    {REPLY_TO, 0, "reply-to", "ADDR", "where answers go"},
    {LIST_UNSUBSCRIBE, 0, "list-unsubscribe", "URI",
     "how to leave the list (https:, mailto:); repeatable"},
    {SIGN_DKIM, 0, "sign-dkim", "DOMAIN:SELECTOR:KEYFILE",
     "sign with this private key (PEM; RSA or Ed25519);\n"
     "repeatable"},
    {PRIORITY, 0, "priority", "high|normal|low",
     "how soon it wants to be read"},
    {HEADER, 0, "header", "'Name: value'", "one more header; repeatable"},
    {MESSAGE, 'm', "message", "FILE",
     "instead: this ready RFC 5322 message as it is (- =\n"
     "standard input); line ends become CRLF, Bcc is removed"},
    {TAKE_RECIPIENTS, 't', "take-recipients", NULL,
     "its To, Cc and Bcc are recipients too"},
    {LONG_LINES, 0, "long-lines", NULL, "even if it has lines over 998 octets"},
    {FORCE_8BIT, 0, "8bit", NULL,
     "even if it is 8-bit and the server only takes 7"},

    CLI_HEADING("How:"),
    {DRY_RUN, 0, "dry-run", NULL, "print the message, connect to nothing"},
    {JSON, 0, "json", NULL, "one JSON object per recipient on standard output"},
    {TRACE, 'v', "trace", NULL,
     "the dialogue on standard error; -vv content too"},
    {HELP, 'h', "help", NULL, "this page"},
    {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_send_tables[] = {
    send_options, cli_dsn_options, cli_server_options, cli_mx_notes, NULL};

struct send {
    struct cli_compose compose;
    struct cli_server server;
    struct ph_parameters parameters; /* size 0 = none asked for */
    bool force_8bit;
    bool dry_run;
    bool json;
    bool help;
    int trace;
    int status;
};

static int take_message_option(struct cli_compose *c, enum message_option id,
                               const char *value)
{
    switch (id) {
    case FROM:
        c->from = value;
        break;
    case TO:
        return cli_texts_add(&c->to, value);
    case CC:
        return cli_texts_add(&c->cc, value);
    case BCC:
        return cli_texts_add(&c->bcc, value);
    case ENVELOPE_TO:
        return cli_texts_add(&c->envelope_to, value);
    case SIGN_DKIM:
        return cli_texts_add(&c->signers, value);
    case LIST_UNSUBSCRIBE:
        return cli_texts_add(&c->unsubscribe, value);
    case ATTACH:
        return cli_attachments_add(&c->attachments, CLI_ATTACHED, value);
    case INLINE:
        return cli_attachments_add(&c->attachments, CLI_INLINE, value);
    case HEADER:
        return cli_texts_add(&c->headers, value);
    case REPLY_TO:
        c->reply_to = value;
        break;
    case SUBJECT:
        c->subject = value;
        break;
    case TEXT:
        c->text = value;
        break;
    case HTML:
        c->html = value;
        break;
    case PRIORITY:
        c->priority = value;
        break;
    case MESSAGE:
        c->file = value;
        break;
    case TAKE_RECIPIENTS:
        c->take_recipients = true;
        break;
    case ENVELOPE_FROM:
        c->envelope_from = value;
        break;
    case LONG_LINES:
        c->long_lines = true;
        break;
    }
    return EXIT_DONE;
}

static int take_own_option(struct send *s, enum send_option id)
{
    switch (id) {
    case FORCE_8BIT:
        s->force_8bit = true;
        break;
    case DRY_RUN:
        s->dry_run = true;
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

static int take_option(void *user, int id, const char *value)
{
    struct send *s = user;
    if (id >= CLI_SERVER_FIRST)
        return cli_server_option(&s->server, id, value);
    if (id >= CLI_DSN_FIRST)
        return cli_dsn_option(&s->parameters, id, value);
    if (id >= FORCE_8BIT)
        return take_own_option(s, (enum send_option)id);
    return take_message_option(&s->compose, (enum message_option)id, value);
}

/* ---- results ---- */

/* The outcome, which is what it begins with, in colour. */
static void print_line(const struct ph__buf *line, const char *outcome)
{
    enum cli_tint tint = cli_tint_of_outcome(outcome);
    int len = (int)strlen(outcome);
    printf("%s%.*s%s%s\n", cli_color_on(stdout, tint), len, line->data,
           cli_color_off(stdout, tint), line->data + len);
}

static void print_fate(struct send *s, const struct cli_fate *fate)
{
    struct ph__buf line = PH__BUF(1024 * 1024);
    int rc =
        s->json ? cli_report_json(&line, fate) : cli_report_text(&line, fate);
    if (rc) {
        cli_wrong_code(rc);
        s->status = cli_exit_worse(s->status, EXIT_TRY_LATER);
    } else if (s->json) {
        fwrite(line.data, 1, line.len, stdout);
    } else {
        print_line(&line, fate->outcome);
    }
    ph__buf_done(&line);
}

static void print_bad_input(void *user, const char *recipient,
                            const char *problem)
{
    struct cli_fate fate =
        cli_fate_bad_input(recipient, *problem ? problem : "nothing was sent");
    print_fate(user, &fate);
}

static void on_sent(const struct ph_result *result, void *user)
{
    struct send *s = user;
    struct cli_told told = {0};
    for (size_t i = 0; i < result->count; i++) {
        const struct ph_recipient_result *r = &result->recipients[i];
        struct cli_fate fate = cli_fate_of(result, i);
        print_fate(s, &fate);
        s->status = cli_exit_worse(s->status, cli_exit_for(r));
        if (cli_told_anew(&told, cli_server_name_for(&s->server, r), r))
            cli_server_explain(&s->server, result->mechanism, r);
    }
}

/* ---- doing it ---- */

static int print_message(struct ph_message *msg)
{
    const struct ph__slices *content;
    int rc = ph__message_complete(msg);
    if (!rc)
        rc = ph__message_content(&content, msg);
    if (rc)
        cli_wrong_code(rc);
    for (size_t i = 0; !rc && i < content->count; i++)
        fwrite(content->list[i].data, 1, content->list[i].len, stdout);
    return rc ? cli_exit_for_code(rc) : EXIT_DONE;
}

/* Takes `msg`. */
static int transmit(struct send *s, uv_loop_t *loop, struct ph_message *msg)
{
    struct cli_sender sender;
    cli_server_watch(&s->server, s->trace);
    s->server.client.connections = 1;
    s->server.session.force_8bit = s->force_8bit;
    int status = cli_sender_open(&sender, &s->server, loop);
    if (status) {
        ph_message_free(msg);
        return status;
    }
    struct ph_send_options options = {
        .size = sizeof(options),
        .parameters = s->parameters.size ? &s->parameters : NULL};
    int rc = cli_sender_send(&sender, msg, &options, on_sent, s);
    if (rc) {
        cli_wrong_code(rc);
        ph_message_free(msg);
    }
    cli_sender_close(&sender);
    uv_run(loop, UV_RUN_DEFAULT);
    return rc ? cli_exit_for_code(rc) : s->status;
}

static int run(struct send *s)
{
    struct ph_message *msg;
    uv_loop_t loop;
    const char *fallback = getenv("POSTHASTE_SERVER");
    int status = cli_server_account(&s->server, fallback);
    if (!s->compose.from)
        s->compose.from = cli_server_said(&s->server, CLI_FROM);
    if (!status)
        status = cli_compose_check(&s->compose);
    if (!status && !s->dry_run)
        status = cli_server_finish(&s->server, fallback);
    if (!status)
        status = cli_compose(&msg, &s->compose);
    if (status == EXIT_BAD_DATA &&
        cli_compose_recipients(&s->compose, print_bad_input, s))
        cli_wrong_memory();
    if (status)
        return status;
    if (s->dry_run) {
        status = print_message(msg);
        ph_message_free(msg);
        return status;
    }
    status = cli_server_loop(&loop);
    if (status) {
        ph_message_free(msg);
        return status;
    }
    status = transmit(s, &loop, msg);
    uv_loop_close(&loop);
    return status;
}

static void print_help(void)
{
    cli_help("usage: posthaste send --from ADDR --to ADDR... --server URL\n"
             "           (--subject TEXT --text TEXT | --message FILE)\n"
             "\n"
             "Sends one message to one or many recipients.",
             cli_send_tables, 4);
}

int cli_send(int argc, char **argv)
{
    struct send s = {0};
    struct cli_args args = {
        .argc = argc,
        .argv = argv,
        .tables = {send_options, cli_dsn_options, cli_server_options}};
    cli_server_init(&s.server);
    int status = cli_take_options(&args, take_option, &s);
    if (!status && s.help)
        print_help();
    else if (!status)
        status = run(&s);
    cli_compose_done(&s.compose);
    cli_server_done(&s.server);
    return status;
}
