/* sink/extension.h - what EHLO offers, and the parameters that go with it. */
#ifndef SINK_EXTENSION_H
#define SINK_EXTENSION_H

#include "base/buf.h"
#include "sink/command.h"

/* ESMTP is no keyword: without it EHLO itself is unknown. */
#define PH__SINK_EXTENSION_MAP(X)                                              \
    X(ESMTP, "EHLO")                                                           \
    X(PIPELINING, "PIPELINING")                                                \
    X(SIZE, "SIZE")                                                            \
    X(EIGHTBIT, "8BITMIME")                                                    \
    X(ENHANCED, "ENHANCEDSTATUSCODES")                                         \
    X(UTF8, "SMTPUTF8")                                                        \
    X(DSN, "DSN")                                                              \
    X(STARTTLS, "STARTTLS")                                                    \
    X(AUTH, "AUTH")

enum ph__sink_extension {
#define X(name, keyword) PH__SINK_EXT_##name,
    PH__SINK_EXTENSION_MAP(X)
#undef X
        PH__SINK_EXTENSIONS
};

/* A set of extensions has bit 1 << extension. */
static inline bool ph__sink_has(unsigned set, enum ph__sink_extension e)
{
    return set & (1u << e);
}

const char *ph__sink_extension_keyword(enum ph__sink_extension e);
/* All but those named in `without` (may be NULL). PH_E_INVALID: why. */
int ph__sink_extension_set(unsigned *out, const char *without,
                           struct ph__buf *why);

/* What the parameters of MAIL say that matters to the server. */
struct ph__sink_wish {
    uint64_t size; /* 0 = not given */
    bool utf8;
};

/* Checks every parameter of MAIL or RCPT against the extensions in `set`.
 * NULL, or the whole reply: "555 5.5.4 ...". */
const char *ph__sink_extension_check(struct ph__sink_wish *out, unsigned set,
                                     enum ph__sink_verb verb,
                                     struct ph_slice parameters);

#endif
