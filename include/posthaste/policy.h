/* posthaste/policy.h - what a client bears before it tells you, and how much it
 * sends in what time. */
#ifndef POSTHASTE_POLICY_H
#define POSTHASTE_POLICY_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How many may go out, of messages or of recipients; all sessions together, and
 * asked before MAIL. Zeros: no limit. */
struct ph_rate {
    unsigned count; /* in each `secs`, spread evenly; secs 0 = 1 */
    unsigned secs;
    unsigned burst; /* so many may go at once after a rest; 0 = 1 */
    /* In any minute, hour or day, wherever it begins. */
    unsigned minute;
    unsigned hour;
    unsigned day;
};

/* Zero means the default everywhere: one attempt, no outage borne, no limit. A
 * submission may wait for as long as these say; `deadline_secs` of its options
 * ends that. Outcomes that mean "not now" are kept back meanwhile. */
struct ph_policy {
    size_t size; /* sizeof this struct */
    /* Transactions until "deferred" is the last word, by a 4yz. A connection
     * that is lost and a server that has too much to do cost none, up to five
     * in a row. 0 = 1. */
    unsigned attempts;
    unsigned wait_secs;         /* before the second, default 30; doubles, with
                                 * up to half of it more by chance */
    unsigned longest_wait_secs; /* of those; default 3600 */
    unsigned greylist_secs;     /* at least, if a server greylists; default 300;
                                 * UINT_MAX = none */
    /* While no session can be had submissions wait so long, counted from the
     * first failure, and a new one is tried ever more rarely (15 s to 15 min;
     * after a refusal for good, such as 535, 5 min to an hour); 0 = everybody
     * is told at once; UINT_MAX = for ever. */
    unsigned outage_secs;
    bool patient;        /* so also before the first session */
    bool even_uncertain; /* what may have been delivered is sent again */
    struct ph_rate messages;
    struct ph_rate recipients;
    /* What may be queued, or wait, at once; more is PH_E_AGAIN. */
    unsigned queue_messages; /* default: no limit */
    size_t queue_octets;     /* of rendered messages, without what they share
                              * (ph_part, a template); default: no limit */
};
#define PH_POLICY(...)                                                         \
    (&(struct ph_policy){.size = sizeof(struct ph_policy), __VA_ARGS__})

/* How things are with the server. */
#define PH_HEALTH_MAP(X)                                                       \
    X(GOOD, "good")           /* or nothing is known */                        \
    X(THROTTLED, "throttled") /* it, or your limits, hold messages back */     \
    X(FAILING, "failing")     /* the latest session could not be had */        \
    X(PAUSED, "paused")       /* nor several before: none is tried for now */

enum ph_health {
#define X(name, text) PH_HEALTH_##name,
    PH_HEALTH_MAP(X)
#undef X
};
PH_API const char *ph_health_name(enum ph_health health);

enum ph_notice_type {
    PH_NOTICE_ROOM,    /* after PH_E_AGAIN: submit again */
    PH_NOTICE_HEALTH,  /* it has changed */
    PH_NOTICE_SESSION, /* one is READY, or was and is over */
    PH_NOTICE_STATE    /* one is in another state of the table */
};
/* Borrowed during the callback. */
struct ph_notice {
    enum ph_notice_type type;
    enum ph_health health;      /* of HEALTH */
    uint64_t until_ms;          /* THROTTLED or PAUSED: from now; else 0 */
    const struct ph_error *why; /* FAILING, PAUSED; or NULL */
    unsigned session;           /* its number, as in the trace; or 0 */
    bool open;                  /* of SESSION */
    const char *state;          /* of STATE: "MAIL"; static */
};
typedef void (*ph_notice_cb)(const struct ph_notice *notice, void *user);

#ifdef __cplusplus
}
#endif
#endif
