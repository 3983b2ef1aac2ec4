/* smtp/transaction.h - one transaction: its envelope, and what became of each
 * recipient. */
#ifndef SMTP_TRANSACTION_H
#define SMTP_TRANSACTION_H

#include <posthaste/machine.h>

#include "base/buf.h"

/* Of one recipient. Zero is "undecided, not written": unsent. */
struct ph__fate {
    enum ph_outcome outcome;
    bool decided;
    bool accepted;  /* RCPT was answered 2yz; the final word is still due */
    bool postponed; /* decided, but not for lack of merit */
    enum ph_code code;
    enum ph_stage stage;
    const char *state;
    int reply_code;
    int enhanced[3];
    size_t text;   /* of the reply: offset into texts */
    size_t detail; /* offset into texts; SIZE_MAX = none, as for text */
};

struct ph__transaction {
    struct ph_envelope env; /* borrowed from the driver */
    struct ph__fate *fates; /* env.to_count of them; memory is reused */
    size_t cap;
    struct ph__buf texts; /* reply texts, each ended by '\0' */
    size_t last_text;     /* where the latest begins; SIZE_MAX = none */
    size_t accepted;      /* recipients accepted and not yet decided */
    size_t answered;      /* RCPTs that were answered */
    size_t limit;    /* recipients before this one may be in it (RFC 9422) */
    size_t heir;     /* LMTP: whom the next final reply may be about */
    bool open;       /* begun, and DONE not yet raised */
    bool prepared;   /* limit is known, and who cannot be sent is refused */
    bool chunked;    /* its content goes by BDAT */
    bool wants_utf8; /* SMTPUTF8 is needed for one that can be sent */
    bool spoiled;    /* MAIL or a chunk was refused: all is decided */
    bool limited;    /* the server takes no more recipients */
};

void ph__transaction_init(struct ph__transaction *tx);
void ph__transaction_done(struct ph__transaction *tx);
/* PH_E_ADDRESS, PH_E_INVALID, PH_E_LIMIT, PH_E_NOMEM. */
int ph__transaction_begin(struct ph__transaction *tx,
                          const struct ph_envelope *env);
/* The last word on recipient i; does nothing if it was spoken before. */
void ph__transaction_decide(struct ph__transaction *tx, size_t i,
                            enum ph_outcome outcome,
                            const struct ph_error *why);
/* The same, for reasons that are not the recipient's: it may go in another
 * transaction at once. */
void ph__transaction_postpone(struct ph__transaction *tx, size_t i,
                              enum ph_outcome outcome,
                              const struct ph_error *why);
/* Either, for every recipient that is undecided. */
void ph__transaction_decide_all(struct ph__transaction *tx,
                                enum ph_outcome outcome,
                                const struct ph_error *why);
void ph__transaction_postpone_all(struct ph__transaction *tx,
                                  enum ph_outcome outcome,
                                  const struct ph_error *why);
void ph__transaction_accept(struct ph__transaction *tx, size_t i);
void ph__transaction_verdict(const struct ph__transaction *tx, size_t i,
                             struct ph_verdict *out);

/* The first recipient from `i` on that is to be said; tx->limit if none. */
size_t ph__transaction_next(const struct ph__transaction *tx, size_t i);

#endif
