/* smtp/reply.h - replies, one at a time, from bytes cut anywhere (RFC 5321
 * 4.2). Knows nothing of sockets, states or what was asked. */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "base/buf.h"

enum ph__reply_result {
    PH__REPLY_MORE, /* all bytes were taken, the reply is not complete */
    PH__REPLY_LINE, /* a line was taken, more lines follow */
    PH__REPLY_DONE, /* a line was taken, and the reply is complete */
    PH__REPLY_BAD   /* not a reply, or larger than the limits */
};

struct ph__reply_reader {
    struct ph__buf line;  /* of a line whose end has not come */
    struct ph__buf text;  /* of the reply so far */
    struct ph__buf shown; /* the line just taken, printable, for the trace */
    size_t shown_text;    /* where its text begins, behind the codes */
    bool show;            /* fill `shown` */
    int code;             /* of the lines so far; 0 before the first */
    int enhanced[3];
    size_t lines;
    size_t octets;
};

void ph__reply_init(struct ph__reply_reader *r, bool show);
void ph__reply_done(struct ph__reply_reader *r);

/* Takes at most one line from the front of *data. */
enum ph__reply_result ph__reply_read(struct ph__reply_reader *r,
                                     const char **data, size_t *len);
/* Fills `shown` with what has come of a line that will not be awaited. */
void ph__reply_show_part(struct ph__reply_reader *r);
/* True when bytes of an unfinished reply were taken. */
bool ph__reply_begun(const struct ph__reply_reader *r);
/* The complete reply; borrowed until the next ph__reply_read(). */
struct ph_reply ph__reply_get(const struct ph__reply_reader *r);

#endif
