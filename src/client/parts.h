/* client/parts.h - what client.c (the public calls), pump.c (orders), link.c
 * (one session on one connection) and job.c (one submission) share. */
#ifndef CLIENT_PARTS_H
#define CLIENT_PARTS_H

#include <uv.h>

#include <posthaste/client.h>

#include "client/share.h"
#include "client/way.h"
#include "engine/engine.h"
#include "net/conn.h"

/* A submission: the engine's job, its message, and whom to tell. */
struct ph_job {
    struct ph__job job;
    struct ph_client *client;
    struct ph_message *msg;
    bool borrowed; /* the message, for as long as the job lives */
    bool kept;     /* in somebody's list: lives on when it is over */
    bool over;     /* the callback has run; the client may be gone */
    struct ph__link keeper;
    ph_sent_cb cb;
    ph_commit_cb commit;
    void *user;
    const char **to; /* the envelope's; `one` when there is one */
    const char *one_to;
    struct ph_recipient_result one_result;
    struct ph_parameters parameters; /* a copy, see parameters.c */
    char **original;                 /* ORCPT of each recipient, or NULL */
};

/* A question for credentials. The session may be gone before the answer. */
struct ph_login {
    struct ph__link_up *link; /* or NULL */
};

/* One session on its connection. */
struct ph__link_up {
    struct ph_client *client;
    struct ph__session *session;
    struct ph__conn *conn;
    struct ph_login *login; /* asked, and not answered yet; or NULL */
    unsigned number;        /* from 1 on, in the order of dialling */
};

/* Options, copied; strings NULL when not given. */
struct ph__settings {
    char *host;
    char *unix_path;
    char *tls_name;
    char *server; /* "host:port" */
    char *hello;
    char *without;
    char *user;
    char *password;
    char *authzid;
    char *token;
    char *auth_host;
    char *mechanisms;
    struct ph_credentials auth;
    uint16_t port;
    /* Only of a client like another: all other strings are the other's. */
    bool shared;
    const char *const *also; /* further names and TLSA records of the peer */
    size_t also_count;
    const struct ph__tlsa *tlsa;
    size_t tlsa_count;
    struct ph__way way;
    void (*trace)(void *user, const char *line);
    ph_login_cb login;
    void *callback_user; /* of trace and login */
};

/* Of sessions, for the trace. */
struct ph__numbers {
    unsigned dialled;
    unsigned speaker; /* whose dialogue was traced last */
};

struct ph_client {
    uv_loop_t *loop;
    uv_thread_t thread; /* the only one that may call */
    uv_timer_t soon;    /* pumps orders from the loop, not from a call */
    const struct ph_client *like; /* whose TLS context it is; NULL = ours */
    struct ph__settings settings;
    struct ph__engine_options engine_options; /* strings are the settings' */
    struct ph__tls_context *tls;
    struct ph__net *net;
    struct ph__engine *engine;
    size_t links;                /* connections not yet closed */
    struct ph__numbers *numbers; /* of sessions: ours, or another client's */
    struct ph__numbers own_numbers;
    bool pumping;
    bool closing;
    bool soon_closed;
    ph_closed_cb closed;
    void *closed_user;
    char tls_version[16]; /* of the latest handshake */
    char cipher[64];
};

/* client.c: birth in steps. _alloc(): NULL on out of memory. _open(): when
 * settings and options are there. PH_E_NOMEM. _free(): without any handle. */
struct ph_client *ph__client_alloc(uv_loop_t *loop);
int ph__client_open(struct ph_client *c);
void ph__client_free(struct ph_client *c);

/* settings.c. PH_E_INVALID, PH_E_NOMEM. */
int ph__settings_copy(struct ph__settings *out, struct ph__engine_options *eng,
                      const struct ph_client_options *opts);
/* Those of `like`, but for the peer. PH_E_NOMEM; _done() after a failure too.
 */
int ph__settings_share(struct ph__settings *out,
                       const struct ph__settings *like,
                       const struct ph__client_peer *peer);
void ph__settings_done(struct ph__settings *s);

/* pump.c: carries out orders until there are none; only from the loop. */
void ph__client_pump(struct ph_client *c);
void ph__client_pump_soon(struct ph_client *c);
/* When nothing is left: frees the client, then says so. */
void ph__client_finish_close(struct ph_client *c);

/* link.c */
void ph__link_dial(struct ph_client *c, struct ph__session *session);
void ph__link_start_tls(struct ph__link_up *link);
void ph__link_settle(struct ph__link_up *link);
void ph__link_close(struct ph__link_up *link);
void ph__link_trace(struct ph__link_up *link);

/* login.c */
void ph__link_log_in(struct ph__link_up *link);
void ph__link_forget_login(struct ph__link_up *link);

/* parameters.c: copies, and makes ORCPTs where notices are asked for. */
int ph__job_set_parameters(struct ph_job *job, const struct ph_parameters *p);
void ph__job_free_parameters(struct ph_job *job);

/* job.c: for the recipients with these indices. */
int ph__job_new(struct ph_job **out, struct ph_client *c,
                struct ph_message *msg, const size_t *index, size_t count,
                const struct ph_send_options *opts);
void ph__job_free(struct ph_job *job); /* and its message, unless borrowed */
void ph__job_finish(struct ph_job *job);

#endif
