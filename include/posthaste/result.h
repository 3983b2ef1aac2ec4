/* posthaste/result.h - what became of a submission. */
#ifndef POSTHASTE_RESULT_H
#define POSTHASTE_RESULT_H

#include <posthaste/types.h>

/* What became of one recipient. Borrowed during the callback. */
struct ph_recipient_result {
    const char *address; /* as given */
    enum ph_outcome outcome;
    enum ph_stage stage;   /* where it was decided */
    enum ph_code code;     /* PH_OK when accepted, else why */
    struct ph_reply reply; /* the deciding reply; code 0 when there was none */
    const char *detail;    /* more words, or "" */
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
    const char *mechanism;  /* of AUTH, in the session that decided; or "" */
};

#endif
