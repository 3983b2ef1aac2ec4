/* sink/parameter.h - the parameters of MAIL and RCPT, each checked as its own
 * RFC wants it. */
#ifndef SINK_PARAMETER_H
#define SINK_PARAMETER_H

#include "sink/command.h"
#include "sink/extension.h"

enum {
    PH__SINK_ENVID_MAX = 100,     /* RFC 3461 4.4 */
    PH__SINK_ORCPT_MAX = 500,     /* RFC 3461 4.2 */
    PH__SINK_BY_MIN = 60,         /* seconds; offered with DELIVERBY */
    PH__SINK_HOLD_MAX = 7 * 86400 /* seconds; offered with FUTURERELEASE */
};

/* What a parameter is measured with. */
struct ph__sink_terms {
    unsigned extensions; /* offered in this session */
    int64_t now;         /* seconds since 1970 */
};

/* What the parameters of MAIL say that matters to the server. */
struct ph__sink_wish {
    uint64_t size; /* 0 = not given */
    bool utf8;
    bool binary; /* BODY=BINARYMIME */
};

/* Checks every parameter of MAIL or RCPT. NULL, or the whole reply:
 * "555 5.5.4 ...". */
const char *ph__sink_parameter_check(struct ph__sink_wish *out,
                                     const struct ph__sink_terms *terms,
                                     enum ph__sink_verb verb,
                                     struct ph_slice parameters);

/* "2026-01-31T23:59:60Z" of a moment, as FUTURERELEASE offers it. */
enum { PH__SINK_DATE_BYTES = 24 };
void ph__sink_parameter_date(char out[PH__SINK_DATE_BYTES], int64_t moment);

#endif
