#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/exit.h"
#include "cli/file.h"
#include "cli/server.h"

enum server_option {
    SERVER = CLI_SERVER_FIRST,
    TLS,
    TLS_CA,
    TLS_NAME,
    TLS_INSECURE,
    USER,
    PASSWORD,
    PASSWORD_FILE,
    AUTH,
    AUTH_ID,
    AUTH_PLAINTEXT,
    AUTH_TWO_STEP,
    HELLO,
    TIMEOUT,
    WITHOUT,
    CHUNKING
};

const struct cli_option cli_server_options[] = {
    CLI_HEADING("Which server:"),
    {SERVER, 's', "server", "URL",
     "smtp://HOST[:PORT]   port 587 with credentials, else 25\n"
     "smtps://HOST[:PORT]  TLS from the first byte, port 465\n"
     "lmtp://HOST:PORT     LMTP, to a mail store\n"
     "smtp+unix:///PATH, lmtp+unix:///PATH  a unix socket\n"
     "USER:PASSWORD@ may stand before HOST, percent-encoded;\n"
     "default $POSTHASTE_SERVER"},
    {HELLO, 0, "hello", "NAME",
     "what EHLO says (default: this host's name if it has a\n"
     "dot, else its address in brackets)"},
    {TIMEOUT, 0, "timeout", "SECONDS",
     "at most so long for connecting, for the handshake, for\n"
     "each reply and for a blocked write (default: those of\n"
     "RFC 5321 4.5.3.2)"},
    {WITHOUT, 0, "without", "EXT[,EXT]",
     "as if the server did not offer PIPELINING, SIZE, ..."},
    {CHUNKING, 0, "chunking", NULL,
     "send content by BDAT where CHUNKING is offered, so that\n"
     "many messages go out without a wait"},

    CLI_HEADING("Encryption:"),
    {TLS, 0, "tls", "MODE",
     "none, opportunistic (STARTTLS if offered) or required\n"
     "(default: required with credentials or port 587, none\n"
     "for unix sockets, else opportunistic)"},
    {TLS_CA, 0, "tls-ca", "FILE",
     "trust these certificates (PEM), not the system's"},
    {TLS_NAME, 0, "tls-name", "NAME",
     "the certificate must be for NAME (default: HOST)"},
    {TLS_INSECURE, 0, "tls-insecure", NULL, "take any certificate"},

    CLI_HEADING("Who we are:"),
    {USER, 0, "user", "NAME", "log in as NAME"},
    {PASSWORD, 0, "password", "TEXT",
     "with this password (others may see it before it is\n"
     "hidden: --password-file is better)"},
    {PASSWORD_FILE, 0, "password-file", "FILE",
     "with the password in the first line of FILE"},
    {AUTH, 0, "auth", "MECH[,MECH]",
     "only these mechanisms, in this order (default:\n"
     "PLAIN,LOGIN, of those that the server offers)"},
    {AUTH_ID, 0, "auth-id", "AUTHZID", "act as somebody else (PLAIN)"},
    {AUTH_PLAINTEXT, 0, "auth-plaintext", NULL,
     "show the password to the network where there is no TLS"},
    {AUTH_TWO_STEP, 0, "auth-two-step", NULL,
     "send nothing along with AUTH: wait for the server"},
    {0, 0, NULL, NULL, NULL}};

enum { SECRET_LIMIT = 64 * 1024, ADDRESS_LIMIT = 4096 };

void cli_server_init(struct cli_server *s)
{
    *s = (struct cli_server){.secret = PH__BUF(SECRET_LIMIT + 64 * 1024),
                             .address = PH__BUF(ADDRESS_LIMIT)};
}

void cli_server_done(struct cli_server *s)
{
    cli_url_done(&s->url);
    ph__buf_wipe(&s->secret);
    ph__buf_done(&s->address);
    cli_server_init(s);
}

int cli_number(unsigned *out, const char *option, const char *value,
               unsigned least)
{
    uint64_t number;
    if (!ph__text_to_u64(value, strlen(value), &number) || number < least ||
        number > 1000000) {
        cli_error("%s %s: give a number from %u to 1000000", option, value,
                  least);
        return EXIT_USAGE_ERROR;
    }
    *out = (unsigned)number;
    return EXIT_DONE;
}

