/* trace/show.h - lines and numbers as they are shown: a recorded dialogue is
 * what a server said, and nobody knows who wrote the file. */
#ifndef TRACE_SHOW_H
#define TRACE_SHOW_H

#include <inttypes.h>

#include "trace/trace.h"

enum { PH__SHOW_ALL = PH__TRACE_TEXT_MAX };

/* In place of what `out` holds: printable UTF-8, nothing that turns the
 * direction of writing, no secret; "..." as one character where it is longer
 * than `columns` (a character outside ASCII may need two). PH_E_NOMEM,
 * PH_E_LIMIT. */
int ph__show_line(struct ph__buf *out, const struct ph__transcript_line *line,
                  size_t columns);
int ph__show_text(struct ph__buf *out, const char *text, size_t columns);

/* For formats: milliseconds with one digit behind the dot, "20.3"; and how much
 * of `whole` in percent, 0 if there is no whole. */
#define PH__MS        "%" PRIu64 ".%u"
#define PH__MS_OF(us) ((us) + 50) / 1000, (unsigned)(((us) + 50) / 100 % 10)
static inline unsigned ph__show_share(uint64_t part, uint64_t whole)
{
    return whole ? (unsigned)((100 * part + whole / 2) / whole) : 0;
}
static inline const char *ph__show_plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* A negative reply (RFC 5321 4.2.1)? */
bool ph__show_is_refusal(const struct ph__transcript_line *line);
/* The flight that was waited for longest, or NULL if none was. */
const struct ph__flight *ph__show_slowest(const struct ph__trace_session *s);

#endif
