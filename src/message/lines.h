/* message/lines.h - content as lines: what is in it, and its one way out. */
#ifndef MESSAGE_LINES_H
#define MESSAGE_LINES_H

#include "base/buf.h"

struct ph__lines {
    size_t count;
    size_t high;         /* octets above 127 */
    size_t long_line;    /* the first of more than 998 octets, from 1; or 0 */
    size_t problem_line; /* the first that cannot be sent at all, or 0 */
    const char *problem; /* why: "has a lone CR"; static, or NULL */
};

/* Lines end in LF or CRLF. A CR anywhere else, and NUL, are problems: a server
 * that takes one for a line end can be made to see a second message in the
 * content (RFC 5321 2.3.8). */
void ph__lines_scan(struct ph__lines *out, const char *data, size_t len);

/* Where the line that starts at `data` ends, without and with its line end. */
size_t ph__lines_one(const char *data, size_t len, size_t *with_end);

/* Appends data without a problem, every line end CRLF, the last one too. */
int ph__lines_copy(struct ph__buf *out, const char *data, size_t len);

#endif
