/* trace/page.h - the parts of the drawing, for svg.c. */
#ifndef TRACE_PAGE_H
#define TRACE_PAGE_H

#include "states/pen.h"
#include "trace/show.h"

/* From left to right: times, what the client says, two lifelines, what the
 * server says. */
enum {
    PH__PAGE_W = 1000,
    PH__PAGE_LEFT = 16,
    PH__PAGE_RIGHT = 984,
    PH__PAGE_TIME_END = 72,
    PH__PAGE_SAID_END = 392,
    PH__PAGE_CLIENT = 404,
    PH__PAGE_SERVER = 596,
    PH__PAGE_HEARD = 608
};
/* Characters of a fixed font, 11 pixels high, in the two columns. */
enum { PH__PAGE_SAID_COLUMNS = 46, PH__PAGE_HEARD_COLUMNS = 56 };

struct ph__page {
    struct ph__pen pen;
    const struct ph__trace *t;
    struct ph__buf line; /* what is just shown */
    int y;               /* what is above is drawn */
    size_t drawn;        /* flights */
};

/* Text from here on down to </text>, of a class of the style; `words` as they
 * are, `line` shown and escaped. */
void ph__page_words(struct ph__page *p, const char *class, int x, int y,
                    const char *words);
void ph__page_shown(struct ph__page *p, const char *class, int x, int y);

/* svg_sums.c: a bar for each session, and what its colours are. */
void ph__page_sums(struct ph__page *p);
/* svg_session.c */
void ph__page_session(struct ph__page *p, const struct ph__trace_session *s);

#endif
