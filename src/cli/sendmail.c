#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include <openssl/rand.h>

#include "base/address.h"
#include "base/text.h"
#include "cli/exit.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/sender.h"
#include "cli/sendmail_envelope.h"
#include "cli/sendmail_options.h"
#include "cli/sendmail_text.h"
#include "cli/sendmail_user.h"
#include "cli/wrong.h"
#include "message/limits.h"

enum {
    CHUNK = 64 * 1024,
    TEXT_ROOM = 64 * 1024, /* beyond the largest message: what is added to it */
    REPLY_ROOM = 1024 * 1024 /* for what is said of a recipient */
};

struct sendmail {
    struct cli_sendmail_options options;
    struct cli_server server;
    struct cli_user user;
    struct cli_aliases aliases;
    struct ph__buf input;   /* as it was given */
    struct ph_slice begin;  /* of that, the message */
    struct ph__buf text;    /* as it goes */
    struct ph__buf sender;  /* "" = nobody */
    struct ph__buf account; /* the name that stands with it, or "" */
    int status;
    bool uncertain; /* somebody may have got it */
};

/* ---- what is known before the message is read ---- */

static int find_server(struct sendmail *s)
{
    const char *fallback = getenv("POSTHASTE_SERVER");
    int status = cli_server_account(&s->server, fallback);
    bool named = cli_server_said(&s->server, CLI_SERVER) || s->server.preset ||
                 (fallback && *fallback);
    if (!status && !named) {
        cli_error("no server is named: write [default] and server = "
                  "smtp://HOST into ~/.config/posthaste/config or "
                  "/etc/posthaste/config, or set $POSTHASTE_SERVER");
        return EXIT_BAD_CONFIG;
    }
    return status ? status : cli_server_finish(&s->server, fallback);
}

static int find_user(struct sendmail *s)
{
    const char *hello = cli_server_said(&s->server, CLI_HELLO);
    const char *aliases = cli_server_said(&s->server, CLI_ALIASES);
    if (cli_user_find(&s->user, hello, "/etc/mailname"))
        return cli_wrong_memory();
    return aliases ? cli_aliases_read(&s->aliases, aliases) : EXIT_DONE;
}

static int find_sender(struct sendmail *s)
{
    const char *text = s->options.sender;
    if (!text)
        text = cli_server_said(&s->server, CLI_FROM);
    if (!text && s->user.login.len)
        text = ph__buf_text(&s->user.login);
    if (!text) {
        cli_error("nobody here has your user number: say who you are by -f "
                  "ADDR, or by from = ADDR in the account");
        return EXIT_USAGE_ERROR;
    }
    return cli_envelope_sender(&s->sender, &s->account, text,
                               ph__buf_text(&s->user.domain));
}

/* ---- the message ---- */

/* One read. EXIT_DONE, or -1 if there may be more. */
static int read_some(struct ph__buf *input)
{
    int rc = ph__buf_reserve(input, CHUNK);
    if (rc == PH_E_LIMIT) {
        cli_error("the message is larger than %d octets: send less at once",
                  PH__CONTENT_MAX);
        return EXIT_BAD_DATA;
    }
    if (rc)
        return cli_wrong_memory();
    ssize_t n;
    do
        n = read(STDIN_FILENO, input->data + input->len, CHUNK);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        cli_error("standard input cannot be read: %s", strerror(errno));
        return EXIT_NO_INPUT;
    }
    input->len += (size_t)n;
    input->data[input->len] = '\0';
    return n ? -1 : EXIT_DONE;
}

/* Whoever ends by a dot may wait for us then, with the pipe still open. */
static int read_input(struct sendmail *s)
{
    size_t at = 0;
    int status;
    do {
        status = read_some(&s->input);
        struct ph_slice all = {ph__buf_text(&s->input), s->input.len};
        if (status > 0 || s->options.ignore_dots)
            continue;
        if (cli_sendmail_dot(&at, all, status == EXIT_DONE)) {
            s->input.len = at;
            status = EXIT_DONE;
        }
    } while (status < 0);
    s->begin = cli_sendmail_begin(
        (struct ph_slice){ph__buf_text(&s->input), s->input.len});
    return status;
}

