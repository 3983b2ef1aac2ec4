/* smtp/machine.h - the machine's inside. machine.c interprets the table; run.c
 * is its sending half; act.c has what cells do, ask.c what questions answer,
 * say.c the commands; begin.c what a transaction needs first, settle.c what
 * becomes of recipients; driver.c the driver's calls; trace.c the dialogue. */
#ifndef SMTP_MACHINE_H
#define SMTP_MACHINE_H

#include "sasl/sasl.h"
#include "smtp/caps.h"
#include "smtp/config.h"
#include "smtp/content.h"
#include "smtp/domains.h"
#include "smtp/flight.h"
#include "smtp/out.h"
#include "smtp/reply.h"
#include "smtp/secret.h"
#include "smtp/table.h"
#include "smtp/transaction.h"

struct ph_machine {
    struct ph__config config;
    struct ph__cursor recv;
    struct ph__cursor send;
    struct ph__flight flight;
    struct ph__reply_reader reader;
    struct ph_reply reply;  /* the latest; code 0 = none yet */
    struct ph__buf cleaned; /* its text, if a secret was cut off */
    bool unasked;           /* the reply being read came before its command
                               had left, or while none was due */
    enum ph__state unasked_in;
    struct ph__caps caps;
    struct ph__out out;
    struct ph__content content;
    struct ph__piece piece;
    /* Number n is at n % PH__TRANSACTIONS; `begun` is the next number. */
    struct ph__transaction *transactions[PH__TRANSACTIONS];
    unsigned begun;
    unsigned offered; /* READY was raised behind the content of this one */
    unsigned told;    /* whose RECIPIENT or DONE was pulled last */
    uint64_t mails;   /* MAIL commands said (RFC 9422 4.1) */
    struct ph__domains domains;
    bool chunks_proven; /* a BDAT LAST was accepted in this session */
    bool suspect;       /* not to be used again */
    bool mangled;       /* a group was answered as if it were none */
    bool quitting;      /* the driver has told QUIT */
    char *query_text;   /* "VRFY ann", or NULL */
    struct ph__sasl_binding binding;
    struct ph__sasl *sasl;
    const char *mechanism;
    unsigned dropped; /* mechanisms given up */
    unsigned tries;
    unsigned steps;
    struct ph__secrets secrets;
    struct ph__buf answer; /* to the latest challenge, base64 */
    bool answer_ready;
    bool secure;
    unsigned epoch;
    struct ph__raised events[PH__EVENTS_MAX];
    size_t event_count;
    struct ph_error error;       /* why the session ends; code 0 = it does not,
                                    or for no bad reason */
    struct ph_error event_error; /* of the event just pulled */
    struct ph_reply event_reply; /* likewise */
    struct ph__buf error_text;   /* error.reply.text */
    struct ph__buf error_detail; /* error.detail */
    struct ph__buf detail;       /* of the latest signal */
    struct ph__buf trace;
    size_t trace_content;                /* octets of content not yet traced */
    struct ph__secret_trail trace_trail; /* of the reply being read */
};

/* ---- what all of them ask ---- */

static inline struct ph__transaction *ph__tx(const struct ph_machine *m,
                                             unsigned number)
{
    return m->transactions[number % PH__TRANSACTIONS];
}

/* Is a transaction begun that `at` has not come to? */
static inline bool ph__another_begun(const struct ph_machine *m,
                                     const struct ph__cursor *at)
{
    return at->tx + 1 != m->begun;
}

/* The oldest command without a reply, or NULL. */
static inline const struct ph__said *ph__head(const struct ph_machine *m)
{
    return m->flight.count ? ph__said_at(&m->flight, 0) : NULL;
}

/* Has the command of the oldest due reply left? */
static inline bool ph__head_has_left(const struct ph_machine *m)
{
    const struct ph__said *head = ph__head(m);
    return head && head->end <= m->out.sent;
}

/* machine.c: the only writer of recv.state. */
void ph__machine_enter(struct ph_machine *m, enum ph__state next);

/* act.c, ask.c, say.c: one switch each, over the enums of table.h. */
void ph__machine_act(struct ph_machine *m, enum ph__action act);
/* begin.c: the transaction that `at` turns to: how far its recipients may go,
 * and whom this server cannot have. Once for each. */
void ph__machine_prepare(struct ph_machine *m, struct ph__cursor *at);
enum ph_code ph__machine_obstacle(const struct ph_machine *m,
                                  const struct ph__transaction *tx,
                                  const char **words);
bool ph__machine_ask(const struct ph_machine *m, const struct ph__cursor *at,
                     enum ph__question question);
struct ph__sasl_terms ph__terms(const struct ph_machine *m);
/* session.c: copies them. As ph_machine_log_in(). */
int ph__machine_log_in(struct ph_machine *m, const struct ph_credentials *auth);
/* Wipes password and token; who they were for stays. */
void ph__machine_forget_secret(struct ph_machine *m);
/* Queues the command of `at`. PH_E_NOMEM, PH_E_LIMIT, PH_E_AUTH. */
int ph__machine_say(struct ph_machine *m, const struct ph__cursor *at);

/* settle.c: the session's error, once; the first one stays. */
void ph__machine_blame(struct ph_machine *m, enum ph_code code,
                       enum ph_stage stage, bool by_reply);
/* Decides recipient i, or all, or all that were accepted, by the latest
 * reply; in the transaction that `recv` is in, as all below. */
void ph__machine_judge(struct ph_machine *m, size_t i);
void ph__machine_judge_all(struct ph_machine *m);
void ph__machine_judge_accepted(struct ph_machine *m);
/* LMTP: the next of the accepted, by the latest reply. */
void ph__machine_judge_heir(struct ph_machine *m);
/* The session is over: decides whoever is undecided, in every transaction, by
 * what has left and what `lost` says of it; raises DONE for each. */
void ph__machine_abandon(struct ph_machine *m);
/* Raises DONE if the transaction is open; who was not said is postponed. */
void ph__machine_close_transaction(struct ph_machine *m);
void ph__machine_raise(struct ph_machine *m, const struct ph__raised *event);

/* trace.c */
void ph__machine_trace_said(struct ph_machine *m, const char *line, size_t len,
                            size_t secret_from);
void ph__machine_trace_heard(struct ph_machine *m);
void ph__machine_trace_unasked(struct ph_machine *m);
void ph__machine_trace_silence(struct ph_machine *m);
void ph__machine_trace_body(struct ph_machine *m, const char *data, size_t len);
void ph__machine_trace_body_end(struct ph_machine *m);

#endif
