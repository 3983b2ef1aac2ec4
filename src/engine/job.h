/* engine/job.h - a submission: one message for its recipients, until each of
 * them has an outcome. */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <posthaste/client.h>

#include "base/list.h"

struct ph__session;

struct ph__job {
    struct ph__link link;    /* the engine's, until it is finished */
    struct ph_envelope env;  /* borrowed until finished; `to` as it is said */
    struct ph_slice content; /* likewise; CRLF line ends, not stuffed */
    /* One a recipient. A recipient is open, has no result yet, as long as it is
     * unsent with code PH_OK. Texts are the machine's, borrowed until the next
     * call on the engine, or the job's. */
    struct ph_recipient_result *results;
    struct ph__session *session; /* that carries it now, or NULL */
    unsigned attempts;           /* transactions begun */
    bool reached;                /* some server was spoken to */
    bool secure;                 /* TLS protected the latest attempt */
    const char *mechanism;       /* of its AUTH, or NULL; static */
    bool replayed;               /* one free replay was used (U01) */
    bool untouched;              /* nothing of the latest was answered */
    /* The transaction under way: some of the recipients. */
    struct ph__turn {
        struct ph_envelope env;
        struct ph_parameters parameters;
        const char **to;       /* NULL: it is all of them, from the first */
        const char **original; /* ORCPT, likewise */
        size_t *index;         /* in env.to; NULL with `to` */
        size_t content_at;     /* octets given to the machine */
    } turn;
    struct ph__kept *kept; /* texts of earlier turns */
};

/* Makes the next turn: up to `max` of the open recipients. PH_E_NOMEM. */
int ph__job_take_turn(struct ph__job *job, size_t max);
/* The next piece of content; *last is set with it. */
struct ph_slice ph__job_next_piece(struct ph__job *job, bool *last);
/* Where the result of recipient i of the turn stands. */
struct ph_recipient_result *ph__job_turn_result(const struct ph__job *job,
                                                size_t i);
/* True if somebody is open. */
bool ph__job_is_open(const struct ph__job *job);
/* Frees what turns needed; the job itself is the caller's memory. */
void ph__job_done(struct ph__job *job);

/* The same word for every recipient that is open. */
void ph__job_judge(struct ph__job *job, enum ph_outcome outcome,
                   const struct ph_error *why);
/* Takes over what the machine says of this turn's recipients; those it has
 * postponed stay open, unless this is `final`. Returns how many it accepted if
 * the server would take no more than that in one transaction, else 0. */
size_t ph__job_take_verdicts(struct ph__job *job, const struct ph_machine *m,
                             bool final);
/* Makes the texts of results the job's own: before another turn. */
void ph__job_keep_texts(struct ph__job *job);

#endif
