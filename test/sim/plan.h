/* sim/plan.h - what one seed means: who submits what, what the engine is told,
 * what the server is like, and what goes wrong how often. */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "engine/engine.h"
#include "sim/random.h"

/* What may go wrong, and what it is called in the figures. Those before
 * SIM_DRAWN strike by chance; the others follow from a rule of the server or
 * were the caller's wish, and are only counted. */
#define SIM_FAULT_MAP(X)                                                       \
    X(DIAL_REFUSED, "dials refused")                                           \
    X(DIAL_UNANSWERED, "dials without an answer")                              \
    X(RESET, "connections reset")                                              \
    X(HALF_CLOSED, "connections half closed")                                  \
    X(SILENT, "connections gone with no word")                                 \
    X(STALLED, "stalls")                                                       \
    X(SHAKE_FAILED, "handshakes failed")                                       \
    X(SHAKE_UNANSWERED, "handshakes without an end")                           \
    X(LOGIN_MISSING, "no credentials")                                         \
    X(LOGIN_UNANSWERED, "credentials never given")                             \
    X(CLOSING, "421, and closed")                                              \
    X(TEMPORARY, "4yz")                                                        \
    X(PERMANENT, "5yz")                                                        \
    X(MUTE, "servers fallen silent")                                           \
    X(HANGS_UP, "closed in place of a reply")                                  \
    X(SLOW, "slow replies")                                                    \
    X(REPLY_LOST, "accepted, reply lost")                                      \
    X(UNASKED, "replies unasked or doubled")                                   \
    X(GO_LATE, "commits answered late")                                        \
    X(GO_NEVER, "commits never answered")                                      \
    X(TOO_MANY_SESSIONS, "too many sessions")                                  \
    X(FEWER_SESSIONS, "asked for fewer sessions")                              \
    X(TOO_MANY_MAILS, "too many mails in a session")                           \
    X(TOO_FAST, "too many mails in a minute")                                  \
    X(TOO_MANY_RCPTS, "too many recipients")                                   \
    X(GREYLISTED, "greylisted")                                                \
    X(GROUP_DROPPED, "groups dropped")                                         \
    X(CANCELED, "canceled")                                                    \
    X(OVERDUE, "deadlines passed")                                             \
    X(STOPPED, "drained or aborted early")                                     \
    X(CRASHED, "crashed")

enum sim_fault {
#define X(name, words) SIM_##name,
    SIM_FAULT_MAP(X)
#undef X
        SIM_FAULTS,
    SIM_DRAWN = SIM_TOO_MANY_SESSIONS
};
const char *sim_fault_name(enum sim_fault f);

enum {
    SIM_MAILS_MAX = 200,
    SIM_RECIPIENTS_MAX = 20, /* of one mail */
    SIM_SESSIONS_MAX = 8,
    SIM_LIVES_MAX = 3,
    SIM_ENDLESS = 1000 /* attempts, losses */
};

/* How a life of the process ends. */
enum sim_end { SIM_END_DONE, SIM_END_DRAIN, SIM_END_ABORT, SIM_END_CRASH };

struct sim_server_plan {
    bool extended; /* knows EHLO */
    bool pipelining;
    bool size;
    bool chunking;
    bool starttls;
    bool login;        /* offers AUTH */
    bool enhanced;     /* codes of RFC 3463 */
    bool drops_groups; /* ... what comes behind a command at once */
    uint64_t size_max;
    unsigned mail_max;       /* said with LIMITS (RFC 9422); 0 = not */
    unsigned rcpt_max;       /* likewise */
    unsigned sessions;       /* further ones get 421; 0 = no limit */
    unsigned wished;         /* with more it says 432 at times; 0 = no limit */
    unsigned mails_quietly;  /* closes after so many; 0 = no limit */
    unsigned mails_a_minute; /* 0 = no limit */
    unsigned rcpts_quietly;  /* as rcpt_max, but not said */
    uint64_t grey_ms;        /* 0 = takes whom it does not know */
    uint64_t think_ms;
};

struct sim_plan {
    uint64_t seed;
    struct ph__engine_options options;
    struct ph__pace_limits pace[PH__PACE_KINDS];
    bool paced;
    bool thrifty; /* ... by mails a minute alone; nothing is ever lost */
                  /* the caller */
    unsigned mails;
    unsigned recipients; /* at most, of one */
    size_t content;      /* at most, octets */
    uint64_t spread_ms;  /* over which they are submitted */
    unsigned chained;    /* rates in a thousand: submitted when another ends */
    unsigned commits;
    unsigned canceled;
    unsigned overdue; /* ... have a deadline */
    unsigned whole;   /* ... go to all or nobody */
    enum sim_end ends[SIM_LIVES_MAX];
    uint64_t end_at[SIM_LIVES_MAX]; /* a time; of a crash a step */
    unsigned lives;
    bool by_force; /* what a crash left uncertain is sent again */
    /* the network */
    uint64_t latency_ms;
    uint64_t jitter_ms;
    unsigned cut;     /* rates: arrives in pieces */
    unsigned partial; /* the socket takes less than it is given */
    unsigned drip;    /* octet by octet, slowly */
    unsigned rates[SIM_DRAWN];
    uint64_t heal_at; /* from then on nothing goes wrong any more */
    struct sim_server_plan server;
};

void sim_plan_draw(struct sim_plan *p, uint64_t seed);
/* On the standard output, as names and values. */
void sim_plan_print(const struct sim_plan *p);
/* In a world without faults and rules everybody is accepted. */
bool sim_plan_is_calm(const struct sim_plan *p);

#endif
