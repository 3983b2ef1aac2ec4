/* smtp/machine.h - the machine's inside. machine.c interprets the table; act.c
 * has what its cells do, ask.c what its questions answer, say.c its commands;
 * settle.c what becomes of recipients; trace.c the dialogue. */
#ifndef SMTP_MACHINE_H
#define SMTP_MACHINE_H

#include "sasl/sasl.h"
#include "smtp/caps.h"
#include "smtp/content.h"
#include "smtp/out.h"
#include "smtp/reply.h"
#include "smtp/table.h"
#include "smtp/transaction.h"

/* Where we are in the table. Two of them walk it: `recv` follows the replies,
 * `send` runs ahead through the hopeful column. */
struct ph__cursor {
    enum ph__state state;
    size_t rcpt; /* the recipient that RCPT is about */
};

/* A command without a reply, oldest first. */
struct ph__said {
    enum ph__state state;
    uint64_t end; /* out.sent when it has left completely */
};
struct ph__flight {
    struct ph__said said[PH__FLIGHT_MAX];
    size_t first;
    size_t count;
};

enum { PH__EVENTS_MAX = 8 }; /* one reply raises two at most */

/* Options, copied. Strings may be NULL. */
struct ph__config {
    char *hello;
    char *without;
    char *mechanisms;           /* wanted */
    struct ph_credentials auth; /* strings are ours; user NULL = none */
    enum ph_tls tls;
    bool force_8bit;
    int trace;
};

struct ph_machine {
    struct ph__config config;
    struct ph__cursor recv;
    struct ph__cursor send;
    struct ph__flight flight;
    struct ph__reply_reader reader;
    struct ph_reply reply; /* the latest; code 0 = none yet */
    bool unasked;          /* the reply being read came before its command
                              had left, or while none was due */
    enum ph__state unasked_in;
    struct ph__caps caps;
    struct ph__out out;
    struct ph__content content;
    struct ph__transaction tx;
    uint64_t dot_end; /* out.sent when the dot has left */
    struct ph__sasl *sasl;
    const char *mechanism;
    unsigned dropped; /* mechanisms given up */
    unsigned tries;
    struct ph__buf answer; /* to the latest challenge, base64 */
    bool answer_ready;
    bool secure;
    bool announced; /* this HOLD row's event was pulled */
    unsigned epoch;
    struct ph_event events[PH__EVENTS_MAX];
    size_t event_count;
    struct ph_error error;       /* why the session ends; code 0 = it does not,
                                    or for no bad reason */
    struct ph_error event_error; /* of the event just pulled */
    struct ph__buf error_text;   /* error.reply.text */
    struct ph__buf error_detail; /* error.detail */
    struct ph__buf detail;       /* of the latest signal */
    struct ph__buf trace;
    size_t trace_content; /* octets of content not yet traced */
};

/* machine.c: the only writer of recv.state. */
void ph__machine_enter(struct ph_machine *m, enum ph__state next);

/* act.c, ask.c, say.c: one switch each, over the enums of table.h. */
void ph__machine_act(struct ph_machine *m, enum ph__action act);
bool ph__machine_ask(const struct ph_machine *m, const struct ph__cursor *at,
                     enum ph__question question);
/* Queues the command of `at`. PH_E_NOMEM, PH_E_LIMIT, PH_E_AUTH. */
int ph__machine_say(struct ph_machine *m, const struct ph__cursor *at);

/* settle.c: the session's error, once; the first one stays. */
void ph__machine_blame(struct ph_machine *m, enum ph_code code,
                       enum ph_stage stage, bool by_reply);
/* Decides recipient i, or all of them, by the latest reply. */
void ph__machine_judge(struct ph_machine *m, size_t i);
void ph__machine_judge_all(struct ph_machine *m);
/* The transaction cannot go on: decides whoever is undecided by what this
 * state's `lost` column says. */
void ph__machine_abandon(struct ph_machine *m);
/* Raises DONE if a transaction is open. */
void ph__machine_close_transaction(struct ph_machine *m);
/* `error`, if not NULL, is event_error, filled in when the event is pulled. */
void ph__machine_raise(struct ph_machine *m, enum ph_event_type type,
                       size_t index, const struct ph_error *error);

/* trace.c */
void ph__machine_trace_said(struct ph_machine *m, const char *line, size_t len,
                            size_t secret_from);
void ph__machine_trace_heard(struct ph_machine *m);
void ph__machine_trace_body(struct ph_machine *m, const char *data, size_t len);
void ph__machine_trace_body_end(struct ph_machine *m);

#endif
