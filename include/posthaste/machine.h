/* posthaste/machine.h - SMTP as a machine: bytes in, bytes out, events to pull.
 * No I/O, no clock, no callbacks, no threads; any event loop can drive it.
 *
 * A driver repeats four steps (test/example/own_transport.c is one, in full):
 *
 *   1. hand it what arrived:  taken = ph_machine_feed(m, data, len)
 *   2. pull events:           while (ph_machine_next(m, &event)) ...
 *      and go back to 1 while some of the data is left
 *   3. write what it says:    ph_machine_output(), then ph_machine_sent()
 *   4. arm one timer:         ph_machine_timeout()
 *
 * and reports what happened to the transport with ph_machine_tell(). */
#ifndef POSTHASTE_MACHINE_H
#define POSTHASTE_MACHINE_H

#include <posthaste/login.h>
#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* When to encrypt. Zero is the safe one. */
enum ph_tls {
    PH_TLS_REQUIRED = 0,  /* STARTTLS, or nothing is sent (RFC 3207) */
    PH_TLS_OPPORTUNISTIC, /* STARTTLS if offered; else go on in clear,
                             without credentials */
    PH_TLS_NONE,          /* never */
    PH_TLS_IMPLICIT       /* from the first byte (RFC 8314 3.3) */
};

/* Zero or NULL means the default everywhere. Copied. */
struct ph_session_options {
    size_t size;       /* sizeof this struct */
    const char *hello; /* EHLO name; NULL = "[127.0.0.1]" */
    enum ph_tls tls;
    const struct ph_credentials *auth; /* NULL = none */
    bool ask_login;      /* without `auth`: raise PH_EVENT_NEED_LOGIN in
                          * each session, before AUTH */
    const char *without; /* extensions to overlook: "PIPELINING,SIZE" */
    bool force_8bit;     /* send 8-bit content even without 8BITMIME */
    bool lmtp;           /* speak LMTP (RFC 2033): LHLO, and a reply for each
                          * recipient after the content */
    bool chunking;       /* BDAT in place of DATA where CHUNKING is offered (RFC
                          * 3030); content that is binary needs it anyway */
    unsigned ahead;      /* with PIPELINING: how many transactions may be under
                          * way that have no final reply yet, at most 16. With
                          * DATA the second one waits for its 354; with BDAT
                          * contents follow each other, and all that have left
                          * are in doubt if the connection is lost. 0 = 2 with
                          * DATA, 8 with BDAT; 1 = one after the other */
    int trace;           /* 1 = dialogue, 2 = message content too; see
                          * ph_machine_trace() */
};

/* When a report about delivery is wanted (RFC 3461 4.1); NEVER stands alone. */
enum {
    PH_NOTIFY_NEVER = 1,
    PH_NOTIFY_SUCCESS = 2,
    PH_NOTIFY_FAILURE = 4,
    PH_NOTIFY_DELAY = 8
};
enum ph_return { PH_RETURN_UNSAID = 0, PH_RETURN_FULL, PH_RETURN_HEADERS };

/* What extensions let MAIL and RCPT say besides. Zero or NULL is "not said".
 * A parameter goes out only if the server offers its extension. Without it
 * DSN, MT-PRIORITY and AUTH= are left out; a message that asks for REQUIRETLS,
 * FUTURERELEASE or DELIVERBY is refused here instead. */
struct ph_parameters {
    size_t size;                 /* sizeof this struct */
    unsigned notify;             /* PH_NOTIFY_..., for every recipient */
    const char *const *original; /* ORCPT of each: "rfc822;ann@x.org", not yet
                                  * xtext; the array or an entry may be NULL */
    enum ph_return ret;          /* RET= */
    const char *envelope_id;     /* ENVID=, printable, at most 100 octets */
    const char *auth;            /* AUTH= mailbox (RFC 4954 5); "" = <> */
    int deliver_by_secs;         /* BY= (RFC 2852); 0 = not said; may be < 0
                                  * with by_notify */
    bool by_notify;              /* BY=n;N in place of BY=n;R */
    bool by_trace;               /* BY=n;RT */
    unsigned hold_secs;          /* HOLDFOR= (RFC 4865) */
    const char *hold_until;      /* HOLDUNTIL=, an RFC 3339 date */
    const char *priority;        /* MT-PRIORITY= "-9" to "9" (RFC 6710) */
    bool require_tls;            /* REQUIRETLS (RFC 8689) */
};

