/* posthaste/result.h - what became of a submission. */
#ifndef POSTHASTE_RESULT_H
#define POSTHASTE_RESULT_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a failure is about, by stage, code, enhanced status code and the words
 * that some servers put it in. */
#define PH_CLASS_MAP(X)                                                        \
    X(NONE, "none")               /* nothing failed */                         \
    X(RECIPIENT, "recipient")     /* this address, for good */                 \
    X(MAILBOX, "mailbox")         /* this address, for now */                  \
    X(MESSAGE, "message")         /* this content or envelope, for good */     \
    X(GREYLIST, "greylist")       /* come again, but not at once */            \
    X(CONCURRENCY, "concurrency") /* too many sessions */                      \
    X(RATE, "rate")               /* too many messages in this time */         \
    X(QUOTA, "quota")             /* the account has had its share: a day */   \
    X(SERVER, "server")           /* the server has trouble of its own */      \
    X(POLICY, "policy")           /* it does not want mail of ours */          \
    X(AUTH, "auth")               /* it does not know us */                    \
    X(CONFIG, "config")           /* our settings are wrong */                 \
    X(NETWORK, "network")         /* no reply at all */                        \
    X(CALLER, "caller")           /* canceled, or its time is over */

enum ph_class {
#define X(name, text) PH_CLASS_##name,
    PH_CLASS_MAP(X)
#undef X
};
PH_API const char *ph_class_name(enum ph_class c);

/* What a reply at a stage is about, and in *hint, unless NULL, one sentence of
 * advice, or "" (static). Whether to try again is not said by the class, but by
 * the code: 4yz yes, 5yz no, but a QUOTA always. */
PH_API enum ph_class ph_classify(enum ph_stage stage,
                                 const struct ph_reply *reply,
                                 const char **hint);

/* What became of one recipient. Borrowed during the callback. */
struct ph_recipient_result {
    const char *address; /* as given */
    enum ph_outcome outcome;
    enum ph_stage stage;   /* where it was decided */
    enum ph_code code;     /* PH_OK when accepted, else why */
    struct ph_reply reply; /* the deciding reply; code 0 when there was none */
    const char *detail;    /* more words, or "" */
    enum ph_class about;   /* what the failure is about */
    const char *hint;      /* what to do about it, in words, or ""; static */
};
struct ph_result {
    int code; /* PH_OK: every recipient was accepted; else the first
               * recipient's that was not */
    size_t count;
    const struct ph_recipient_result *recipients;
    const char *message_id; /* without <>; "" for a ready message without one */
    const char *server;     /* "host:port" of the session, or "" if none */
    unsigned attempts;      /* transactions begun for it */
    bool secure;            /* TLS protected it */
    const char *peer;       /* address of the server, or "" if not known */
    const char *tls;        /* "TLSv1.3", or "" */
    const char *cipher;     /* or "" */
    uint64_t elapsed_ms;    /* since it was submitted */
    const char *dialogue;   /* the session's last lines, each with its '\n', if
                             * they were to be kept and somebody was not
                             * accepted; or "" */
    const char *mechanism;  /* of AUTH, in the session that decided; or "" */
};

#ifdef __cplusplus
}
#endif
#endif
