/* client/parts.h - what client.c (the public calls), pump.c (orders), link.c
 * (one session on one connection) and job.c (one submission) share. */
#ifndef CLIENT_PARTS_H
#define CLIENT_PARTS_H

#include <uv.h>

#include <posthaste/client.h>

#include "client/dialogue.h"
#include "client/settings.h"
#include "client/share.h"
#include "client/tap.h"
#include "engine/engine.h"
#include "net/conn.h"

/* A submission: the engine's job, its message, and whom to tell. */
struct ph_job {
    struct ph__job job;
    struct ph_client *client;
    struct ph_message *msg;
    uint64_t submitted; /* when */
    size_t own_octets;  /* of the message, that no other shares */
    bool borrowed;      /* the message, for as long as the job lives */
    bool kept;          /* in somebody's list: lives on when it is over */
    bool over;          /* the callback has run; the client may be gone */
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
    struct ph_login *login;        /* asked, and not answered yet; or NULL */
    unsigned number;               /* from 1 on, in the order of dialling */
    struct ph__dialogue *dialogue; /* or NULL */
    struct ph__tap tap;
    const char *state; /* told last; or NULL */
    bool ready;        /* told so */
    char tls[16];
    char cipher[64];
};

/* Of sessions, for the trace. */
struct ph__numbers {
    unsigned dialled;
    unsigned speaker; /* whose dialogue was traced last */
};

struct ph_client {
    uv_loop_t *loop;
    uv_thread_t thread;  /* the only one that may call */
    uv_timer_t soon;     /* pumps orders from the loop, not from a call */
    uv_timer_t alarm;    /* pumps them when the engine wants to be woken */
    uv_timer_t patience; /* of a close; then it is an abort */
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
    unsigned timers; /* not yet closed */
    bool timers_closing;
    size_t pending;          /* submissions not yet completed ... */
    size_t pending_octets;   /* ... and what they hold that no other does */
    unsigned queue_messages; /* the most of both; 0 = no limit */
    size_t queue_octets;
    bool turned_away; /* somebody, with PH_E_AGAIN */
    enum ph_health told_health;
    uint64_t outcomes[PH_UNCERTAIN + 1];
    struct ph__pace *pace; /* ours; NULL = none, or another client's */
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

/* policy.c. PH_E_INVALID, PH_E_NOMEM, PH_E_SYSTEM. */
int ph__client_set_policy(struct ph_client *c,
                          const struct ph_client_options *opts);
/* No room for a message of so many octets of its own; a notice follows when
 * there is. */
bool ph__client_is_full(struct ph_client *c, size_t octets);
void ph__client_count_out(struct ph_client *c, size_t octets);
void ph__client_offer_room(struct ph_client *c);
/* `out` may be NULL. */
enum ph_health ph__client_health(const struct ph_client *c,
                                 struct ph_notice *out);
void ph__client_tell_health(struct ph_client *c); /* if it has changed */
void ph__client_notify(struct ph_client *c, const struct ph_notice *notice);

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
void ph__link_tell(
    struct ph__link_up *link); /* what it has become, to notice */

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
void ph__job_drop(struct ph_job *job); /* without its message */
void ph__job_free(struct ph_job *job); /* and its message, unless borrowed */
void ph__job_finish(struct ph_job *job);
/* To the engine: it is complete, and will be called back. */
void ph__job_submit(struct ph_job *job, ph_sent_cb cb, void *user);

#endif