/* The envelope of one transaction. Borrowed until its PH_EVENT_DONE. */
struct ph_envelope {
    size_t size;           /* sizeof this struct */
    const char *from;      /* reverse-path without <>; "" = null sender */
    const char *const *to; /* recipients, without <>, at least one. A local
                            * part in UTF-8 needs SMTPUTF8 (RFC 6531) */
    size_t to_count;
    uint64_t content_size; /* octets, CRLFs counted, stuffed dots not
                            * (RFC 1870 5); 0 = unknown */
    bool eight_bit;        /* content has octets above 127 (RFC 6152) */
    bool binary;           /* content is not lines: BINARYMIME (RFC 3030 3); it
                            * is sent octet for octet */
    bool utf8;             /* its header has UTF-8: SMTPUTF8 (RFC 6532) */
    bool all_or_nothing;   /* unless everybody is accepted, nobody gets it */
    bool commit;           /* raise PH_EVENT_COMMIT before the last octets */
    const struct ph_parameters *parameters; /* NULL = none */
    void *user;                             /* comes back in its events */
};

/* What one recipient got. Texts are borrowed until the next event is pulled. */
struct ph_verdict {
    enum ph_outcome outcome;
    struct ph_error why; /* code PH_OK when accepted; stage and reply say where
                          * and by which words it was decided */
    bool postponed;      /* the server takes no more in this transaction: send
                          * this one in another, at once (RFC 5321 4.5.3.1.10).
                          * Not after an attempt: outcome is deferred or
                          * unsent */
};

/* Machine -> driver. A session starts with an implicit wait for bytes. */
enum ph_event_type {
    PH_EVENT_START_TLS,  /* do the handshake, then tell TLS_UP or TLS_FAILED */
    PH_EVENT_NEED_LOGIN, /* call ph_machine_log_in(), or tell
                          * NO_LOGIN: see `ask_login` */
    PH_EVENT_READY,     /* a transaction may begin, or QUIT be told. Raised when
                         * idle; with PIPELINING also when a content is about
                         * to go out, which the next group may ride behind */
    PH_EVENT_NEED_BODY, /* call ph_machine_body() for the next piece */
    PH_EVENT_COMMIT,    /* content is complete but for the final dot: tell GO,
                         * and from then on it may be delivered */
    PH_EVENT_RECIPIENT, /* recipient [index] was accepted or refused at RCPT */
    PH_EVENT_DONE,      /* the transaction is over: see ph_machine_verdict().
                         * Transactions end in the order they began */
    PH_EVENT_REPLY,     /* the answer to ph_machine_query(): see `reply` */
    PH_EVENT_CLOSED     /* the session is over: close the transport. Nothing
                         * is left to write; error NULL = we quit */
};
struct ph_event {
    enum ph_event_type type;
    size_t index;                 /* of PH_EVENT_RECIPIENT */
    void *user;                   /* of the envelope: NEED_BODY, COMMIT,
                                   * RECIPIENT, DONE */
    const struct ph_error *error; /* RECIPIENT, CLOSED; borrowed until the
                                   * next call on the machine */
    const struct ph_reply *reply; /* REPLY; borrowed likewise */
};

/* Driver -> machine. */
enum ph_signal {
    PH_SIGNAL_TLS_UP,      /* handshake done and the peer is who it should be */
    PH_SIGNAL_TLS_FAILED,  /* detail says why */
    PH_SIGNAL_NO_LOGIN,    /* answers NEED_LOGIN: there are none;
                            * detail says why */
    PH_SIGNAL_BODY_FAILED, /* the content cannot be produced after all */
    PH_SIGNAL_GO,          /* answers COMMIT */
    PH_SIGNAL_TIMEOUT,     /* ph_machine_timeout() has passed */
    PH_SIGNAL_LOST,        /* the peer closed, or the connection failed */
    PH_SIGNAL_QUIT         /* leave: when READY, say QUIT */
};

struct ph_machine;

/* PH_E_INVALID: hello, credentials or a list in `opts` hold control
 * characters; PH_E_NOMEM. The machine expects bytes (or, with
 * PH_TLS_IMPLICIT, has a START_TLS event) at once. */
PH_API int ph_machine_new(struct ph_machine **out,
                          const struct ph_session_options *opts);
PH_API void ph_machine_free(struct ph_machine *m); /* NULL is fine */

/* Bytes from the server, after TLS was taken off. Returns how many were
 * taken: processing stops at each event. Pull the events, then feed the rest;
 * bytes behind the 220 of STARTTLS must be fed too: they are an attack, and
 * the machine says so. Takes everything once the session is over. */
PH_API size_t ph_machine_feed(struct ph_machine *m, const char *data,
                              size_t len);

/* The next event; false when there is none. */
PH_API bool ph_machine_next(struct ph_machine *m, struct ph_event *out);

/* PH_E_INVALID when the signal makes no sense in this state. `detail` is
 * copied into the error that follows; NULL is fine. */
PH_API int ph_machine_tell(struct ph_machine *m, enum ph_signal signal,
                           const char *detail);

