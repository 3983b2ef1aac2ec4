/* sink/script.h - a transcript (transcript.h) of one session, turned into steps
 * that a server can follow: what the server says in it is said, what the client
 * says is to be heard, where <hidden> stands for anything. After "S: 220" to
 * "C: STARTTLS" comes the handshake. */
#ifndef SINK_SCRIPT_H
#define SINK_SCRIPT_H

#include "sink/transcript.h"

enum {
    PH__SINK_SCRIPT_MAX = 4 << 20, /* octets of the transcript */
    PH__SINK_STEPS_MAX = 100000
};

enum ph__sink_step_kind {
    PH__SINK_STEP_SAY,
    PH__SINK_STEP_HEAR,
    PH__SINK_STEP_CONTENT, /* with its dot */
    PH__SINK_STEP_CHUNK,
    PH__SINK_STEP_SECURE
};

struct ph__sink_step {
    enum ph__sink_step_kind kind;
    size_t line;          /* of the transcript; the first one is 1 */
    struct ph_slice text; /* the script's; without CRLF */
    uint64_t octets;      /* of CONTENT and CHUNK */
};

struct ph__sink_script {
    const struct ph__sink_step *steps;
    size_t count;
    char *text; /* a copy, taken apart */
};

/* PH_E_INVALID (why), PH_E_NOMEM. */
int ph__sink_script_read(struct ph__sink_script *out, const char *text,
                         struct ph__buf *why);
void ph__sink_script_done(struct ph__sink_script *s);
/* Is the line what the step wants to hear? */
bool ph__sink_step_fits(const struct ph__sink_step *step, const char *line,
                        size_t len);

#endif
