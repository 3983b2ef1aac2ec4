/* client/parts.h - what client.c (the public calls), pump.c (orders), link.c
 * (one session on one connection) and job.c (one submission) share. */
#ifndef CLIENT_PARTS_H
#define CLIENT_PARTS_H

#include <uv.h>

#include <posthaste/client.h>

#include "engine/engine.h"
#include "net/conn.h"

/* A submission: the engine's job, its message, and whom to tell. */
struct ph_job {
    struct ph__job job;
    struct ph_client *client;
    struct ph_message *msg;
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

/* Copied. */
struct ph__way {
    enum ph__family family;
    char *bind_address;
    struct ph__proxy proxy; /* strings are ours; kind NONE = none */
    char *resolvers;
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
    struct ph__way way;
    void (*trace)(void *user, const char *line);
    ph_login_cb login;
    void *callback_user; /* of trace and login */
};

struct ph_client {
    uv_loop_t *loop;
    uv_thread_t thread; /* the only one that may call */
    uv_timer_t soon;    /* pumps orders from the loop, not from a call */
    struct ph__settings settings;
    struct ph__tls_context *tls;
    struct ph__net *net;
    struct ph__engine *engine;
    size_t links; /* connections not yet closed */
    unsigned dialled;
    unsigned speaker; /* whose dialogue was traced last */
    bool pumping;
    bool closing;
    bool soon_closed;
    ph_closed_cb closed;
    void *closed_user;
    char tls_version[16]; /* of the latest handshake */
    char cipher[64];
};

/* settings.c. PH_E_INVALID, PH_E_NOMEM. */
int ph__settings_copy(struct ph__settings *out, struct ph__engine_options *eng,
                      const struct ph_client_options *opts);
void ph__settings_done(struct ph__settings *s);

/* way.c. PH_E_INVALID, PH_E_NOMEM; _done() after a failure too. */
int ph__way_copy(struct ph__way *out, const struct ph_network *network);
void ph__way_done(struct ph__way *way);

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

/* job.c */
int ph__job_new(struct ph_job **out, struct ph_client *c,
                struct ph_message *msg, const struct ph_send_options *opts);
void ph__job_free(struct ph_job *job); /* and its message, if it has one */
void ph__job_finish(struct ph_job *job);

#endif