/* Answers NEED_LOGIN. Copied, and wiped with the machine. PH_E_INVALID:
 * not now, or what ph_machine_new() would not take either; PH_E_NOMEM: then the
 * question still stands. */
PH_API int ph_machine_log_in(struct ph_machine *m,
                             const struct ph_credentials *auth);

/* The channel binding data of the TLS session, copied: between START_TLS and
 * PH_SIGNAL_TLS_UP, or not at all. PH_E_INVALID: not now, or not 1 to 64 octets
 * of a type that has some. */
PH_API int ph_machine_bind(struct ph_machine *m, enum ph_binding type,
                           const void *data, size_t len);

/* Begins a transaction, after READY and until the next QUIT. PH_E_ADDRESS: an
 * address or parameter that SMTP cannot carry (nothing was written);
 * PH_E_INVALID: not now; PH_E_NOMEM. */
PH_API int ph_machine_begin(struct ph_machine *m,
                            const struct ph_envelope *env);
/* True when ph_machine_begin() may be called: READY was raised, and since then
 * nothing has begun. */
PH_API bool ph_machine_may_begin(const struct ph_machine *m);

/* Asks the server something outside a transaction (RFC 5321 4.1.1.6-9); only
 * when idle. The answer, whatever it is, comes as PH_EVENT_REPLY. `argument`:
 * NULL for none. PH_E_INVALID: not idle, or a control character in it. */
enum ph_query { PH_QUERY_NOOP, PH_QUERY_VRFY, PH_QUERY_EXPN, PH_QUERY_HELP };
PH_API int ph_machine_query(struct ph_machine *m, enum ph_query query,
                            const char *argument);

/* A piece of content, after NEED_BODY; one for each. Line ends become CRLF, and
 * the end gets a CRLF if it has none; with DATA leading dots are stuffed (RFC
 * 5321 4.5.2), with BDAT a piece is a chunk. Borrowed until its octets are
 * sent. PH_E_CONTENT: a lone CR or a NUL in what is not binary; the session is
 * then lost, because content cannot be taken back. PH_E_INVALID: not wanted
 * (any more). */
PH_API int ph_machine_body(struct ph_machine *m, const char *data, size_t len,
                           bool last);

/* What to write now, as up to `max` slices; borrowed until ph_machine_sent(),
 * or until the session is over. What has not left by then is not said any
 * more: the server would take what was reported as not sent. Returns how many.
 */
PH_API size_t ph_machine_output(const struct ph_machine *m,
                                struct ph_slice *out, size_t max);
/* `len` octets of that are in the transport's hands. */
PH_API void ph_machine_sent(struct ph_machine *m, size_t len);

/* Seconds the current wait may last in all (RFC 5321 4.5.3.2); 0 = for ever.
 * *epoch (may be NULL) changes whenever a new wait has begun. */
PH_API unsigned ph_machine_timeout(const struct ph_machine *m, unsigned *epoch);

/* Name of the row we are in: "MAIL". Static. */
PH_API const char *ph_machine_state(const struct ph_machine *m);
/* True while TLS protects the session. */
PH_API bool ph_machine_secure(const struct ph_machine *m);
/* The mechanism used by AUTH, or NULL before it. Static. */
PH_API const char *ph_machine_mechanism(const struct ph_machine *m);

/* The verdict on recipient i of the transaction whose RECIPIENT or DONE was
 * pulled last. */
PH_API void ph_machine_verdict(const struct ph_machine *m, size_t i,
                               struct ph_verdict *out);

/* Does the latest EHLO reply list this keyword? Case does not matter; what
 * `without` names is not seen. */
PH_API bool ph_machine_offers(const struct ph_machine *m, const char *keyword);
/* How many recipients one transaction may have: the server's RCPTMAX (RFC
 * 9422), or 0 when it has not said. */
PH_API size_t ph_machine_recipients_max(const struct ph_machine *m);
/* True once the server has answered a group of commands as if it could not do
 * PIPELINING (RFC 2920): a next session is better opened without it. */
PH_API bool ph_machine_mangles_groups(const struct ph_machine *m);

/* The dialogue since the last call, a line each ended by '\n': "S: 220 hi",
 * "C: EHLO me", "# a remark"; secrets are "<hidden>", also where a server
 * repeats them; content is "<N octets>". Borrowed until the next call on the
 * machine. Returns its length, 0 when there is none or options.trace is 0. */
PH_API size_t ph_machine_trace(struct ph_machine *m, const char **out);

/* What the table says, with no machine at all. Every state answers for every
 * code: 0-999, and anything else means garbage. Names are static. */
struct ph_transition {
    const char *state;
    const char *action;
    const char *next;
};
/* PH_E_INVALID: no such state, or one that waits for no reply. */
PH_API int ph_transition_for(const char *state, int code,
                             struct ph_transition *out);

#ifdef __cplusplus
}
#endif
#endif