/* Of those that say who the sender is, the nearest; "" = nobody. */
static const char *full_name(const struct sendmail *s)
{
    if (s->options.full_name)
        return s->options.full_name;
    if (!s->sender.len)
        return "";
    return ph__buf_text(s->account.len ? &s->account : &s->user.full_name);
}

/* As that of a message of our own (RFC 5322 3.6.4). */
static int make_id(struct ph__buf *out, int64_t now, const char *domain)
{
    unsigned char random[10];
    char text[2 * sizeof(random) + 1];
    if (RAND_bytes(random, sizeof(random)) != 1)
        return PH_E_SYSTEM;
    ph__text_hex(text, random, sizeof(random));
    return ph__buf_format(out, "%llx.%s@%s", (unsigned long long)now, text,
                          domain);
}

static int complete(struct sendmail *s)
{
    struct ph__buf from = PH__BUF(PH__ADDRESS_MAX);
    struct ph__buf id = PH__BUF(PH__MESSAGE_ID_MAX);
    const char *domain = ph__buf_text(&s->user.domain);
    bool nobody = !s->sender.len;
    int64_t now = (int64_t)time(NULL);
    int rc = nobody ? ph__buf_format(&from, "MAILER-DAEMON@%s", domain)
                    : ph__buf_add_text(&from, ph__buf_text(&s->sender));
    if (!rc)
        rc = make_id(&id, now, domain);
    struct cli_sendmail_facts facts = {.full_name = full_name(s),
                                       .address = ph__buf_text(&from),
                                       .domain = domain,
                                       .id = ph__buf_text(&id),
                                       .date = now};
    if (!rc)
        rc = cli_sendmail_complete(&s->text, s->begin, &facts);
    ph__buf_done(&from);
    ph__buf_done(&id);
    if (rc)
        cli_error("the message cannot be made: %s", ph_strerror(rc));
    return rc ? cli_exit_for_code(rc) : EXIT_DONE;
}

/* ---- the envelope ---- */

static int take_header(void *user, const char *name, struct ph_slice value)
{
    return cli_envelope_add(user, name, value);
}

static int add_recipients(struct sendmail *s, struct cli_envelope *e)
{
    const struct cli_texts *words = &s->options.recipients;
    int status = EXIT_DONE;
    for (size_t i = 0; i < words->count && !status; i++) {
        struct ph_slice list = {words->items[i], strlen(words->items[i])};
        status = cli_envelope_add(e, "recipient", list);
    }
    if (!status && s->options.take_recipients)
        status = cli_sendmail_recipients(s->begin, take_header, e);
    if (status || ph_message_recipient_count(e->msg) ||
        ph_message_check(e->msg) != PH_E_INVALID)
        return status;
    if (e->named)
        cli_error("%s: no address is left: the aliases lead to none: correct "
                  "them",
                  s->aliases.path);
    else
        cli_error("no recipient is named: write To, Cc or Bcc into the "
                  "message, or addresses behind sendmail");
    return EXIT_BAD_DATA;
}

static int check(const struct ph_message *msg)
{
    int rc = ph_message_check(msg);
    if (!rc)
        return EXIT_DONE;
    const char *problem = ph_message_problem(msg);
    cli_error("the message cannot be sent: %s: correct it",
              *problem ? problem : ph_strerror(rc));
    return rc == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
}

static int make_message(struct ph_message **out, struct sendmail *s)
{
    struct ph_message *msg = ph_message_new();
    if (!msg)
        return cli_wrong_memory();
    struct cli_envelope envelope = {.msg = msg,
                                    .domain = ph__buf_text(&s->user.domain),
                                    .aliases = &s->aliases};
    ph_message_ready(msg, ph__buf_text(&s->text), s->text.len, false);
    ph_message_envelope_from(msg, ph__buf_text(&s->sender));
    int status = add_recipients(s, &envelope);
    if (!status)
        status = check(msg);
    if (status)
        ph_message_free(msg);
    else
        *out = msg;
    return status;
}

