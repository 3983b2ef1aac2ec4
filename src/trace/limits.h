/* trace/limits.h - what of a recorded dialogue is shown. */
#ifndef TRACE_LIMITS_H
#define TRACE_LIMITS_H

enum {
    PH__TRACE_SPLIT_US = 1000,   /* lines further apart are two flights */
    PH__TRACE_DUE_MAX = 64,      /* runs of commands of a phase that wait for
                                  * replies; what is over joins the last */
    PH__TRACE_TEXT_MAX = 8192,   /* octets of a line that are shown at most */
    PH__TRACE_LINES_MAX = 8,     /* of a flight in a drawing */
    PH__TRACE_FLIGHTS_MAX = 600, /* in a drawing: a page, not a roll */
    PH__TRACE_BARS_MAX = 60      /* sessions in the overview */
};

#endif
