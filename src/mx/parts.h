/* mx/parts.h - what mx.c (the public calls), job.c (a submission), delivery.c,
 * policy.c, secure.c (its recipients in one domain) and end.c share. */
#ifndef MX_PARTS_H
#define MX_PARTS_H

#include <uv.h>

#include <posthaste/mx.h>

#include "base/list.h"
#include "dns/dns.h"
#include "mx/dane.h"
#include "mx/host.h"
#include "mx/memory.h"
#include "mx/route.h"

struct ph_mx {
    uv_loop_t *loop;
    uv_timer_t soon; /* works from the loop, not from a call */
    struct ph__dns *dns;
    /* Never connected: their options, and TLS contexts, are those of all
     * exchangers. `strict` verifies; NULL without TLS. */
    struct ph_client *usual;
    struct ph_client *strict;
    bool floor; /* `usual` requires TLS as well */
    struct ph__sts_memory memory;
    ph_fetch_cb fetch; /* NULL: no MTA-STS */
    void *user;        /* for it */
    uint16_t port;
    unsigned deliveries; /* at most */
    unsigned active;     /* deliveries under way */
    unsigned waiting_count;
    struct ph__link waiting;  /* deliveries */
    struct ph__link jobs;     /* that are not finished */
    struct ph__link finished; /* to be told */
    struct ph__link hosts;
    size_t host_count;
    struct ph_stats past; /* of hosts that were closed */
    bool working;
    bool closing, aborted;
    unsigned parts; /* that are still to close, at the very end */
    ph_closed_cb closed;
    void *closed_user;
};

/* The recipients of one submission in one domain. */
struct ph__mx_delivery {
    struct ph__link link;   /* in mx.waiting, or on its own */
    struct ph__link of_job; /* in job.deliveries */
    struct ph__mx_job *job;
    char *domain;  /* in ASCII, lower case */
    size_t *index; /* recipients that are open */
    size_t count;
    struct ph__route route;
    bool routed;                   /* the route is known */
    struct ph_fetch *fetch;        /* of the domain's policy, under way */
    struct ph__sts_policy *policy; /* that holds, or NULL */
    size_t at;                     /* the host being tried, in route.hosts */
    bool begun;                    /* no longer in mx.waiting */
    /* Names being asked for; NULL when answered. */
    struct ph__dns_query *query[2];
    struct ph__dane_answer answer[2]; /* addresses: A, AAAA */
    char expanded[PH__DNS_NAME];      /* where the host's CNAMEs lead */
    bool asks_expanded;               /* for TLSA records there */
    struct ph__mx_host *host;         /* that has it now, or NULL */
};

/* A submission. */
struct ph__mx_job {
    struct ph__link link; /* in mx.jobs or mx.finished */
    struct ph_mx *mx;
    struct ph_message *msg;
    struct ph_send_options options; /* `parameters` is ours */
    struct ph_parameters parameters;
    ph_sent_cb cb;
    ph_commit_cb commit;
    void *user;
    uint64_t submitted; /* when */
    struct ph__link deliveries;
    struct ph__link asked; /* clients' jobs that `commit` was given */
    size_t open;           /* deliveries not finished */
    struct ph_recipient_result *results; /* texts are ours, or "" */
    size_t count;
    char server[PH__DNS_NAME + 16];
    unsigned attempts;
    bool secure; /* no transaction was without TLS */
};

/* mx.c: has the loop work through what can begin and what is finished. */
void ph__mx_work_soon(struct ph_mx *mx);

/* end.c: goes on with a close, if nothing is left to be done. */
void ph__mx_finish_close(struct ph_mx *mx);

/* job.c */
int ph__mx_job_new(struct ph__mx_job **out, struct ph_mx *mx,
                   struct ph_message *msg, const struct ph_send_options *opts);
void ph__mx_job_free(struct ph__mx_job *job); /* and its message */
void ph__mx_job_tell(struct ph__mx_job *job); /* the callback; then frees */
/* Notes what became of a recipient; texts are copied. */
void ph__mx_job_note(struct ph__mx_job *job, size_t recipient,
                     const struct ph_recipient_result *result);
/* The host that was spoken to, and how. */
void ph__mx_job_note_host(struct ph__mx_job *job,
                          const struct ph_result *result);
/* One delivery less. */
void ph__mx_job_delivered(struct ph__mx_job *job);

/* delivery.c */
int ph__mx_delivery_new(struct ph__mx_delivery **out, struct ph__mx_job *job,
                        const char *domain, size_t count);
void ph__mx_delivery_free(struct ph__mx_delivery *d);
void ph__mx_delivery_begin(struct ph__mx_delivery *d);
/* Unless a client has it: then that one is aborted. */
void ph__mx_delivery_cancel(struct ph__mx_delivery *d);
/* Hands it to the host that is to be tried. */
void ph__mx_delivery_send(struct ph__mx_delivery *d,
                          const struct ph__mx_peer *peer);
/* Goes on with the next host, or ends. */
void ph__mx_delivery_pass_over(struct ph__mx_delivery *d,
                               const struct ph_error *why);

/* When something is known: goes on once all is that is needed. */
void ph__mx_delivery_look(struct ph__mx_delivery *d);

/* policy.c: asks for the record of the domain's policy, in query[1], if anybody
 * can fetch one. PH_E_NOMEM. */
int ph__mx_policy_ask(struct ph__mx_delivery *d);
void ph__mx_policy_forget(
    struct ph__mx_delivery *d); /* what is under way, too */
void ph__mx_policy_recall(struct ph__mx_delivery *d);
bool ph__mx_policy_binds(const struct ph__mx_delivery *d); /* it is enforced */
/* Sends without DANE, as the policy has it. */
void ph__mx_policy_send(struct ph__mx_delivery *d);

/* secure.c: asks what the DNS says of the host's TLS, then sends. */
void ph__mx_delivery_approach(struct ph__mx_delivery *d);

#endif
