/* sink/sink.h - a small SMTP server that accepts mail and relays nothing: for
 * trying things out, and as the other side in tests. It lives on the caller's
 * loop. SIGPIPE should be ignored by who owns the process. */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <uv.h>

#include "base/buf.h"

struct ph__sink;

enum { PH__SINK_RECIPIENTS_MAX = 10000 /* of a transaction */ };

/* Where in `texts` the strings of one recipient begin. */
struct ph__sink_to {
    uint32_t address;
    uint32_t parameters;
};

/* A message that has come in whole; borrowed during the callback. */
struct ph__sink_message {
    uint64_t connection; /* the first one is 1 */
    const char *peer;    /* "127.0.0.1:41234", "unix:/path" */
    const char *hello;
    const char *tls_version; /* "TLSv1.3"; NULL without TLS */
    const char *tls_cipher;
    const char *user;       /* who authenticated, or NULL */
    const char *from;       /* "" is the null sender */
    const char *parameters; /* of MAIL, as given: "SIZE=12 BODY=8BITMIME" */
    size_t to_count;
    const struct ph__sink_to *to; /* see ph__sink_address() */
    const char *texts;
    const char *content; /* as received, without the stuffed dots, or NULL */
    size_t size;
    size_t chunks;    /* of BDAT; 0 = it came by DATA */
    uint64_t flights; /* of its connection, that of its reply included */
};

/* Where a client left the script; borrowed during the callback. */
struct ph__sink_difference {
    uint64_t connection;
    size_t line; /* of the script; the first one is 1 */
    const char *expected;
    const char *got; /* as it came: not fit for a terminal */
};

/* "HOST:PORT" or "[::1]:PORT" taken apart; `port` is in `where`. False: it is
 * neither. */
enum { PH__SINK_HOST_MAX = 255 };
bool ph__sink_where(char host[PH__SINK_HOST_MAX + 1], const char **port,
                    const char *where);
/* Waits for it: for the time before a loop runs. 0, or libuv's error. */
int ph__sink_resolve(struct sockaddr_storage *out, uv_loop_t *loop,
                     const char *host, const char *port);

static inline const char *ph__sink_address(const struct ph__sink_message *m,
                                           size_t i)
{
    return m->texts + m->to[i].address;
}

/* Of RCPT, as given: "NOTIFY=NEVER". */
static inline const char *ph__sink_parameters(const struct ph__sink_message *m,
                                              size_t i)
{
    return m->texts + m->to[i].parameters;
}

/* Everything is borrowed for the life of the sink. Zero is the default. */
struct ph__sink_options {
    const char *listen;   /* "HOST:PORT", port 0 = a free one; "unix:/path";
                           * NULL = "127.0.0.1:2525" */
    const char *tls_cert; /* PEM files; both or none */
    const char *tls_key;
    bool implicit_tls; /* TLS from the first octet, no STARTTLS */
    const char *user;  /* AUTH is offered, and needed before MAIL */
    const char *password;
    const char *const *replies; /* faults: "rcpt@*@example.org=550 no" */
    size_t reply_count;
    const char *with;        /* rarer extensions to offer: "DELIVERBY" */
    const char *without;     /* extensions not to offer: "PIPELINING,SIZE" */
    const char *limits;      /* RFC 9422: "MAILMAX=2 RCPTMAX=3" */
    bool lmtp;               /* RFC 2033 */
    uint64_t max_recipients; /* of a transaction; default, and at most,
                              * PH__SINK_RECIPIENTS_MAX */
    uint64_t delay_ms;       /* before any replies leave: a round trip */
    const char *script;      /* the text of a transcript to be followed instead
                              * (see script.h) */
    bool discard_content;    /* the callback wants its size only */
    uint64_t max_messages;   /* then no more are taken; of a script: times */
    uint64_t size_limit;     /* of one message; default 64 MiB */
    uint64_t idle_ms;        /* default 5 minutes (RFC 5321 4.5.3.2.7) */
    /* Not 0 = it cannot be stored: the client is told 452. May be NULL. */
    int (*message)(void *user, const struct ph__sink_message *message);
    /* max_messages are in and their sessions over, or everything asked for
     * with ph__sink_drain() is finished. Once. May be NULL. */
    void (*done)(void *user);
    /* A client said something else than the script. May be NULL. */
    void (*differed)(void *user, const struct ph__sink_difference *d);
    /* After `message`: what was said since the message before, up to the reply
     * to this one, as lines "C: ..." and "S: ..." without secrets. May be NULL;
     * then it is not kept. A script's sessions have none. */
    void (*dialogue)(void *user, const char *lines);
    void *callback_user;
};

struct ph__sink_counts {
    uint64_t connections;
    uint64_t handshakes;
    uint64_t messages;   /* accepted */
    uint64_t recipients; /* of those */
    /* Replies in answer to octets that came in one turn of the loop are one
     * flight. A greeting answers nothing, and TLS has flights of its own:
     * neither is counted. */
    uint64_t flights;
    uint64_t differences; /* from the script */
};

/* PH_E_INVALID (an option), PH_E_TLS (certificate or key), PH_E_CONNECT
 * (cannot listen), PH_E_NOMEM; `why` says more. After a failure the loop must
 * run once more: handles may be closing on it. */
int ph__sink_new(struct ph__sink **out, uv_loop_t *loop,
                 const struct ph__sink_options *opts, struct ph__buf *why);
uint16_t ph__sink_port(const struct ph__sink *s);    /* 0 for a unix socket */
const char *ph__sink_name(const struct ph__sink *s); /* "[::1]:2525" */
const struct ph__sink_counts *ph__sink_counts(const struct ph__sink *s);
/* Stops listening, lets open transactions finish, sends the others away. */
void ph__sink_drain(struct ph__sink *s);
/* Closes everything at once, frees, then calls `cb` (may be NULL) as the last
 * touch. Legal in callbacks. */
void ph__sink_close(struct ph__sink *s, void (*cb)(void *user), void *user);

/* The message's envelope as one line of JSON, without a line end. */
int ph__sink_message_json(struct ph__buf *out,
                          const struct ph__sink_message *message,
                          uint64_t number);

#endif