/* ---- doing it ---- */

/* Success is silent. */
static void on_sent(const struct ph_result *result, void *user)
{
    struct sendmail *s = user;
    struct cli_told told = {0};
    for (size_t i = 0; i < result->count; i++) {
        const struct ph_recipient_result *r = &result->recipients[i];
        struct ph__buf line = PH__BUF(REPLY_ROOM);
        struct cli_fate fate = cli_fate_of(result, i);
        s->status = cli_exit_worse(s->status, cli_exit_for(r));
        s->uncertain |= r->outcome == PH_UNCERTAIN;
        if (r->outcome != PH_ACCEPTED) {
            int rc = cli_report_text(&line, &fate);
            cli_error("%s", rc ? ph_strerror(rc) : ph__buf_text(&line));
        }
        if (cli_told_anew(&told, cli_server_name_for(&s->server, r), r))
            cli_server_explain(&s->server, result->mechanism, r);
        ph__buf_done(&line);
    }
}

/* Takes `msg`. */
static int transmit(struct sendmail *s, uv_loop_t *loop, struct ph_message *msg)
{
    struct cli_sender sender;
    cli_server_watch(&s->server, s->options.trace);
    s->server.client.connections = 1;
    int status = cli_sender_open(&sender, &s->server, loop);
    if (status) {
        ph_message_free(msg);
        return status;
    }
    struct ph_send_options options = {
        .size = sizeof(options),
        .parameters = s->options.request.size ? &s->options.request : NULL};
    int rc = cli_sender_send(&sender, msg, &options, on_sent, s);
    if (rc) {
        cli_wrong_code(rc);
        ph_message_free(msg);
    }
    cli_sender_close(&sender);
    uv_run(loop, UV_RUN_DEFAULT);
    if (s->status)
        cli_error("what was not accepted is not kept, for there is no queue: "
                  "send it again to those named above%s",
                  s->uncertain ? " (who is uncertain may get it twice)" : "");
    return rc ? cli_exit_for_code(rc) : s->status;
}

/* Takes `msg`, which has copies of what it needs. */
static int send_it(struct sendmail *s, struct ph_message *msg)
{
    uv_loop_t loop;
    ph__buf_done(&s->input);
    ph__buf_done(&s->text);
    int status = cli_server_loop(&loop);
    if (status) {
        ph_message_free(msg);
        return status;
    }
    status = transmit(s, &loop, msg);
    uv_loop_close(&loop);
    return status;
}

static int run(struct sendmail *s)
{
    struct ph_message *msg = NULL;
    int status = find_server(s);
    if (!status)
        status = find_user(s);
    if (!status)
        status = find_sender(s);
    if (!status)
        status = read_input(s);
    if (!status)
        status = complete(s);
    if (!status)
        status = make_message(&msg, s);
    if (!status)
        status = send_it(s, msg);
    return status;
}

int cli_sendmail(int argc, char **argv)
{
    struct sendmail s = {.input = PH__BUF((size_t)PH__CONTENT_MAX + TEXT_ROOM),
                         .text = PH__BUF((size_t)PH__CONTENT_MAX + TEXT_ROOM),
                         .sender = PH__BUF(PH__ADDRESS_MAX + PH__DOMAIN_MAX),
                         .account = PH__BUF(PH__MAILBOX_NAME_MAX)};
    cli_server_init(&s.server);
    int status = cli_sendmail_options(&s.options, argc, argv);
    if (!status && s.options.help)
        cli_sendmail_help();
    else if (!status && !s.options.recipients.count &&
             !s.options.take_recipients)
        status = cli_usage("there is no recipient", NULL,
                           "give addresses, or -t: those of the message");
    else if (!status)
        status = run(&s);
    cli_sendmail_options_done(&s.options);
    cli_aliases_done(&s.aliases);
    cli_user_done(&s.user);
    cli_server_done(&s.server);
    ph__buf_done(&s.input);
    ph__buf_done(&s.text);
    ph__buf_done(&s.sender);
    ph__buf_done(&s.account);
    return status;
}
