/* engine/parts.h - what engine.c (the pool) and session.c (one member of it)
 * know of each other. */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include "engine/engine.h"

enum ph__phase { PH__DIALLING, PH__TALKING, PH__OVER };

struct ph__session {
    struct ph__link link; /* in engine.sessions */
    struct ph__link work; /* in engine.work while something is to be done */
    struct ph__engine *engine;
    struct ph_machine *machine; /* NULL while dialling */
    struct ph__link jobs;       /* under way, in the order they began */
    enum ph__phase phase;
    bool greeted; /* was READY once */
    bool idle;    /* READY, and nothing to do */
    bool closing; /* CLOSE was ordered */
    bool heard;   /* an octet has come */
    bool spoke;   /* something was sent since the last octet came */
    unsigned messages;
    unsigned epoch;
    uint64_t deadline;
    uint64_t patience; /* the real one, while `silence_ms` runs; or 0 */
    void *user;
};

/* Why no session can be had: outlives the session that found out. */
struct ph__failure {
    struct ph_error error;
    char text[1024]; /* of the reply; never moves, results point to it */
    char detail[512];
    bool reached;
    const char *mechanism; /* of AUTH, if it came to that; static */
};

struct ph__engine {
    struct ph__engine_options opts;
    struct ph__link queue;    /* jobs that wait */
    struct ph__link finished; /* jobs to be handed back */
    struct ph__link sessions;
    struct ph__link work;
    unsigned recipients; /* of a transaction; shrinks when the server wants */
    char *without;  /* overlooked by new sessions, once groups were mangled */
    unsigned limit; /* sessions at once; shrinks when the server refuses more */
    unsigned connecting; /* sessions not yet greeted */
    bool draining;
    bool aborted;
    unsigned in_clear; /* sessions to be opened without TLS: see fall_back */
    bool refused;      /* credentials were, once: newer ones are asked for */
    struct ph__failure failure;
    struct ph__engine_stats stats;
};

/* session.c */
int ph__session_new(struct ph__session **out, struct ph__engine *e);
/* Works through what the machine raised. True with an order; false when the
 * session is settled and has left the work list. */
bool ph__session_serve(struct ph__session *s, uint64_t now,
                       struct ph__order *out);
void ph__session_wake(struct ph__session *s); /* puts it on the work list */

/* turn.c: the next job's transaction; true if one has begun. */
bool ph__session_begin_next(struct ph__session *s);
/* Its transaction is over: it is finished, or has a further one. */
void ph__session_job_done(struct ph__session *s, struct ph__job *job);

/* engine.c */
struct ph__job *ph__engine_take_job(struct ph__engine *e); /* or NULL */
void ph__engine_return_job(struct ph__engine *e, struct ph__job *job);
void ph__engine_finish_job(struct ph__engine *e, struct ph__job *job);
/* Is there more to do than sessions of their own could be had for? */
bool ph__engine_is_crowded(const struct ph__engine *e);
/* The server cannot do PIPELINING, whatever it says (RFC 2920). */
void ph__engine_avoid_groups(struct ph__engine *e);
/* A session ended before it was ever READY. */
void ph__engine_no_session(struct ph__engine *e, const struct ph_error *why,
                           bool reached);

#endif
