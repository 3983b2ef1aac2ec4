/* smtp/table.h - table.def as data: enums, names, constant rows. */
#ifndef SMTP_TABLE_H
#define SMTP_TABLE_H

#include <posthaste/machine.h>

/* What a cell does. The text is for people: `posthaste states`. */
#define PH__ACTION_MAP(X)                                                      \
    X(pass, "go on")                                                           \
    X(learn, "note the extensions offered")                                    \
    X(forget, "secure now: forget what was learned in clear")                  \
    X(challenge, "hand the challenge to SASL")                                 \
    X(drop, "give this mechanism up")                                          \
    X(only_plain, "give every mechanism up but PLAIN")                         \
    X(report, "tell the driver what was answered")                             \
    X(begin, "open the transaction")                                           \
    X(turn_away, "put every recipient off, close the transaction")             \
    X(unfit, "refuse the message ourselves, close the transaction")            \
    X(accept, "this recipient may receive it")                                 \
    X(reject, "this recipient is refused")                                     \
    X(reject_last, "this recipient is refused; use this session no more")      \
    X(postpone, "this recipient and the unsaid go in another transaction")     \
    X(next, "turn to the next recipient")                                      \
    X(spoil, "every recipient is refused with this reply")                     \
    X(spoil_last, "every recipient is refused; use this session no more")      \
    X(withdraw, "whoever was accepted is put off, close the transaction")      \
    X(finish, "close the transaction")                                         \
    X(refuse, "refuse whoever was accepted, close the transaction")            \
    X(refuse_last, "refuse, close; use this session no more")                  \
    X(deliver, "whom this reply is about has it")                              \
    X(decline, "whom this reply is about is refused")                          \
    X(decline_last, "whom it is about is refused; use this session no more")   \
    X(fail, "the session fails with this reply")                               \
    X(no_ehlo, "what is needed takes EHLO, which is refused")                  \
    X(no_tls, "TLS is required and not to be had")                             \
    X(no_auth, "credentials cannot be used here")                              \
    X(no_proof, "the server says yes without having proved itself")            \
    X(breach, "the server broke the protocol")

#define PH__QUESTION_MAP(X)                                                    \
    X(nothing, "")                                                             \
    X(tls_first, "is TLS spoken from the first byte?")                         \
    X(helo_suffices, "can we do without any extension?")                       \
    X(tls_wanted, "not secure yet, and STARTTLS is to be tried?")              \
    X(starttls_offered, "does the server offer STARTTLS?")                     \
    X(tls_required, "is TLS required?")                                        \
    X(login_wanted, "are there credentials, or will there be?")                \
    X(secret_is_safe, "is the secret safe here, or may it be shown?")          \
    X(tls_optional, "was TLS to be tried only?")                               \
    X(mechanism_shared, "is a mechanism left that both sides have?")           \
    X(answer_ready, "has SASL an answer?")                                     \
    X(plain_may_help, "secure, and is PLAIN offered but not yet tried?")       \
    X(mechanism_done, "has the mechanism run to its end?")                     \
    X(query_given, "is there something to ask, and no transaction?")           \
    X(recipients_allowed, "may this session have its first recipient?")        \
    X(content_fits, "does the server take what this message needs?")           \
    X(in_flight, "is a further reply due?")                                    \
    X(mail_refused, "was MAIL refused?")                                       \
    X(limit_reached, "does it mean too many recipients?")                      \
    X(recipient_left, "is a recipient left?")                                  \
    X(recipient_accepted, "was any recipient accepted?")                       \
    X(somebody_missing, "all or nothing, and not all were accepted?")          \
    X(chunking_used, "does the content go in chunks?")                         \
    X(lmtp, "is it LMTP?")                                                     \
    X(chunk_given, "is this piece a chunk that others follow?")                \
    X(content_wanted, "does anybody get this content yet?")                    \
    X(commit_wanted, "is the driver to be asked before the last octets?")      \
    X(reply_left, "is a reply due for another recipient?")                     \
    X(reset_owed, "does another ride in its group, or was a part refused?")    \
    X(session_spent, "is this session not to be used again?")

