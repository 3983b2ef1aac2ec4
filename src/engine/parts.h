/* engine/parts.h - what the files of the engine know of each other. */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include "engine/engine.h"

enum ph__phase { PH__DIALLING, PH__TALKING, PH__OVER };

struct ph__session {
    struct ph__link link; /* in engine.sessions */
    struct ph__link work; /* in engine.work while something is to be done */
    struct ph__link rest; /* in engine.idle or .riding: it would take a job */
    struct ph__engine *engine;
    struct ph_machine *machine; /* NULL while dialling */
    struct ph__link jobs;       /* under way, in the order they began */
    enum ph__phase phase;
    bool greeted;   /* was READY once */
    bool idle;      /* READY, and nothing to do */
    bool closing;   /* CLOSE was ordered */
    bool heard;     /* an octet has come */
    bool spoke;     /* something was sent since the last octet came */
    bool leaving;   /* QUIT was, or will be, its next command */
    bool told_less; /* the server has asked for fewer sessions */
    bool lost;      /* with a job under way: counted once */
    bool undialled; /* the connection failed: to be told to the engine */
    enum ph_code undialled_code;
    enum ph_stage undialled_stage;
    unsigned messages;
    unsigned epoch;
    uint64_t born; /* READY since */
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
    bool now;              /* no session has been READY since */
    const char *mechanism; /* of AUTH, if it came to that; static */
};

struct ph__engine {
    struct ph__engine_options opts;
    struct ph__link queue;    /* jobs that could go, were there a session */
    struct ph__heap waiting;  /* jobs that are tried again, by when */
    struct ph__heap ends;     /* jobs that have a deadline, by that */
    struct ph__link finished; /* jobs to be handed back */
    struct ph__link sessions;
    struct ph__link work;
    struct ph__link idle;   /* sessions at rest, that would take a job */
    struct ph__link riding; /* sessions with a content out, that would take
                             * another behind it */
    unsigned recipients; /* of a transaction; shrinks when the server wants */
    char *without; /* overlooked by new sessions, once groups were mangled */
    unsigned connecting; /* sessions not yet greeted */
    unsigned leaving;    /* sessions that begin nothing any more */
    bool draining;
    bool aborted;
    bool served;       /* a session has been READY */
    bool told;         /* the driver knows of its health */
    unsigned in_clear; /* sessions to be opened without TLS: see fall_back */
    bool refused;      /* credentials were, once: newer ones are asked for */
    struct ph__failure failure;
    struct ph__breaker breaker;
    struct ph__room room;
    struct ph__random random;
    uint64_t now;         /* when orders were pulled last */
    uint64_t paced_until; /* no message goes before; 0 = any time */
    uint64_t pace_again;  /* the same, as the pace has said it */
    unsigned slowed;      /* how often in a row the server found us too fast */
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
/* Ends itself if the job that comes first on it is canceled. */
void ph__session_heed_cancel(struct ph__session *s);

/* queue.c: where jobs are that no session has. */
struct ph__job *ph__engine_take_job(struct ph__engine *e); /* or NULL */
void ph__engine_return_job(struct ph__engine *e, struct ph__job *job);
void ph__engine_put_off(struct ph__engine *e, struct ph__job *job,
                        uint64_t until);
void ph__engine_finish_job(struct ph__engine *e, struct ph__job *job);
/* All that wait in the queue are told why; `all`: the others too. */
void ph__engine_doom(struct ph__engine *e, bool all);
/* The first of those that wait has had its last word. */
void ph__engine_finish_waiting(struct ph__engine *e);
/* Why it was canceled; whoever is open is told. */
const char *ph__job_cancel_words(const struct ph__job *job);
void ph__job_judge_canceled(struct ph__job *job);
/* Those whose time has come are queued, or canceled. */
void ph__engine_tick_jobs(struct ph__engine *e);
/* Somebody takes the next job, if somebody is free. */
void ph__engine_wake_one(struct ph__engine *e);
/* Is there more to do than sessions of their own could be had for? */
bool ph__engine_is_crowded(const struct ph__engine *e);

/* outage.c: sessions that cannot be had. */
/* The server cannot do PIPELINING, whatever it says (RFC 2920). */
void ph__engine_avoid_groups(struct ph__engine *e);
/* A session ended before it was ever READY. */
void ph__engine_no_session(struct ph__engine *e, const struct ph_error *why,
                           bool reached);
void ph__engine_remember(struct ph__engine *e, const struct ph_error *why,
                         bool reached);
/* One is READY; a job on one was answered. */
void ph__engine_has_session(struct ph__engine *e);
void ph__engine_has_answer(struct ph__engine *e);
/* A session was lost with a job under way. */
void ph__engine_lost_session(struct ph__engine *e);
/* Would another session help, and may it be tried? */
bool ph__engine_may_dial(struct ph__engine *e);
/* Tells those in the queue, if they have waited long enough for a session. */
void ph__engine_tick_outage(struct ph__engine *e);
/* When that is; PH__NEVER if nobody waits for one. */
uint64_t ph__engine_outage_end(const struct ph__engine *e);

/* again.c: what becomes of a job whose recipients all have a result. */
enum ph__plan { PH__PLAN_FINISH, PH__PLAN_LATER };
/* Opens those that are to be tried again; *wait with LATER. */
enum ph__plan ph__job_plan(struct ph__job *job, struct ph__engine *e,
                           uint64_t *wait);

#endif
