/* engine/retry.h - how long to wait, and for how long in all. */
#ifndef ENGINE_RETRY_H
#define ENGINE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

/* Before attempt `attempt` (2 = the second) of a recipient that was put off:
 * `first` doubled for each further one, at most `most`, and up to half of it
 * more. Never less: a greylist counts from its first refusal. */
uint64_t ph__retry_wait(struct ph__random *r, uint64_t first, uint64_t most,
                        unsigned attempt);
/* `wait`, and up to half of it more. */
uint64_t ph__retry_jitter(struct ph__random *r, uint64_t wait);

/* ---- circuit breaker: a destination where no session can be had (U05) ---- */

enum ph__breaker_state {
    PH__BREAKER_CLOSED, /* all is well */
    PH__BREAKER_OPEN,   /* nobody dials until `until` */
    PH__BREAKER_HALF    /* one session may try */
};
struct ph__breaker {
    enum ph__breaker_state state;
    unsigned failures;   /* one after the other */
    uint64_t until;      /* of OPEN */
    uint64_t failing_at; /* since when; of the first of `failures` */
};
enum {
    PH__BREAKER_PATIENCE = 3,        /* failures until it opens */
    PH__BREAKER_STEP_MS = 15000,     /* times n squared, the n-th time */
    PH__BREAKER_MOST_MS = 900000,    /* 15 minutes */
    PH__BREAKER_HARD_MS = 300000,    /* at least, after a refusal for good */
    PH__BREAKER_LONGEST_MS = 3600000 /* of those */
};
/* No session could be had. `hard`: the server or its configuration refuses us
 * for good (535, certificate), so it opens at once, and for longer. Those that
 * were on their way when it opened do not count again. */
void ph__breaker_failed(struct ph__breaker *b, struct ph__random *r,
                        uint64_t now, bool hard);
/* A session is READY: closed again. */
void ph__breaker_succeeded(struct ph__breaker *b);
/* May one dial, with `connecting` sessions on their way? OPEN becomes HALF when
 * its time has come; HALF lets one through. CLOSED, but after a failure: no
 * more than could fail before it opens. */
bool ph__breaker_lets(struct ph__breaker *b, uint64_t now, unsigned connecting);

/* ---- how many sessions: additive increase, multiplicative decrease (U26) */

struct ph__room {
    unsigned most;     /* what the options say */
    unsigned limit;    /* now */
    uint64_t quiet_ms; /* how long all must be quiet before one more is tried */
    uint64_t grow_at;  /* UINT64_MAX at `most` */
    bool grown;        /* the latest change was one more, which may be wrong */
};
enum {
    PH__ROOM_QUIET_MS = 60000,
    PH__ROOM_QUIET_MOST_MS = 960000 /* doubles each time growing was wrong,
                                     * halves each time it was not */
};
void ph__room_init(struct ph__room *room, unsigned most);
/* The server will not have another session beside `others` that live: that many
 * it has room for. */
void ph__room_full(struct ph__room *room, uint64_t now, unsigned others);
/* It asks for less in the middle of one, while `open` sessions live: half.
 * Once, until no more live than the new limit allows. */
void ph__room_halve(struct ph__room *room, uint64_t now, unsigned open);
/* One more, if it is time. */
void ph__room_grow(struct ph__room *room, uint64_t now);

#endif
