/* trace/phase.h - what part of a session a line belongs to. */
#ifndef TRACE_PHASE_H
#define TRACE_PHASE_H

#include "sink/transcript.h"
#include "trace/limits.h"

/* Name, colour, what the time in it is. */
#define PH__PHASES(X)                                                          \
    X(CONNECT, "connect", "#7b8794", "until the connection is there")          \
    X(GREETING, "greeting", "#2b7bba", "until the server's first word")        \
    X(TLS, "tls", "#8247b5", "STARTTLS, and the handshake")                    \
    X(HELLO, "hello", "#0f9aa8", "EHLO, HELO, LHLO")                           \
    X(AUTH, "auth", "#d98200", "AUTH and its answers")                         \
    X(ENVELOPE, "envelope", "#2e8b57", "MAIL, RCPT, DATA")                     \
    X(CONTENT, "content", "#c2418c", "content, and its last reply")            \
    X(QUIT, "quit", "#7a5c3e", "QUIT, RSET, and other commands")               \
    X(IDLE, "idle", "#c9ced6", "nothing to do")

#define PH__PHASE_ID(id, name, colour, words) PH__PHASE_##id,
enum ph__phase { PH__PHASES(PH__PHASE_ID) PH__PHASE_COUNT };
#undef PH__PHASE_ID

const char *ph__phase_name(enum ph__phase phase);
const char *ph__phase_colour(enum ph__phase phase);
const char *ph__phase_words(enum ph__phase phase);

/* Reads one session. Begins as zero. */
struct ph__phase_reader {
    struct {
        enum ph__phase phase;
        size_t count;
    } due[PH__TRACE_DUE_MAX]; /* commands without a reply, the oldest first */
    size_t due_count;
    enum ph__phase last;
    bool connected;
    bool greeted;
};

/* The phase of the next line. */
enum ph__phase ph__phase_of(struct ph__phase_reader *r,
                            const struct ph__transcript_line *line);
/* What was waited for when a remark was made: "connected to ..." is one. */
enum ph__phase ph__phase_of_remark(struct ph__phase_reader *r,
                                   const char *text);
/* Where the time before something that the client said went. */
enum ph__phase ph__phase_before(const struct ph__transcript_line *said,
                                enum ph__phase phase);

#endif
