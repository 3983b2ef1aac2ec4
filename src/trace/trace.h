/* trace/trace.h - a recorded dialogue as a person wants to see it: flights,
 * round trips, and where time went. No I/O. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "trace/phase.h"

enum ph__flight_kind {
    PH__FLIGHT_SAID,    /* the client's lines that left together */
    PH__FLIGHT_HEARD,   /* the server's that came together */
    PH__FLIGHT_SECURED, /* TLS is up */
    PH__FLIGHT_REMARK
};

/* Times in microseconds. */
struct ph__flight {
    enum ph__flight_kind kind;
    enum ph__phase phase;
    enum ph__phase gap_phase; /* what the time before it was spent on */
    const struct ph__transcript_line *lines; /* NULL with a remark */
    size_t count;
    const char *remark; /* or NULL */
    uint64_t from;      /* when its first line was said or heard */
    uint64_t to;        /* and its last one */
    uint64_t gap;       /* since what was before it */
    size_t trip;        /* it ends this round trip, from 1 on; 0 = none */
    uint64_t octets;    /* with line ends; without what is hidden */
    bool hides;
};

struct ph__trace_session {
    size_t number; /* from 1 on, as in the file */
    struct ph__flight *flights;
    size_t count;
    size_t cap;
    const char *peer; /* or "" */
    uint64_t begin;
    uint64_t end;
    uint64_t spent[PH__PHASE_COUNT]; /* their sum is end - begin */
    size_t trips;
};

struct ph__trace {
    struct ph__trace_session *sessions; /* those that have something to show */
    size_t count;
    bool timed;
    uint64_t begin;
    uint64_t end;
    uint64_t spent[PH__PHASE_COUNT]; /* of all sessions */
};

/* Borrows `t`. `only`: one session's number, or 0. PH_E_NOMEM; PH_E_INVALID:
 * there is no such session, or nothing at all. */
int ph__trace_make(struct ph__trace *out, const struct ph__transcript *t,
                   size_t only);
void ph__trace_done(struct ph__trace *t);

/* As text, as a drawing, as a page with both. Adds to `out`: PH_E_NOMEM,
 * PH_E_LIMIT. */
int ph__trace_text(struct ph__buf *out, const struct ph__trace *t);
int ph__trace_svg(struct ph__buf *out, const struct ph__trace *t);
int ph__trace_html(struct ph__buf *out, const struct ph__trace *t);

#endif
