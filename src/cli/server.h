/* cli/server.h - the options that say which server, and how to talk to it. */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include <posthaste/client.h>

#include "base/buf.h"
#include "cli/options.h"
#include "cli/url.h"

/* What the options said. Values are borrowed from argv. */
struct cli_server {
    const char *url_text;
    const char *tls;
    const char *tls_ca;
    const char *tls_name;
    bool tls_insecure;
    const char *user;
    const char *password;
    const char *password_file;
    const char *auth;
    const char *auth_id;
    bool auth_plaintext;
    bool auth_two_step;
    const char *hello;
    unsigned timeout_secs;
    const char *without;
    bool chunking;

    /* Made by cli_server_finish(). */
    struct cli_url url;
    struct ph__buf secret;  /* what the password file held */
    struct ph__buf address; /* "host:port" or "unix:/path" */
    struct ph_credentials credentials;
    struct ph_session_options session;
    struct ph_client_options client;
};

/* Ids of these options begin here; a command's own lie below. */
enum { CLI_SERVER_FIRST = 1000 };
extern const struct cli_option cli_server_options[];

void cli_server_init(struct cli_server *s);
void cli_server_done(struct cli_server *s); /* wipes */

/* Takes an option with an id from CLI_SERVER_FIRST on. EXIT_DONE, or
 * EXIT_USAGE_ERROR after an error message. */
int cli_server_option(struct cli_server *s, int id, const char *value);
/* Makes s->client and s->session, with the defaults of --help. `fallback` is
 * what $POSTHASTE_SERVER holds, or NULL. EXIT_DONE, or another status after an
 * error message. */
int cli_server_finish(struct cli_server *s, const char *fallback);

/* ph_client_new(), with an error message that names what cannot be used. */
int cli_server_client(const struct cli_server *s, struct ph_client **out,
                      struct uv_loop_s *loop);

/* A number of a command line, at least `least`. EXIT_DONE or EXIT_USAGE_ERROR
 * after an error message that names the option. */
int cli_number(unsigned *out, const char *option, const char *value,
               unsigned least);

#endif
