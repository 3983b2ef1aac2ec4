#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "base/text.h"
#include "client/parts.h"

enum {
    PORT_RELAY = 25,        /* RFC 5321 4.5.4.2 */
    PORT_SUBMISSION = 587,  /* RFC 6409 3.1 */
    PORT_SUBMISSIONS = 465, /* RFC 8314 7.3 */
    PORT_OLD_SSL = 994      /* 465 under another number, at some providers */
};
enum {
    CONNECTIONS = 2,
    MESSAGES = 100,
    RECIPIENTS = 100,
    IDLE_SECS = 30,
    DIAL_SECS = 30,
    SILENCE_MS = 10000
};

static uint16_t default_port(const struct ph_client_options *opts)
{
    const struct ph_session_options *session = opts->session;
    if (session && session->tls == PH_TLS_IMPLICIT)
        return PORT_SUBMISSIONS;
    bool login = opts->login || (session && session->auth);
    return login ? PORT_SUBMISSION : PORT_RELAY;
}

static int name_server(struct ph__settings *s)
{
    size_t size = strlen(s->unix_path ? s->unix_path : s->host) + 16;
    s->server = malloc(size);
    if (!s->server)
        return PH_E_NOMEM;
    if (s->unix_path)
        snprintf(s->server, size, "unix:%s", s->unix_path);
    else
        snprintf(s->server, size, strchr(s->host, ':') ? "[%s]:%u" : "%s:%u",
                 s->host, s->port);
    return PH_OK;
}

/* The host's name, if it is one that servers take (U36). */
static int find_hello(struct ph__settings *s)
{
    char name[UV_MAXHOSTNAMESIZE];
    size_t len = sizeof(name);
    if (uv_os_gethostname(name, &len) || !strchr(name, '.'))
        return PH_OK;
    for (const char *c = name; *c; c++)
        if (!ph__text_is_alnum(*c) && *c != '.' && *c != '-')
            return PH_OK;
    return ph__text_copy(&s->hello, name);
}

/* The server goes by the name and port that are dialled, if nothing else is
 * said. */
static int copy_auth(struct ph__settings *s, const struct ph_credentials *auth)
{
    if (!auth)
        return PH_OK;
    int rc = ph__text_copy(&s->user, auth->user);
    if (!rc)
        rc = ph__text_copy(&s->password, auth->password);
    if (!rc)
        rc = ph__text_copy(&s->authzid, auth->authzid);
    if (!rc)
        rc = ph__text_copy(&s->token, auth->token);
    if (!rc)
        rc = ph__text_copy(&s->auth_host, auth->host ? auth->host : s->host);
    if (!rc)
        rc = ph__text_copy(&s->mechanisms, auth->mechanisms);
    s->auth = *auth;
    s->auth.token = s->token;
    s->auth.host = s->auth_host;
    s->auth.port = auth->port ? auth->port : s->unix_path ? 0 : s->port;
    s->auth.user = s->user;
    s->auth.password = s->password;
    s->auth.authzid = s->authzid;
    s->auth.mechanisms = s->mechanisms;
    return rc;
}

static int copy_session(struct ph__settings *s, struct ph_session_options *out,
                        const struct ph_client_options *opts)
{
    const struct ph_session_options none = {.size = sizeof(none)};
    const struct ph_session_options *session =
        opts->session ? opts->session : &none;
    int rc = copy_auth(s, session->auth);
    if (!rc)
        rc = ph__text_copy(&s->without, session->without);
    if (!rc)
        rc = session->hello ? ph__text_copy(&s->hello, session->hello)
                            : find_hello(s);
    *out = *session;
    out->hello = s->hello;
    out->auth = session->auth ? &s->auth : NULL;
    out->ask_login = opts->login && !session->auth;
    out->without = s->without;
    bool read = opts->trace || opts->dialogue;
    out->trace = !read ? 0 : opts->trace && opts->trace_level > 1 ? 2 : 1;
    return rc;
}

