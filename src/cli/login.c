#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/file.h"
#include "cli/server.h"
#include "cli/wrong.h"
#include "sasl/sasl.h"

enum { SECRET_LIMIT = 64 * 1024, FILE_ROOM = 64 * 1024 };

void cli_login_init(struct cli_login *l)
{
    *l = (struct cli_login){.secret = PH__BUF(SECRET_LIMIT + FILE_ROOM)};
}

void cli_login_done(struct cli_login *l)
{
    ph__buf_wipe(&l->secret);
    free(l->words);
    cli_login_init(l);
}

/* ---- what the options mean ---- */

enum way { AS_IT_IS, IN_A_FILE, BY_A_COMMAND };
static const struct source {
    enum cli_server_option option;
    enum way way;
    bool is_token;
} sources[] = {
    {CLI_PASSWORD, AS_IT_IS, false},
    {CLI_PASSWORD_FILE, IN_A_FILE, false},
    {CLI_PASSWORD_COMMAND, BY_A_COMMAND, false},
    {CLI_OAUTH_TOKEN, AS_IT_IS, true},
    {CLI_OAUTH_TOKEN_FILE, IN_A_FILE, true},
    {CLI_OAUTH_TOKEN_COMMAND, BY_A_COMMAND, true},
};
enum { SOURCES = sizeof(sources) / sizeof(*sources) };

static int read_secret(struct cli_login *l, const char *path)
{
    int status = cli_file_read(&l->secret, path);
    if (status)
        return status;
    l->secret.len = strcspn(ph__buf_text(&l->secret), "\r\n");
    if (l->secret.data)
        l->secret.data[l->secret.len] = '\0';
    const char *line = ph__buf_text(&l->secret);
    if (l->secret.len && ph__text_no_controls(line, l->secret.len))
        return EXIT_DONE;
    cli_error("%s: its first line is no password: write one there", path);
    return EXIT_BAD_DATA;
}

