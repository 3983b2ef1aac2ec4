#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/text.h"
#include "cli/discover.h"
#include "cli/server.h"
#include "cli/wrong.h"

enum { PORT_RELAY = 25, PORT_SUBMISSION = 587, PORT_SUBMISSIONS = 465 };

/* ---- what may stand in an option ---- */

/* Everything here reaches the wire or a certificate check. */
static const struct {
    enum cli_server_option id;
    const char *name;
} texts[] = {
    {CLI_USER, "--user"},         {CLI_PASSWORD, "--password"},
    {CLI_AUTH_ID, "--auth-id"},   {CLI_OAUTH_TOKEN, "--oauth-token"},
    {CLI_HELLO, "--hello"},       {CLI_WITHOUT, "--without"},
    {CLI_TLS_NAME, "--tls-name"},
};

static int check_texts(const struct cli_server *s)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        const char *value = cli_server_said(s, texts[i].id);
        if (value && !ph__text_no_controls(value, strlen(value)))
            return cli_usage(texts[i].name, NULL,
                             "a control character is in it: leave that out");
        if (value && !*value && texts[i].id != CLI_WITHOUT)
            return cli_usage(texts[i].name, NULL, "it is empty: say more");
    }
    const char *hello = cli_server_said(s, CLI_HELLO);
    return hello && strchr(hello, ' ')
               ? cli_usage("--hello", hello, "give one word")
               : EXIT_DONE;
}

/* ---- which server ---- */

