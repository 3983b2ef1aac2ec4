/* engine/health.h - how an engine is: what has happened, what is under way, and
 * whether its destination can be had. */
#ifndef ENGINE_HEALTH_H
#define ENGINE_HEALTH_H

#include "engine/retry.h"

struct ph_error;

struct ph__engine_stats {
    uint64_t connections;
    uint64_t handshakes;
    uint64_t messages;
    uint64_t round_trips; /* see posthaste/client.h */
    uint64_t octets_sent;
    uint64_t octets_received;
    uint64_t dials;
    uint64_t dial_failures; /* sessions that were never READY */
    uint64_t lost;          /* READY once, and ended by the other side or a
                             * fault with a transaction under way */
    uint64_t retries;       /* of recipients that were put off */
    uint64_t replays;       /* free ones: the session had died while idle */
    unsigned open;
    unsigned idle;
    unsigned queued;  /* could go now, if there were a session */
    unsigned waiting; /* for a time to come */
    unsigned under_way;
    unsigned limit; /* sessions at once, as things are */
};

/* How things are with the destination. */
struct ph__engine_health {
    enum ph__breaker_state breaker;
    uint64_t dial_again;        /* of an open one */
    uint64_t paced_until;       /* nothing goes before; 0 = not held back */
    const struct ph_error *why; /* of the latest session that could not be had;
                                 * NULL since one was READY */
};

#endif
