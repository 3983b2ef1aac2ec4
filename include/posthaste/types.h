/* posthaste/types.h - the words that all of posthaste shares: error codes,
 * replies, outcomes, stages, slices. */
#ifndef POSTHASTE_TYPES_H
#define POSTHASTE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PH_API __attribute__((visibility("default")))
#else
#define PH_API
#endif

/* Every call that can fail returns PH_OK or one of these, all negative.
 * The numbers are ABI: never reuse one. */
#define PH_ERROR_MAP(X)                                                        \
    X(NOMEM, 1, "out of memory")                                               \
    X(INVALID, 2, "invalid argument, or call out of order")                    \
    X(ADDRESS, 3, "address cannot be sent over SMTP")                          \
    X(RESOLVE, 4, "host name does not exist")                                  \
    X(CONNECT, 5, "connection failed")                                         \
    X(TIMEOUT, 6, "server did not answer in time")                             \
    X(CLOSED, 7, "connection was closed")                                      \
    X(PROTOCOL, 8, "server broke the protocol")                                \
    X(TLS, 9, "TLS handshake or certificate check failed")                     \
    X(NO_TLS, 10, "TLS is required but not to be had")                         \
    X(AUTH, 11, "authentication failed or could not start")                    \
    X(TEMPORARY, 12, "refused for now (4yz); try again later")                 \
    X(PERMANENT, 13, "refused for good (5yz)")                                 \
    X(DOUBT, 14,                                                               \
      "connection lost after the message was sent; it may have "               \
      "arrived")                                                               \
    X(CANCELED, 15, "canceled by the caller")                                  \
    X(LIMIT, 16, "larger than a limit allows")                                 \
    X(CONTENT, 17, "message content cannot be sent over SMTP")                 \
    X(HEADER, 18, "header name or value cannot be sent")                       \
    X(SYSTEM, 19, "the operating system refused")                              \
    X(EXTENSION, 20, "the server does not offer what the message needs")       \
    X(AGAIN, 21, "the queue is full; submit again later")

enum ph_code {
    PH_OK = 0,
#define X(name, number, text) PH_E_##name = -(number),
    PH_ERROR_MAP(X)
#undef X
};

/* One line of English for a code; never NULL, static. */
PH_API const char *ph_strerror(int code);

/* What became of one recipient. */
#define PH_OUTCOME_MAP(X)                                                      \
    X(UNSENT, "unsent")       /* its RCPT was never written */                 \
    X(ACCEPTED, "accepted")   /* the server took responsibility */             \
    X(REFUSED, "refused")     /* for good: trying again will not help */       \
    X(DEFERRED, "deferred")   /* for now: trying again may help */             \
    X(UNCERTAIN, "uncertain") /* lost between last octet and reply */

enum ph_outcome {
#define X(name, text) PH_##name,
    PH_OUTCOME_MAP(X)
#undef X
};
PH_API const char *ph_outcome_name(enum ph_outcome outcome);

/* Where it was decided. */
#define PH_STAGE_MAP(X)                                                        \
    X(INPUT, "input")                                                          \
    X(RESOLVE, "resolve")                                                      \
    X(CONNECT, "connect")                                                      \
    X(TLS, "tls")                                                              \
    X(GREETING, "greeting")                                                    \
    X(HELLO, "hello")                                                          \
    X(STARTTLS, "starttls")                                                    \
    X(AUTH, "auth")                                                            \
    X(MAIL, "mail")                                                            \
    X(RCPT, "rcpt")                                                            \
    X(DATA, "data")                                                            \
    X(CONTENT, "content")                                                      \
    X(QUIT, "quit")

enum ph_stage {
#define X(name, text) PH_STAGE_##name,
    PH_STAGE_MAP(X)
#undef X
};
PH_API const char *ph_stage_name(enum ph_stage stage);

/* What the server said (RFC 5321 4.2, RFC 3463). */
struct ph_reply {
    int code;         /* 250; 0 when there was no reply */
    int enhanced[3];  /* {2, 1, 5}; zeros when absent or ill-formed */
    const char *text; /* lines joined by '\n', without codes; never NULL.
                       * Printable: controls became '?'. Where it repeats what
                       * was said with AUTH it ends with "<hidden>" */
};

/* Why something failed. Borrowed like whatever holds it. */
struct ph_error {
    enum ph_code code;
    enum ph_stage stage;
    const char *state;     /* the row of the table we were in: "RCPT" */
    struct ph_reply reply; /* code 0 when no reply is to blame */
    const char *detail;    /* more words ("certificate has expired"), or "" */
};

/* Some bytes; borrowed. */
struct ph_slice {
    const char *data;
    size_t len;
};

#ifdef __cplusplus
}
#endif
#endif
