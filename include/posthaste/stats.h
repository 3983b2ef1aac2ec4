/* posthaste/stats.h - a client's counters and gauges: to be read at any time,
 * and cheap. */
#ifndef POSTHASTE_STATS_H
#define POSTHASTE_STATS_H

#include <posthaste/policy.h>

struct ph_stats {
    size_t size;          /* set before the call */
    uint64_t connections; /* opened and greeted so far */
    uint64_t handshakes;  /* TLS handshakes completed */
    uint64_t messages;    /* transactions that ended in acceptance */
    uint64_t round_trips; /* waits for the server: something was sent, and the
                           * next octet came after it */
    uint64_t octets_sent; /* before TLS */
    uint64_t octets_received;
    uint64_t dials;
    uint64_t dial_failures; /* sessions that could not be had */
    uint64_t lost;    /* sessions that were lost with something under way */
    uint64_t retries; /* submissions that were put off and tried again */
    uint64_t outcomes[PH_UNCERTAIN + 1]; /* recipients, by enum ph_outcome */
    unsigned open;       /* sessions now, connecting ones included */
    unsigned idle;       /* of these */
    unsigned limit;      /* how many the server has room for, as it seems */
    unsigned queued;     /* submissions waiting for a session */
    unsigned waiting;    /* for a time to come */
    unsigned under_way;  /* on a session */
    size_t queue_octets; /* of all that are not yet completed, but for what
                          * they share */
    enum ph_health health;
    const char *tls;    /* "TLSv1.3" of the latest handshake, or ""; static
                         * while the client lives */
    const char *cipher; /* likewise */
};

#endif
