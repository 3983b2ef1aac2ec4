/* engine/job.h - a submission: one message for its recipients, until each of
 * them has an outcome. */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <posthaste/client.h>

#include "base/heap.h"
#include "base/list.h"

struct ph__session;

/* Where a job is. */
enum ph__place {
    PH__NOWHERE, /* the owner's */
    PH__QUEUED,
    PH__WAITING,
    PH__UNDER_WAY,
    PH__DECIDED /* to be handed back */
};

struct ph__job {
    struct ph__link link;   /* the engine's, until it is finished */
    struct ph__node timer;  /* likewise: when it is tried again */
    struct ph__node end;    /* likewise: its deadline */
    uint64_t deadline;      /* the owner's: when it is canceled, with
                             * PH_E_TIMEOUT; 0 = never */
    struct ph_envelope env; /* borrowed until finished; `to` as it is said */
    const struct ph_slice *content; /* likewise; CRLF line ends, not stuffed */
    size_t slices;                  /* of it; 1 at least */
    /* One a recipient, zeroed but for the address. It is open, has no result
     * yet, as long as it is not accepted and `about` nothing; its outcome then
     * is that of an earlier attempt, if there was one. Texts are the machine's,
     * borrowed until the next call on the engine, or the job's. */
    struct ph_recipient_result *results;
    enum ph__place place;
    struct ph__session *session; /* that carries it now, or NULL */
    struct ph__session *last;    /* that carried it last, until it is waited
                                  * for, or handed back; or NULL */
    enum ph_code canceled;       /* PH_OK, or why: PH_E_CANCELED, _TIMEOUT */
    unsigned attempts;           /* transactions begun */
    unsigned round;              /* how often recipients were put off */
    unsigned losses;             /* attempts in a row that count for nothing */
    uint64_t paced_at;           /* when room was taken for this turn ... */
    uint64_t paced;              /* ... and for how many recipients; or 0 */
    bool reached;                /* some server was spoken to */
    bool secure;                 /* TLS protected the latest attempt */
    const char *mechanism;       /* of its AUTH, or NULL; static */
    bool replayed;               /* one free replay was used (U01) */
    bool untouched;              /* nothing of the latest was answered */
    bool reached_content;        /* the latest came to DATA or BDAT */
    bool answered;               /* a reply decided somebody in the latest */
    /* The transaction under way: some of the recipients. */
    struct ph__turn {
        struct ph_envelope env;
        struct ph_parameters parameters;
        const char **to;       /* NULL: it is all of them, from the first */
        const char **original; /* ORCPT, likewise */
        size_t *index;         /* in env.to; NULL with `to` */
        size_t slice;          /* of the content, that is given next ... */
        size_t slice_at;       /* ... from there on */
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
/* How many are open. */
size_t ph__job_open(const struct ph__job *job);
bool ph__result_is_open(const struct ph_recipient_result *result);
/* Open once more; what it was told stays its last word until there is another.
 */
void ph__result_reopen(struct ph_recipient_result *result);
/* Frees what turns needed; the job itself is the caller's memory. */
void ph__job_done(struct ph__job *job);

/* The same word for every recipient that is open; who was put off before keeps
 * that word. */
void ph__job_judge(struct ph__job *job, enum ph_outcome outcome,
                   const struct ph_error *why);
/* Takes over what the machine says of this turn's recipients; those it has
 * postponed stay open, unless this is `final`. Returns how many it accepted if
 * the server would take no more than that in one transaction, else 0. */
size_t ph__job_take_verdicts(struct ph__job *job, const struct ph_machine *m,
                             bool final);
/* It was canceled: what was lost by that was no fault of the network. */
void ph__job_blame_caller(struct ph__job *job);
/* Makes the texts of results the job's own: before another turn. */
void ph__job_keep_texts(struct ph__job *job);

#endif
