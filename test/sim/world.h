/* sim/world.h - one run: an engine, the connections it has, the server at their
 * other end, the mails of its caller, and a clock that only this moves. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/agenda.h"
#include "sim/conn.h"
#include "sim/figures.h"
#include "sim/mail.h"

/* A transaction that came to its content, for the books of the pace. */
struct sim_taken {
    uint64_t at; /* when its MAIL was written */
    unsigned life;
    unsigned recipients;
};

/* A reply that is on its way, and what it says of somebody. */
struct sim_receipt {
    struct sim_fate *fate;
    enum { SIM_GOOD, SIM_PUT_OFF, SIM_FEWER } says;
    struct sim_mail *mail;
    size_t most; /* recipients that were taken, where more were too many */
    const struct sim_conn *conn;
    size_t end; /* of the reply, in conn->down */
};

struct sim_world {
    struct sim_plan plan;
    struct sim_random net;
    struct sim_random server;
    struct sim_random caller;
    struct sim_agenda agenda;
    uint64_t now;
    uint64_t steps; /* events and orders */
    struct ph__engine *engine;
    struct ph__pace *pace; /* or NULL */
    unsigned life;
    bool stopping; /* drained or aborted */
    bool healed;   /* nothing goes wrong any more */
    uint64_t wakeup;
    unsigned woken; /* at one time, in a row */
    struct sim_conn **conns;
    size_t conn_count;
    size_t conn_room;
    unsigned open;     /* sessions, as the driver counts them */
    size_t first_live; /* conns before this one have nobody at either end */
    struct sim_mail *mails;
    struct sim_taken *taken;
    size_t taken_count;
    size_t taken_room;
    struct sim_receipt *receipts;
    size_t receipt_count;
    size_t receipt_room;
    uint64_t minute[16]; /* when the server took its latest mails */
    size_t minute_at;
    uint64_t fewer_at;  /* when it was asked for fewer sessions; 0 = never */
    unsigned fewer;     /* so many, from then on */
    uint64_t dials[32]; /* the latest, since a session was READY */
    size_t dial_count;
    uint64_t greeted; /* sessions that were, at the latest dial */
    struct sim_figures figures;
    uint64_t hash; /* of all that happened */
    bool verbose;
    bool failed; /* a book does not balance, and it was told */
};

/* world.c: runs one seed; true if the books balance. */
bool sim_run(struct sim_figures *out, uint64_t *hash, uint64_t seed,
             bool verbose);
/* Does it go wrong now? Counted if so. */
bool sim_strikes(struct sim_world *w, struct sim_random *r, enum sim_fault f);
void sim_count(struct sim_world *w, enum sim_fault f);
void sim_mix(struct sim_world *w, uint64_t a, uint64_t b);
/* A line of the dialogue, with the time; nothing unless verbose. */
void sim_note(const struct sim_world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A book that does not balance. Only the first is told. */
void sim_violation(struct sim_world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