#define PH__COMMAND_MAP(X)                                                     \
    X(nothing, "")                                                             \
    X(ehlo, "EHLO name (LMTP: LHLO name)")                                     \
    X(helo, "HELO name")                                                       \
    X(starttls, "STARTTLS")                                                    \
    X(auth, "AUTH mechanism [initial response]")                               \
    X(answer, "base64 answer")                                                 \
    X(star, "*")                                                               \
    X(query, "NOOP, VRFY, EXPN or HELP [argument]")                            \
    X(mail, "MAIL FROM:<reverse-path> [parameters]")                           \
    X(rcpt, "RCPT TO:<recipient> [parameters]")                                \
    X(data, "DATA")                                                            \
    X(bdat, "BDAT octets [LAST], and the octets")                              \
    X(dot, ".")                                                                \
    X(rset, "RSET")                                                            \
    X(quit, "QUIT")

/* What a HOLD row raises; nothing is raised by the others. */
#define PH__EVENT_MAP(X)                                                       \
    X(START_TLS)                                                               \
    X(NEED_LOGIN)                                                              \
    X(READY)                                                                   \
    X(NEED_BODY)                                                               \
    X(COMMIT)                                                                  \
    X(CLOSED)

enum ph__action {
#define X(name, text) ACT_##name,
    PH__ACTION_MAP(X)
#undef X
};
enum ph__question {
#define X(name, text) ASK_##name,
    PH__QUESTION_MAP(X)
#undef X
};
enum ph__command {
#define X(name, text) SAY_##name,
    PH__COMMAND_MAP(X)
#undef X
};
enum ph__loss { LOST_retry, LOST_doubt, LOST_fine };
enum { AHEAD_no = false, AHEAD_yes = true };

enum ph__state {
#define WAIT(state, ...) ST_##state,
#define PICK(state, ...) ST_##state,
#define HOLD(state, ...) ST_##state,
#define WHEN(...)
#define EARLY(...)
#include "smtp/table.def"
    ST_COUNT
};

/* A forgotten row is kind 0. */
enum ph__kind { WAIT_ROW = 1, PICK_ROW, HOLD_ROW };

/* Columns of WAIT; of PICK; of HOLD. */
enum { R2YZ, R3YZ, R4YZ, R5YZ, COLUMNS };
enum { YES, NO };
enum { DONE, STOP };

struct ph__edge {
    enum ph__action act;
    enum ph__state next;
};

struct ph__row {
    const char *name;
    enum ph__kind kind;
    enum ph_stage stage;
    enum ph__command say;
    enum ph__question ask;
    enum ph_event_type event; /* of HOLD */
    enum ph__loss lost;
    bool ahead;
    unsigned secs;
    struct ph__edge edge[COLUMNS];
};

/* In this state codes first..last take this edge instead of their column's:
 * replies that are due, or replies that come too early. Sorted by state. */
struct ph__exception {
    enum ph__state state;
    bool early;
    int first;
    int last;
    struct ph__edge edge;
};

extern const struct ph__row ph__table[ST_COUNT];
/* Is this the command whose last octet completes a content? */
static inline bool ph__ends_content(enum ph__state state)
{
    return ph__table[state].lost == LOST_doubt;
}
extern const struct ph__exception ph__exceptions[];
extern const size_t ph__exception_count;

/* Total: every state answers for every code; 0-999, or -1 for garbage. A PICK
 * row never meets a reply; its answer is breach. */
struct ph__edge ph__edge_for(enum ph__state state, int code);
/* The same for a reply that nothing asked for yet, or at all. */
struct ph__edge ph__edge_early(enum ph__state state, int code);

const char *ph__action_name(enum ph__action act);
const char *ph__action_text(enum ph__action act);
const char *ph__question_name(enum ph__question ask);
const char *ph__question_text(enum ph__question ask);
const char *ph__command_name(enum ph__command say);
const char *ph__command_text(enum ph__command say);
const char *ph__event_name(enum ph_event_type event);
const char *ph__loss_name(enum ph__loss lost);
/* ST_COUNT when there is none of that name. */
enum ph__state ph__state_named(const char *name);

#endif
