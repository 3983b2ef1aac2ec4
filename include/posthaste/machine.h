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

/* Strings are copied and wiped when the machine is freed. */
struct ph_credentials {
    size_t size; /* sizeof this struct: lets it grow */
    const char *user;
    const char *password;
    const char *authzid;    /* act as somebody else; NULL = no */
    const char *mechanisms; /* only these, in this order: "PLAIN,LOGIN";
                             * NULL = the default order (that one) */
    bool plaintext;         /* allow PLAIN and LOGIN without TLS */
    bool two_step;          /* no initial response: wait for the 334 first */
};

/* Zero or NULL means the default everywhere. Copied. */
struct ph_session_options {
    size_t size;       /* sizeof this struct */
    const char *hello; /* EHLO name; NULL = "[127.0.0.1]" */
    enum ph_tls tls;
    const struct ph_credentials *auth; /* NULL = none */
    const char *without; /* extensions to overlook: "PIPELINING,SIZE" */
    bool force_8bit;     /* send 8-bit content even without 8BITMIME */
    int trace;           /* 1 = dialogue, 2 = message content too; see
                          * ph_machine_trace() */
};

/* The envelope of one transaction. Borrowed until its PH_EVENT_DONE. */
struct ph_envelope {
    size_t size;           /* sizeof this struct */
    const char *from;      /* reverse-path without <>; "" = null sender */
    const char *const *to; /* recipients, without <>, at least one */
    size_t to_count;
    uint64_t content_size; /* octets, CRLFs counted, stuffed dots not
                            * (RFC 1870 5); 0 = unknown */
    bool eight_bit;        /* content has octets above 127 (RFC 6152) */
    bool commit;           /* raise PH_EVENT_COMMIT before the last octets */
};

/* What one recipient got. Texts are borrowed until the next transaction
 * begins. */
struct ph_verdict {
    enum ph_outcome outcome;
    struct ph_error why; /* code PH_OK when accepted; stage and reply say where
                          * and by which words it was decided */
};

/* Machine -> driver. A session starts with an implicit wait for bytes. */
enum ph_event_type {
    PH_EVENT_START_TLS, /* do the handshake, then tell TLS_UP or TLS_FAILED */
    PH_EVENT_READY,     /* idle: a transaction may begin */
    PH_EVENT_NEED_BODY, /* call ph_machine_body() until its last piece */
    PH_EVENT_COMMIT,    /* content is complete but for the final dot: tell GO,
                         * and from then on it may be delivered */
    PH_EVENT_RECIPIENT, /* recipient [index] was accepted or refused at RCPT */
    PH_EVENT_DONE,      /* the transaction is over: see ph_machine_verdict() */
    PH_EVENT_CLOSED     /* the session is over: close the transport after
                         * writing what is left; error NULL = we quit */
};
struct ph_event {
    enum ph_event_type type;
    size_t index;                 /* of PH_EVENT_RECIPIENT */
    const struct ph_error *error; /* RECIPIENT, CLOSED; borrowed until the
                                   * next call on the machine */
};

/* Driver -> machine. */
enum ph_signal {
    PH_SIGNAL_TLS_UP,      /* handshake done and the peer is who it should be */
    PH_SIGNAL_TLS_FAILED,  /* detail says why */
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

/* Begins a transaction; only when READY. PH_E_ADDRESS: an address that SMTP
 * cannot carry (nothing was written); PH_E_INVALID; PH_E_NOMEM. */
PH_API int ph_machine_begin(struct ph_machine *m,
                            const struct ph_envelope *env);

/* A piece of content, after NEED_BODY. Line ends become CRLF, leading dots are
 * stuffed (RFC 5321 4.5.2), the end gets a CRLF if it has none. Borrowed until
 * ph_machine_output() has nothing left. PH_E_CONTENT: a lone CR or a NUL; the
 * session is then lost, because DATA cannot be taken back. */
PH_API int ph_machine_body(struct ph_machine *m, const char *data, size_t len,
                           bool last);

/* What to write now, as up to `max` slices; borrowed until ph_machine_sent().
 * Returns how many. Send it even after an error. */
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

/* The verdict on recipient i of the transaction that is under way or has just
 * ended. */
PH_API void ph_machine_verdict(const struct ph_machine *m, size_t i,
                               struct ph_verdict *out);

/* The dialogue since the last call, a line each ended by '\n': "S: 220 hi",
 * "C: EHLO me"; secrets are "<hidden>", content is "<N octets>". Borrowed
 * until the next call on the machine. Returns its length, 0 when there is
 * none or options.trace is 0. */
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
