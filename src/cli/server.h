/* cli/server.h - the options that say which server, and how to talk to it. */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include <posthaste/client.h>

#include "base/buf.h"
#include "cli/account.h"
#include "cli/capture.h"
#include "cli/key_log.h"
#include "cli/login.h"
#include "cli/network.h"
#include "cli/options.h"
#include "cli/presets.h"
#include "cli/stamp.h"
#include "cli/texts.h"
#include "cli/url.h"

/* Ids of these options begin here; a command's own lie below. */
enum { CLI_SERVER_FIRST = 1000 };
enum cli_server_option {
    CLI_SERVER = CLI_SERVER_FIRST,
    CLI_ACCOUNT,
    CLI_HELLO,
    CLI_TIMEOUT,
    CLI_WITHOUT,
    CLI_CHUNKING,
    CLI_TLS,
    CLI_TLS_CA,
    CLI_TLS_NAME,
    CLI_TLS_PIN,
    CLI_TLS_MIN,
    CLI_TLS_INSECURE,
    CLI_TLS_CERT,
    CLI_TLS_KEY,
    CLI_TLS_KEYLOG,
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
    CLI_PROXY,
    CLI_BIND,
    CLI_IPV4,
    CLI_IPV6,
    CLI_TRACE_TIMES,
    CLI_PCAP,
    CLI_FROM,    /* in an account; commands have their own --from */
    CLI_ALIASES, /* in an account, for sendmail */
    CLI_SERVER_END
};
extern const struct cli_option cli_server_options[];
/* What else may stand in an account. */
extern const struct cli_option cli_account_options[];
/* About `mx:`, for the --help of commands that know it. */
extern const struct cli_option cli_mx_notes[];

/* Must not move once it is finished. */
struct cli_server {
    /* What was said, borrowed from argv or an account; "" for an option without
     * argument. */
    const char *said[CLI_SERVER_END - CLI_SERVER_FIRST];
    struct cli_account account;
    struct cli_texts pins;
    bool discovered; /* srv: TLS is required then */
    bool exchangers; /* mx: there is no one server, see sender.h */
    unsigned timeout_secs;

    /* Made by cli_server_finish(). */
    const struct cli_preset *preset; /* the account's, or NULL */
    struct cli_url url;
    struct ph__buf address; /* "host:port" or "unix:/path"; "" with mx: */
    struct cli_login login;
    struct cli_network network;
    struct cli_key_log key_log;
    struct cli_capture capture;
    struct ph_session_options session;
    struct ph_client_options client;
    char problem[1024]; /* what a client says of files and pins */

    ph_notice_cb notice; /* or NULL: who is told of the client's notices */
    void *notice_user;
    struct cli_stamp stamp;
    bool shows_trace;   /* the dialogue is printed */
    bool has_client;    /* and it is not closed */
    bool heard;         /* the server has said something */
    uv_timer_t silence; /* until then; open while there is a client */
};

void cli_server_init(struct cli_server *s);
void cli_server_done(struct cli_server *s); /* wipes */

/* Takes an option with an id from CLI_SERVER_FIRST on. EXIT_DONE, or another
 * status after an error message. */
int cli_server_option(struct cli_server *s, int id, const char *value);
/* "tls-pin" for CLI_TLS_PIN. */
const char *cli_server_option_name(enum cli_server_option option);
/* What was said, or NULL. */
const char *cli_server_said(const struct cli_server *s,
                            enum cli_server_option option);
/* Takes from the account what was not said. `fallback` is what
 * $POSTHASTE_SERVER holds, or NULL. EXIT_DONE, or another status after an error
 * message. For those who want to know it before cli_server_finish(). */
int cli_server_account(struct cli_server *s, const char *fallback);
/* Makes s->client and s->session, with the defaults of --help. EXIT_DONE, or
 * another status after an error message. */
int cli_server_finish(struct cli_server *s, const char *fallback);

/* The dialogue is printed on standard error if `level` is not 0, or
 * --trace-times was given. Before the client is made. */
void cli_server_watch(struct cli_server *s, int level);
/* A line of it. */
void cli_server_trace(struct cli_server *s, const char *line);
/* Who is told how things are with the server; before the client is made. With
 * mx: nobody ever is. */
void cli_server_notify(struct cli_server *s, ph_notice_cb cb, void *user);
/* Who has the problem: the server, or with mx: the recipient's domain. */
const char *cli_server_name_for(const struct cli_server *s,
                                const struct ph_recipient_result *r);
/* cli_report_explain(), with what is known of this server. `mechanism`: as in
 * struct ph_result. */
void cli_server_explain(const struct cli_server *s, const char *mechanism,
                        const struct ph_recipient_result *r);
/* Says why there can be no client; the exit status. */
int cli_server_unusable(const struct cli_server *s, int rc);
/* The loop that a command runs on. EXIT_DONE, or EXIT_TRY_LATER after an error
 * message. */
int cli_server_loop(struct uv_loop_s *loop);
/* ph_client_new(), with an error message that names what cannot be used. */
int cli_server_client(struct cli_server *s, struct ph_client **out,
                      struct uv_loop_s *loop);
/* ph_client_close() and ph_client_abort(); commands that still run for a
 * secret are killed. */
void cli_server_close(struct cli_server *s, struct ph_client *client);
void cli_server_abort(struct cli_server *s, struct ph_client *client);

#endif
