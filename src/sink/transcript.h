/* sink/transcript.h - a recorded dialogue: what -v or -vv printed, or somebody
 * wrote. `posthaste replay` runs the machine over one, and a sink follows one.
 *
 *   S: 250 ok          the server says that; more such lines are one reply, or
 *                      several
 *   C: MAIL FROM:<>    the client says that. <hidden> is a secret, and so is
 *                      what stands in its place
 *   C: <275 octets>    content, up to its dot; or the chunk of the BDAT before.
 *                      It may also be written out, line by line and not
 *                      stuffed (RFC 5321 4.5.2)
 *   C: .               the end of a content
 *   # TLSv1.3, ...     TLS is up
 *   # session 2        whose lines follow, where sessions are interleaved; up
 * to the first such line it is session 1
 *   # at 0.012345      when what follows was said or heard, in seconds; a time
 * that goes back counts as the one before
 *
 * The blank behind the colon may be missing, lines end with LF or CRLF, and any
 * other line is a remark; those that begin with "# " are kept. */
#ifndef SINK_TRANSCRIPT_H
#define SINK_TRANSCRIPT_H

#include "base/buf.h"

enum ph__transcript_kind {
    PH__TRANSCRIPT_HEARD,   /* S: */
    PH__TRANSCRIPT_SAID,    /* C: a command, an answer, the final dot */
    PH__TRANSCRIPT_CONTENT, /* C: all lines of a content, or of a chunk, as one
                             */
    PH__TRANSCRIPT_SECURED  /* # TLS */
};

#define PH__TRANSCRIPT_NO_TIME UINT64_MAX

struct ph__transcript_line {
    enum ph__transcript_kind kind;
    const char *text; /* behind "S: " or "C: " */
    size_t visible;   /* of text; what follows is a secret. SIZE_MAX = all */
    uint64_t octets;  /* of PH__TRANSCRIPT_CONTENT */
    uint64_t at;      /* microseconds, or PH__TRANSCRIPT_NO_TIME */
    size_t number;    /* in the file, from 1 on */
};

/* "# connected to mail.example:25"; `at` and `number` as above. */
struct ph__transcript_remark {
    const char *text; /* behind "# " */
    uint64_t at;
    size_t number;
};

/* The lines of one connection. */
struct ph__dialogue {
    struct ph__transcript_line *lines;
    size_t count;
    size_t cap;
    struct ph__transcript_remark *remarks;
    size_t remark_count;
    size_t remark_cap;
};

struct ph__transcript {
    struct ph__dialogue *dialogues; /* session 1 first; some may be empty */
    size_t count;
    size_t lines; /* in all of them */
};

enum { PH__TRANSCRIPT_SESSIONS_MAX = 100000 };
/* Later ones are no times: microseconds of the sum of all have to be counted */
enum { PH__TRANSCRIPT_SECONDS_MAX = 1000 * 1000 * 1000 };

/* Takes `text` apart: its line ends become '\0', and it has to outlive the
 * transcript. PH_E_CONTENT: there is a NUL in it; PH_E_LIMIT: a session's
 * number is not one from 1 to PH__TRANSCRIPT_SESSIONS_MAX; PH_E_NOMEM. */
int ph__transcript_read(struct ph__transcript *out, struct ph__buf *text);
void ph__transcript_done(struct ph__transcript *t);

/* transcript_fold.c: makes one line of each content, and finds secrets. */
void ph__dialogue_fold(struct ph__dialogue *d);
/* "BDAT 86 LAST": its number and whether it is the last; false if `text` is no
 * such command. */
bool ph__transcript_is_chunk(const char *text, uint64_t *octets, bool *last);
/* Does a command begin so? In any case; and a blank or nothing follows. */
bool ph__transcript_has_verb(const char *text, const char *verb);

#endif
