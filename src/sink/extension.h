/* sink/extension.h - the extensions a sink knows, and which it offers. */
#ifndef SINK_EXTENSION_H
#define SINK_EXTENSION_H

#include "base/buf.h"

/* The last column: offered unless it is left out; the others only by name.
 * ESMTP is no keyword: without it EHLO itself is unknown. */
#define PH__SINK_EXTENSION_MAP(X)                                              \
    X(ESMTP, "EHLO", true)                                                     \
    X(PIPELINING, "PIPELINING", true)                                          \
    X(SIZE, "SIZE", true)                                                      \
    X(EIGHTBIT, "8BITMIME", true)                                              \
    X(ENHANCED, "ENHANCEDSTATUSCODES", true)                                   \
    X(UTF8, "SMTPUTF8", true)                                                  \
    X(DSN, "DSN", true)                                                        \
    X(CHUNKING, "CHUNKING", true)                                              \
    X(BINARY, "BINARYMIME", true)                                              \
    X(LIMITS, "LIMITS", true)                                                  \
    X(DELIVERBY, "DELIVERBY", false)                                           \
    X(RELEASE, "FUTURERELEASE", false)                                         \
    X(PRIORITY, "MT-PRIORITY", false)                                          \
    X(REQUIRETLS, "REQUIRETLS", false)                                         \
    X(STARTTLS, "STARTTLS", true)                                              \
    X(AUTH, "AUTH", true)

enum ph__sink_extension {
#define X(name, keyword, usual) PH__SINK_EXT_##name,
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
/* The usual ones and those named in `with`, but none named in `without` (both
 * may be NULL), nor any that needs one of those. PH_E_INVALID: why. */
int ph__sink_extension_set(unsigned *out, const char *with, const char *without,
                           struct ph__buf *why);

#endif
