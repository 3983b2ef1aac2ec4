/* sink/content.h - finds the end of a message, and what was in it. */
#ifndef SINK_CONTENT_H
#define SINK_CONTENT_H

#include "base/buf.h"

/* Where in CRLF . CRLF we are. */
enum ph__sink_at {
    PH__SINK_AT_START, /* of a line */
    PH__SINK_IN_LINE,
    PH__SINK_AT_CR,
    PH__SINK_AT_DOT,   /* the first octet of its line */
    PH__SINK_AT_DOT_CR /* and nothing between */
};

struct ph__sink_content {
    enum ph__sink_at at;
    bool ended;
    bool too_big; /* than the limit of `data` */
    bool keep;    /* false: only count */
    int problem;  /* PH_E_NOMEM: `data` is not whole */
    uint64_t size;
    struct ph__buf data;
};

/* Zeroes mean: at the start of a line. Returns how many octets belong to the
 * message; what stands behind its end is left. Only CRLF . CRLF ends it. */
size_t ph__sink_content_take(struct ph__sink_content *c, const char *data,
                             size_t len);

/* Octets of a chunk: all of them are content (RFC 3030 2). */
void ph__sink_content_add(struct ph__sink_content *c, const char *data,
                          size_t len);

#endif
