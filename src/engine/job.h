/* engine/job.h - a submission: one message for its recipients, until each of
 * them has an outcome. */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <posthaste/client.h>

#include "base/list.h"

struct ph__session;

struct ph__job {
    struct ph__link link;    /* the engine's, until it is finished */
    struct ph_envelope env;  /* borrowed until finished */
    struct ph_slice content; /* likewise; CRLF line ends, not stuffed */
    /* One a recipient; texts borrowed until the next call on the engine. */
    struct ph_recipient_result *results;
    struct ph__session *session; /* that carries it now, or NULL */
    unsigned attempts;           /* transactions begun */
    bool reached;                /* some server was spoken to */
    bool secure;                 /* TLS protected the latest attempt */
    bool replayed;               /* one free replay was used (U01) */
};

/* The same word for every recipient. */
void ph__job_judge(struct ph__job *job, enum ph_outcome outcome,
                   const struct ph_error *why);
/* Takes over what the machine says of each recipient. */
void ph__job_take_verdicts(struct ph__job *job, const struct ph_machine *m);

#endif
