/* sink/command.h - a command line taken apart in place (RFC 5321 4.1). */
#ifndef SINK_COMMAND_H
#define SINK_COMMAND_H

#include <posthaste/types.h>

/* The frequent ones first: they are found by walking this list. */
#define PH__SINK_VERB_MAP(X)                                                   \
    X(RCPT)                                                                    \
    X(MAIL)                                                                    \
    X(DATA)                                                                    \
    X(BDAT)                                                                    \
    X(EHLO)                                                                    \
    X(HELO)                                                                    \
    X(LHLO)                                                                    \
    X(QUIT)                                                                    \
    X(RSET)                                                                    \
    X(AUTH)                                                                    \
    X(STARTTLS)                                                                \
    X(NOOP)                                                                    \
    X(VRFY)                                                                    \
    X(EXPN)                                                                    \
    X(HELP)

enum ph__sink_verb {
#define X(name) PH__SINK_##name,
    PH__SINK_VERB_MAP(X)
#undef X
        PH__SINK_UNKNOWN
};

struct ph__sink_command {
    enum ph__sink_verb verb;
    struct ph_slice argument; /* without blanks around it */
};

/* `line` is without its CRLF. */
struct ph__sink_command ph__sink_command_parse(const char *line, size_t len);

struct ph__sink_path {
    struct ph_slice address;    /* without < >, and without a source route */
    struct ph_slice parameters; /* without blanks around them */
};

/* "FROM:<a@b> SIZE=1" after `keyword` "FROM:". NULL, or what is wrong in
 * words. Whether the address is one is not looked at. */
const char *ph__sink_path_parse(struct ph__sink_path *out,
                                struct ph_slice argument, const char *keyword);

/* "1000 LAST" (RFC 3030 2). False: that is no length of a chunk. */
bool ph__sink_chunk_parse(uint64_t *out, bool *last, struct ph_slice argument);

struct ph__sink_parameter {
    struct ph_slice name;  /* empty when the syntax is wrong */
    struct ph_slice value; /* data NULL when there is no '=' */
};

/* Takes the next parameter off `rest`; false at its end. */
bool ph__sink_parameter_next(struct ph__sink_parameter *out,
                             struct ph_slice *rest);

#endif