int cli_server_option(struct cli_server *s, int id, const char *value)
{
    switch ((enum server_option)id) {
    case SERVER:
        s->url_text = value;
        break;
    case TLS:
        s->tls = value;
        break;
    case TLS_CA:
        s->tls_ca = value;
        break;
    case TLS_NAME:
        s->tls_name = value;
        break;
    case TLS_INSECURE:
        s->tls_insecure = true;
        break;
    case USER:
        s->user = value;
        break;
    case PASSWORD:
        s->password = value;
        break;
    case PASSWORD_FILE:
        s->password_file = value;
        break;
    case AUTH:
        s->auth = value;
        break;
    case AUTH_ID:
        s->auth_id = value;
        break;
    case AUTH_PLAINTEXT:
        s->auth_plaintext = true;
        break;
    case AUTH_TWO_STEP:
        s->auth_two_step = true;
        break;
    case HELLO:
        s->hello = value;
        break;
    case TIMEOUT:
        return cli_number(&s->timeout_secs, "--timeout", value, 1);
    case WITHOUT:
        s->without = value;
        break;
    case CHUNKING:
        s->chunking = true;
        break;
    }
    return EXIT_DONE;
}

/* ---- what they mean together ---- */

/* Everything here reaches the wire or a certificate check. */
static int refuse_controls(const struct cli_server *s)
{
    const struct {
        const char *option;
        const char *value;
    } texts[] = {
        {"--user", s->user},       {"--password", s->password},
        {"--auth-id", s->auth_id}, {"--hello", s->hello},
        {"--without", s->without}, {"--tls-name", s->tls_name},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (texts[i].value &&
            !ph__text_no_controls(texts[i].value, strlen(texts[i].value)))
            return cli_usage(texts[i].option, NULL,
                             "a control character is in it: leave that out");
    if (s->hello && (!*s->hello || strchr(s->hello, ' ')))
        return cli_usage("--hello", s->hello, "give one word");
    return EXIT_DONE;
}

static int read_secret(struct cli_server *s)
{
    int status = cli_file_read(&s->secret, s->password_file);
    if (status)
        return status;
    s->secret.len = strcspn(ph__buf_text(&s->secret), "\r\n");
    if (s->secret.data)
        s->secret.data[s->secret.len] = '\0';
    s->password = ph__buf_text(&s->secret);
    if (s->secret.len && ph__text_no_controls(s->password, s->secret.len))
        return EXIT_DONE;
    cli_error("%s: its first line is no password: write one there",
              s->password_file);
    return EXIT_BAD_DATA;
}

static int check_mechanisms(const char *list)
{
    if (!list)
        return EXIT_DONE;
    for (const char *at = list;; at++) {
        size_t len = strcspn(at, ",");
        bool known = (len == 5 && (ph__text_same_len(at, "PLAIN", len) ||
                                   ph__text_same_len(at, "LOGIN", len)));
        if (!known)
            return cli_usage("--auth", list, "known are PLAIN and LOGIN");
        at += len;
        if (!*at)
            return EXIT_DONE;
    }
}

static int settle_credentials(struct cli_server *s)
{
    const char *user = s->user ? s->user : s->url.user;
    if (s->password && s->password_file)
        return cli_usage("--password and --password-file", NULL,
                         "give only one");
    int status = s->password_file ? read_secret(s) : EXIT_DONE;
    if (status)
        return status;
    const char *password = s->password ? s->password : s->url.password;
    if (password && (!user || !*user))
        return cli_usage("there is a password but no user name", NULL,
                         "add --user NAME");
    if (user && !password)
        return cli_usage("there is a user name but no password", NULL,
                         "add --password-file FILE");
    if (!user)
        return EXIT_DONE;
    s->credentials = (struct ph_credentials){.size = sizeof(s->credentials),
                                             .user = user,
                                             .password = password,
                                             .authzid = s->auth_id,
                                             .mechanisms = s->auth,
                                             .plaintext = s->auth_plaintext,
                                             .two_step = s->auth_two_step};
    s->session.auth = &s->credentials;
    return EXIT_DONE;
}

static int settle_tls(struct cli_server *s, uint16_t port)
{
    static const char *const modes[] = {[PH_TLS_REQUIRED] = "required",
                                        [PH_TLS_OPPORTUNISTIC] =
                                            "opportunistic",
                                        [PH_TLS_NONE] = "none"};
    int mode = 0;
    while (s->tls && mode < 3 && strcmp(s->tls, modes[mode]) != 0)
        mode++;
    if (mode == 3)
        return cli_usage("--tls", s->tls,
                         "give none, opportunistic or required");
    if (s->url.implicit_tls && mode != PH_TLS_REQUIRED)
        return cli_usage("--tls", s->tls, "smtps:// is always encrypted");
    if (s->url.implicit_tls)
        mode = PH_TLS_IMPLICIT;
    else if (!s->tls && !s->session.auth && port != 587)
        mode = s->url.path ? PH_TLS_NONE : PH_TLS_OPPORTUNISTIC;
    s->session.tls = (enum ph_tls)mode;
    return EXIT_DONE;
}

static int check_ca(const char *path)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (path && fd < 0) {
        cli_error("%s cannot be read: %s", path, strerror(errno));
        return EXIT_NO_INPUT;
    }
    if (path)
        close(fd);
    return EXIT_DONE;
}