static int read_command(struct cli_login *l, const char *option,
                        const char *line)
{
    int rc = cli_command_words(&l->words, line);
    if (rc == PH_E_INVALID)
        return cli_usage(option, NULL,
                         "there is no command in it, or a quote does not end: "
                         "write PROGRAM ARGUMENT...");
    if (rc)
        cli_wrong_memory();
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

static void take_secret(struct cli_login *l, bool is_token, const char *secret)
{
    if (is_token)
        l->credentials.token = secret;
    else
        l->credentials.password = secret;
}

static int take_source(struct cli_login *l, const struct source *source,
                       const char *value)
{
    const char *option =
        source->is_token ? "--oauth-token-command" : "--password-command";
    int status = EXIT_DONE;
    l->is_token = source->is_token;
    switch (source->way) {
    case AS_IT_IS:
        take_secret(l, source->is_token, value);
        return EXIT_DONE;
    case IN_A_FILE:
        status = read_secret(l, value);
        take_secret(l, source->is_token, ph__buf_text(&l->secret));
        return status;
    case BY_A_COMMAND:
        return read_command(l, option, value);
    }
    return status;
}

/* *found: a secret is there, or will be. */
static int find_secret(struct cli_login *l, const struct cli_server *s,
                       bool *found)
{
    const struct source *source = NULL;
    for (int i = 0; i < SOURCES; i++) {
        if (!cli_server_said(s, sources[i].option))
            continue;
        if (source)
            return cli_usage("--password, --oauth-token, and what a file or "
                             "command says in their place",
                             NULL, "give only one");
        source = &sources[i];
    }
    *found = source || s->url.password;
    if (source)
        return take_source(l, source, cli_server_said(s, source->option));
    l->credentials.password = s->url.password;
    return EXIT_DONE;
}

static int check_mechanisms(const char *list)
{
    char name[32];
    for (const char *at = list ? list : ""; list; at++) {
        size_t len = strcspn(at, ",");
        bool fits = len < sizeof(name);
        memcpy(name, at, fits ? len : 0);
        name[fits ? len : 0] = '\0';
        if (!ph__sasl_bit(name))
            return cli_usage(
                "--auth", list,
                "known are OAUTHBEARER, XOAUTH2, SCRAM-SHA-256-PLUS, "
                "SCRAM-SHA-256, SCRAM-SHA-1-PLUS, SCRAM-SHA-1, DIGEST-MD5, "
                "CRAM-MD5, PLAIN, LOGIN and EXTERNAL");
        at += len;
        if (!*at)
            break;
    }
    return EXIT_DONE;
}

/* What is given has to make a login. */
static int check_parts(const struct cli_server *s, const char *user, bool found,
                       bool external)
{
    bool cert = cli_server_said(s, CLI_TLS_CERT) != NULL;
    if (external && !cert)
        return cli_usage("--auth EXTERNAL goes by a certificate", NULL,
                         "add --tls-cert FILE");
    if (found && (!user || !*user))
        return cli_usage("there is a secret but no user name", NULL,
                         "add --user NAME");
    if (user && !found)
        return cli_usage(
            "there is a user name but no password", NULL,
            external ? "leave it out (--auth-id says whom to act as), or add "
                       "--password-file FILE"
                     : "add --password-file FILE");
    return EXIT_DONE;
}

int cli_login_settle(struct cli_login *l, const struct cli_server *s)
{
    const char *list = cli_server_said(s, CLI_AUTH);
    const char *user = cli_server_said(s, CLI_USER);
    bool external = list && ph__text_listed(list, "EXTERNAL");
    bool found = false;
    if (!user)
        user = s->url.user;
    if (!list && s->preset)
        list = s->preset->mechanisms;
    int status = check_mechanisms(list);
    if (!status)
        status = find_secret(l, s, &found);
    if (!status)
        status = check_parts(s, user, found, external);
    if (status)
        return status;
    struct ph_credentials *c = &l->credentials;
    c->size = sizeof(*c);
    c->user = user;
    c->authzid = cli_server_said(s, CLI_AUTH_ID);
    c->mechanisms = list;
    c->plaintext = cli_server_said(s, CLI_AUTH_PLAINTEXT) != NULL;
    c->two_step = cli_server_said(s, CLI_AUTH_TWO_STEP) != NULL;
    c->certificate = external;
    l->given = found || external;
    return EXIT_DONE;
}

/* ---- questions ---- */

struct cli_question {
    struct ph_login *login;
    struct cli_question *next;
};

static void start(struct cli_login *l);

/* A line that cannot be used is refused by the library, in its own words. */
static void answer(const struct cli_login *l, struct ph_login *login,
                   const char *line, const char *why)
{
    struct ph_credentials c = l->credentials;
    if (!line) {
        ph_login_fail(login, why);
        return;
    }
    if (l->is_token)
        c.token = line;
    else
        c.password = line;
    (void)ph_login_give(login, &c);
}

static void answer_all(struct cli_login *l, const char *line, const char *why)
{
    struct cli_question *q = l->asked;
    l->asked = NULL;
    while (q) {
        struct cli_question *next = q->next;
        answer(l, q->login, line, why);
        free(q);
        q = next;
    }
}

static void on_line(void *user, const char *line, const char *why)
{
    struct cli_login *l = user;
    l->running = NULL;
    answer_all(l, line, why);
    l->asked = l->later;
    l->later = NULL;
    if (!l->asked)
        return;
    if (l->stopped)
        answer_all(l, NULL, why);
    else
        start(l);
}

static void start(struct cli_login *l)
{
    if (cli_command_start(&l->running, l->loop, l->words, CLI_COMMAND_SECS,
                          on_line, l))
        answer_all(l, NULL, "out of memory");
}

void cli_login_ask(struct cli_login *l, struct ph_login *login, bool refused)
{
    struct cli_question *q = malloc(sizeof(*q));
    if (!q) {
        ph_login_fail(login, "out of memory");
        return;
    }
    struct cli_question **list = l->running && refused ? &l->later : &l->asked;
    *q = (struct cli_question){.login = login, .next = *list};
    *list = q;
    if (!l->running)
        start(l);
}

void cli_login_stop(struct cli_login *l)
{
    l->stopped = true;
    if (l->running)
        cli_command_kill(l->running);
}
