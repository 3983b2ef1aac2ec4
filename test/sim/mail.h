/* sim/mail.h - one mail, and what becomes of each recipient: what the server
 * did, what the caller was told. */
#ifndef SIM_MAIL_H
#define SIM_MAIL_H

#include "sim/plan.h"

/* One recipient of one mail, over all lives of the process. */
struct sim_fate {
    unsigned accepted;    /* the server took responsibility, so many times */
    unsigned heard;       /* ... and the client was told so */
    unsigned in_doubt;    /* uncertain to somebody, and sent again on purpose */
    bool seen;            /* its RCPT, in this life */
    bool refused;         /* the server said 5yz about it, in this life */
    unsigned put_off;     /* the server said 4yz about it, in this life */
    uint64_t put_off_at;  /* ... and the last word was that: when; or 0 */
    uint64_t known_since; /* of a greylist; 0 = not known */
    bool told;            /* it has an outcome */
    enum ph_outcome outcome;
};

enum sim_journal { SIM_UNKNOWN, SIM_PENDING, SIM_SETTLED };

struct sim_mail {
    unsigned number; /* from 0 */
    struct ph__job job;
    size_t count;
    struct sim_fate *fates;              /* one a recipient */
    struct ph_recipient_result *results; /* this life's, as `to` and `which` */
    char (*addresses)[48];
    const char **to;
    size_t *which;
    char from[32];
    char *content;
    size_t content_len;
    struct ph_slice slices[2]; /* of the content */
    unsigned chained; /* mail + 1 that is submitted when this ends; 0 = none */
    bool waits;       /* for another to end */
    bool whole;       /* to all, or to nobody */
    bool commits;
    size_t wanted;  /* recipients, when it was submitted last */
    bool submitted; /* in this life */
    bool gone;      /* its last octets were let go, once at least */
    bool canceled;
    bool tainted;      /* a server has said things that nobody asked for */
    bool mangled;      /* ... has taken a reply for another */
    unsigned finished; /* how often, in this life */
    unsigned begun;    /* transactions, in this life */
    size_t most;      /* recipients that the server takes in one; 0 = unknown */
    uint64_t most_at; /* since when that is known */
    enum sim_journal journal;
    uint64_t stopped_at; /* canceled or overdue, while under way */
};

#endif