static int settle_url(struct cli_server *s, const char *fallback)
{
    const char *text = s->url_text ? s->url_text : fallback;
    if (!text || !*text)
        return cli_usage("no server is named", NULL,
                         "give --server smtp://HOST or set $POSTHASTE_SERVER");
    const char *problem = cli_url_parse(&s->url, text);
    if (!problem)
        return EXIT_DONE;
    /* Not the URL itself: there may be a password in it. */
    cli_error("%s: the URL %s", s->url_text ? "--server" : "$POSTHASTE_SERVER",
              problem);
    return EXIT_USAGE_ERROR;
}

static int settle_address(struct cli_server *s, uint16_t port)
{
    bool v6 = s->url.host && strchr(s->url.host, ':');
    int rc = s->url.path ? ph__buf_format(&s->address, "unix:%s", s->url.path)
                         : ph__buf_format(&s->address, v6 ? "[%s]:%u" : "%s:%u",
                                          s->url.host, port);
    s->session.hello = s->hello;
    if (rc)
        cli_error("%s", ph_strerror(rc));
    return rc ? EXIT_TRY_LATER : EXIT_DONE;
}

int cli_server_finish(struct cli_server *s, const char *fallback)
{
    int status = settle_url(s, fallback);
    s->session.size = sizeof(s->session);
    s->session.without = s->without;
    s->session.chunking = s->chunking;
    s->session.lmtp = s->url.lmtp;
    if (!status)
        status = refuse_controls(s);
    if (!status)
        status = check_mechanisms(s->auth);
    if (!status)
        status = settle_credentials(s);
    if (status)
        return status;
    uint16_t usual = s->session.auth ? 587 : 25;
    if (s->url.implicit_tls)
        usual = 465;
    uint16_t port = s->url.port ? s->url.port : usual;
    status = settle_tls(s, port);
    if (!status)
        status = check_ca(s->tls_ca);
    if (!status)
        status = settle_address(s, port);
    s->client = (struct ph_client_options){.size = sizeof(s->client),
                                           .host = s->url.host,
                                           .port = port,
                                           .unix_path = s->url.path,
                                           .session = &s->session,
                                           .tls_name = s->tls_name,
                                           .tls_ca_file = s->tls_ca,
                                           .tls_insecure = s->tls_insecure,
                                           .timeout_secs = s->timeout_secs};
    return status;
}

int cli_server_client(const struct cli_server *s, struct ph_client **out,
                      struct uv_loop_s *loop)
{
    int rc = ph_client_new(out, loop, &s->client);
    if (rc == PH_E_TLS) {
        cli_error("%s: there is no certificate in it: give a PEM file",
                  s->tls_ca ? s->tls_ca : "the system's certificate store");
        return EXIT_NO_INPUT;
    }
    if (rc)
        cli_error("%s", ph_strerror(rc));
    return rc ? cli_exit_for_code(rc) : EXIT_DONE;
}