static int place_of_preset(struct cli_server *s)
{
    int rc = ph__text_copy(&s->url.host, s->preset->host);
    s->url.port = s->preset->port;
    s->url.implicit_tls = s->preset->implicit_tls;
    if (rc)
        cli_wrong_code(rc);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

/* By the first of them an exchanger would be taken for another, or get a
 * secret that is not for it. */
static int settle_exchangers(struct cli_server *s, const char *rest)
{
    static const enum cli_server_option of_one_server[] = {
        CLI_ACCOUNT,
        CLI_TLS_NAME,
        CLI_TLS_PIN,
        CLI_USER,
        CLI_PASSWORD,
        CLI_PASSWORD_FILE,
        CLI_PASSWORD_COMMAND,
        CLI_OAUTH_TOKEN,
        CLI_OAUTH_TOKEN_FILE,
        CLI_OAUTH_TOKEN_COMMAND,
        CLI_AUTH,
        CLI_AUTH_ID,
        CLI_AUTH_PLAINTEXT,
        CLI_AUTH_TWO_STEP,
    };
    char name[32];
    s->exchangers = true;
    if (*rest)
        return cli_usage("something follows mx:", NULL,
                         "leave it out: the recipients' domains say where "
                         "their mail goes");
    for (size_t i = 0; i < sizeof(of_one_server) / sizeof(*of_one_server);
         i++) {
        bool said = of_one_server[i] == CLI_ACCOUNT
                        ? s->preset != NULL /* a section may say mx: */
                        : cli_server_said(s, of_one_server[i]) != NULL;
        if (!said)
            continue;
        snprintf(name, sizeof(name), "--%s",
                 cli_server_option_name(of_one_server[i]));
        return cli_usage(name, NULL,
                         "it is for one server, and mx: leads to many: leave "
                         "out one of the two");
    }
    return EXIT_DONE;
}

static int settle_url(struct cli_server *s, const char *fallback)
{
    const char *said = cli_server_said(s, CLI_SERVER);
    if (s->preset && !said)
        return place_of_preset(s);
    const char *text = said ? said : fallback;
    if (!text || !*text)
        return cli_usage("no server is named", NULL,
                         "give --server smtp://HOST, set $POSTHASTE_SERVER, or "
                         "write [default] in ~/.config/posthaste/config");
    if (strncmp(text, "srv:", 4) == 0) {
        s->discovered = true;
        return cli_discover(&s->url, text + 4,
                            cli_server_said(s, CLI_TLS_NAME) != NULL);
    }
    if (strncmp(text, "mx:", 3) == 0)
        return settle_exchangers(s, text + 3);
    const char *problem = cli_url_parse(&s->url, text);
    if (problem) { /* not the URL itself: there may be a password in it */
        cli_error("%s: the URL %s: correct it",
                  said ? "--server" : "$POSTHASTE_SERVER", problem);
        return EXIT_USAGE_ERROR;
    }
    return EXIT_DONE;
}

/* The port that is usual for what is asked for. */
static uint16_t usual_port(const struct cli_server *s)
{
    if (s->url.implicit_tls)
        return PORT_SUBMISSIONS;
    return s->login.given ? PORT_SUBMISSION : PORT_RELAY;
}

static int settle_address(struct cli_server *s, uint16_t port)
{
    if (s->exchangers)
        return EXIT_DONE;
    bool v6 = s->url.host && strchr(s->url.host, ':');
    int rc = s->url.path ? ph__buf_format(&s->address, "unix:%s", s->url.path)
                         : ph__buf_format(&s->address, v6 ? "[%s]:%u" : "%s:%u",
                                          s->url.host, port);
    if (rc)
        cli_wrong_code(rc);
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

/* ---- encryption ---- */

static int settle_mode(struct cli_server *s, uint16_t port)
{
    static const char *const modes[] = {[PH_TLS_REQUIRED] = "required",
                                        [PH_TLS_OPPORTUNISTIC] =
                                            "opportunistic",
                                        [PH_TLS_NONE] = "none"};
    const char *said = cli_server_said(s, CLI_TLS);
    int mode = 0;
    while (said && mode < 3 && strcmp(said, modes[mode]) != 0)
        mode++;
    if (mode == 3)
        return cli_usage("--tls", said, "give none, opportunistic or required");
    if (s->url.implicit_tls && mode != PH_TLS_REQUIRED)
        return cli_usage("--tls", said, "smtps:// is always encrypted");
    if (s->url.implicit_tls)
        mode = PH_TLS_IMPLICIT;
    else if (!said && !s->login.given && !s->discovered &&
             port != PORT_SUBMISSION)
        mode = s->url.path ? PH_TLS_NONE : PH_TLS_OPPORTUNISTIC;
    s->session.tls = (enum ph_tls)mode;
    if (port == PORT_SUBMISSIONS && mode != PH_TLS_IMPLICIT) /* U11 */
        cli_error("port 465 usually speaks TLS from the first byte: if nothing "
                  "answers, use smtps://");
    return EXIT_DONE;
}

/* PH_OK, PH_E_INVALID, PH_E_NOMEM. */
static int check_pin(const char *text)
{
    enum { HASH = 32 };
    static const char prefix[] = "sha256//";
    size_t len = sizeof(prefix) - 1;
    struct ph__buf hash = PH__BUF(HASH + 2); /* base64 goes by threes */
    int rc = PH_E_INVALID;
    if (strncmp(text, prefix, len) == 0)
        rc = ph__base64_decode(&hash, text + len, strlen(text + len));
    bool good = !rc && hash.len == HASH;
    ph__buf_done(&hash);
    return good ? PH_OK : rc == PH_E_NOMEM ? rc : PH_E_INVALID;
}

static int settle_pins(struct cli_server *s)
{
    for (size_t i = 0; i < s->pins.count; i++) {
        int rc = check_pin(s->pins.items[i]);
        if (rc == PH_E_INVALID)
            return cli_usage("--tls-pin", s->pins.items[i],
                             "write sha256// and the base64 of a SHA-256 (44 "
                             "characters)");
        if (rc) {
            cli_wrong_code(rc);
            return EXIT_TRY_LATER;
        }
    }
    if (!s->pins.count)
        return EXIT_DONE;
    int status = cli_texts_add(&s->pins, NULL); /* the end of the list */
    s->client.tls_pins = s->pins.items;
    return status;
}

static int check_file(const char *path)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (path && fd < 0)
        return cli_wrong_file(path, errno);
    if (path)
        close(fd);
    return EXIT_DONE;
}

static int settle_files(struct cli_server *s)
{
    struct ph_client_options *c = &s->client;
    c->tls_ca_file = cli_server_said(s, CLI_TLS_CA);
    c->tls_cert_file = cli_server_said(s, CLI_TLS_CERT);
    c->tls_key_file = cli_server_said(s, CLI_TLS_KEY);
    if (c->tls_key_file && !c->tls_cert_file)
        return cli_usage("--tls-key", NULL, "add --tls-cert FILE");
    if (!c->tls_key_file)
        c->tls_key_file = c->tls_cert_file;
    int status = check_file(c->tls_ca_file);
    if (!status)
        status = check_file(c->tls_cert_file);
    return status ? status : check_file(c->tls_key_file);
}

static void log_keys(void *user, const char *line)
{
    struct cli_server *s = user;
    cli_key_log_add(&s->key_log, line);
}

static int settle_key_log(struct cli_server *s)
{
    const char *path = cli_server_said(s, CLI_TLS_KEYLOG);
    if (!path)
        path = getenv("SSLKEYLOGFILE");
    if (!path || !*path || s->session.tls == PH_TLS_NONE)
        return EXIT_DONE;
    s->client.tls_key_log = log_keys;
    return cli_key_log_open(&s->key_log, path);
}

static int settle_tls(struct cli_server *s, uint16_t port)
{
    const char *least = cli_server_said(s, CLI_TLS_MIN);
    s->client.tls_name = cli_server_said(s, CLI_TLS_NAME);
    s->client.tls_insecure = cli_server_said(s, CLI_TLS_INSECURE) != NULL;
    s->client.tls_1_3 = least && strcmp(least, "1.3") == 0;
    if (least && !s->client.tls_1_3 && strcmp(least, "1.2") != 0)
        return cli_usage("--tls-min", least, "give 1.2 or 1.3");
    int status = settle_mode(s, port);
    if (!status)
        status = settle_pins(s);
    if (!status)
        status = settle_files(s);
    return status ? status : settle_key_log(s);
}

/* ---- all together ---- */

static void on_login(struct ph_login *login, const struct ph_error *refused,
                     void *user)
{
    struct cli_server *s = user;
    cli_login_ask(&s->login, login, refused != NULL);
}

/* A secret that a command prints is asked for in each session. */
static void hand_over_login(struct cli_server *s)
{
    if (s->login.words)
        s->client.login = on_login;
    else if (s->login.given)
        s->session.auth = &s->login.credentials;
}

static void on_tap(void *user, const struct ph_tap *tap)
{
    struct cli_server *s = user;
    cli_capture_add(&s->capture, tap);
}

static int settle_capture(struct cli_server *s)
{
    const char *path = cli_server_said(s, CLI_PCAP);
    if (!path)
        return EXIT_DONE;
    s->client.tap = on_tap;
    return cli_capture_open(&s->capture, path);
}

static void make_options(struct cli_server *s, uint16_t port)
{
    s->session.size = sizeof(s->session);
    s->session.hello = cli_server_said(s, CLI_HELLO);
    s->session.without = cli_server_said(s, CLI_WITHOUT);
    s->session.chunking = cli_server_said(s, CLI_CHUNKING) != NULL;
    s->session.lmtp = s->url.lmtp;
    s->client.size = sizeof(s->client);
    s->client.host = s->url.host;
    s->client.port = s->exchangers ? 0 : port;
    s->client.unix_path = s->url.path;
    s->client.session = &s->session;
    s->client.network = &s->network.options;
    s->client.timeout_secs = s->timeout_secs;
    s->client.user = s;
    s->client.problem = s->problem;
    s->client.problem_size = sizeof(s->problem);
    if (s->preset) {
        s->client.connections = s->preset->connections;
        s->client.messages_per_connection = s->preset->messages;
    }
    hand_over_login(s);
}

static int settle(struct cli_server *s, const char *fallback)
{
    int status = settle_url(s, fallback);
    if (!status)
        status = check_texts(s);
    if (!status)
        status = cli_login_settle(&s->login, s);
    if (!status)
        status = cli_network_settle(&s->network, s);
    if (status)
        return status;
    uint16_t port = s->url.port ? s->url.port : usual_port(s);
    status = settle_tls(s, port);
    if (!status)
        status = settle_address(s, port);
    make_options(s, port);
    return status ? status : settle_capture(s);
}

int cli_server_account(struct cli_server *s, const char *fallback)
{
    return cli_account_settle(&s->account, s, fallback);
}

int cli_server_finish(struct cli_server *s, const char *fallback)
{
    int status = cli_server_account(s, fallback);
    return status ? status
                  : cli_account_blame(&s->account, settle(s, fallback));
}