/* U11: ports where TLS comes first, and we wait for a greeting. */
static bool expects_tls(const struct ph__settings *s,
                        const struct ph_session_options *session)
{
    bool implicit = session && session->tls == PH_TLS_IMPLICIT;
    return !implicit && !s->unix_path &&
           (s->port == PORT_SUBMISSIONS || s->port == PORT_OLD_SSL);
}

/* For the engine 0 is "no limit". */
static unsigned messages(unsigned wanted)
{
    return wanted == UINT_MAX ? 0 : wanted ? wanted : MESSAGES;
}

/* Would a machine take these? Better now than at the first dial. */
static int try_session(const struct ph_session_options *session)
{
    struct ph_machine *m;
    int rc = ph_machine_new(&m, session);
    if (!rc)
        ph_machine_free(m);
    return rc;
}

int ph__settings_copy(struct ph__settings *out, struct ph__engine_options *eng,
                      const struct ph_client_options *opts)
{
    if (opts->size != sizeof(*opts) || (!opts->host && !opts->unix_path))
        return PH_E_INVALID;
    *out = (struct ph__settings){.port = opts->port ? opts->port
                                                    : default_port(opts),
                                 .trace = opts->trace,
                                 .tap = opts->tap,
                                 .login = opts->login,
                                 .notice = opts->notice,
                                 .dialogue = opts->dialogue,
                                 .callback_user = opts->user};
    *eng = (struct ph__engine_options){
        .connections = opts->connections ? opts->connections : CONNECTIONS,
        .messages_per_connection = messages(opts->messages_per_connection),
        .recipients = opts->recipients ? opts->recipients : RECIPIENTS,
        .idle_ms = ph__ms(opts->idle_secs, IDLE_SECS),
        .dial_ms = ph__ms(opts->timeout_secs, DIAL_SECS),
        .silence_ms = expects_tls(out, opts->session) ? SILENCE_MS : 0,
        .silence = "the server says nothing: on this port it waits for TLS "
                   "from the first octet (smtps://)",
        .reply_ms = ph__ms(opts->timeout_secs, 0)};
    const char *name = opts->tls_name ? opts->tls_name : opts->host;
    int rc = ph__text_copy(&out->host, opts->host);
    if (!rc)
        rc = ph__text_copy(&out->unix_path, opts->unix_path);
    if (!rc)
        rc = ph__text_copy(&out->tls_name, name ? name : "localhost");
    if (!rc)
        rc = ph__way_copy(&out->way, opts->network);
    if (!rc)
        rc = name_server(out);
    if (!rc)
        rc = copy_session(out, &eng->session, opts);
    return rc ? rc : try_session(&eng->session);
}

int ph__settings_share(struct ph__settings *out,
                       const struct ph__settings *like,
                       const struct ph__client_peer *peer)
{
    const char *name = peer->tls_name ? peer->tls_name : peer->host;
    *out = *like;
    out->shared = true;
    out->host = out->server = out->tls_name = NULL;
    out->port = peer->port;
    out->also = peer->also;
    out->also_count = peer->also_count;
    out->tlsa = peer->tlsa;
    out->tlsa_count = peer->tlsa_count;
    int rc = ph__text_copy(&out->host, peer->host);
    if (!rc)
        rc = ph__text_copy(&out->tls_name, name);
    return rc ? rc : name_server(out);
}

static void free_what_can_be_shared(struct ph__settings *s)
{
    ph__way_done(&s->way);
    ph__text_wipe(s->user);
    ph__text_wipe(s->password);
    ph__text_wipe(s->authzid);
    ph__text_wipe(s->token);
    free(s->auth_host);
    free(s->mechanisms);
    free(s->without);
    free(s->hello);
    free(s->unix_path);
}

void ph__settings_done(struct ph__settings *s)
{
    if (!s->shared)
        free_what_can_be_shared(s);
    free(s->server);
    free(s->tls_name);
    free(s->host);
}
