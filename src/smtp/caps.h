/* smtp/caps.h - what the server's latest EHLO reply offered (RFC 5321
 * 4.1.1.1). Replaced as a whole, never merged (RFC 3207 4.2). */
#ifndef SMTP_CAPS_H
#define SMTP_CAPS_H

#include <posthaste/types.h>

#include "smtp/limits.h"

#define PH__EXTENSION_MAP(X)                                                   \
    X(STARTTLS, "STARTTLS")            /* RFC 3207 */                          \
    X(PIPELINING, "PIPELINING")        /* RFC 2920 */                          \
    X(EIGHTBIT, "8BITMIME")            /* RFC 6152 */                          \
    X(CHUNKING, "CHUNKING")            /* RFC 3030 */                          \
    X(BINARY, "BINARYMIME")            /* RFC 3030 */                          \
    X(UTF8, "SMTPUTF8")                /* RFC 6531 */                          \
    X(DSN, "DSN")                      /* RFC 3461 */                          \
    X(SIZE, "SIZE")                    /* RFC 1870 */                          \
    X(AUTH, "AUTH")                    /* RFC 4954 */                          \
    X(LIMITS, "LIMITS")                /* RFC 9422 */                          \
    X(DELIVERBY, "DELIVERBY")          /* RFC 2852 */                          \
    X(FUTURERELEASE, "FUTURERELEASE")  /* RFC 4865 */                          \
    X(PRIORITY, "MT-PRIORITY")         /* RFC 6710 */                          \
    X(REQUIRETLS, "REQUIRETLS")        /* RFC 8689 */                          \
    X(ENHANCED, "ENHANCEDSTATUSCODES") /* RFC 2034 */

enum ph__extension {
#define X(name, keyword) PH__EXT_##name,
    PH__EXTENSION_MAP(X)
#undef X
        PH__EXTENSIONS
};

/* Numbers are 0 when the server has not said. */
struct ph__caps {
    unsigned offered;  /* bit 1 << extension */
    uint64_t size_max; /* octets (RFC 1870 3) */
    /* RFC 9422 4: commands in a session, recipients in a transaction, domains
     * of recipients in a session. */
    uint64_t mail_max;
    uint64_t rcpt_max;
    uint64_t domain_max;
    uint64_t by_min;                     /* seconds (RFC 2852 3) */
    uint64_t hold_max;                   /* seconds (RFC 4865 5) */
    char mechanisms[PH__MECHANISMS_MAX]; /* "PLAIN LOGIN" */
};

static inline bool ph__caps_have(const struct ph__caps *caps,
                                 enum ph__extension e)
{
    return caps->offered & (1u << e);
}

/* `text` is the reply's, lines joined by '\n', the first one being the
 * server's name. Keywords listed in `without` (may be NULL) are overlooked. */
void ph__caps_read(struct ph__caps *out, const char *text, const char *without);
/* PH__EXTENSIONS when it is none that we know. */
enum ph__extension ph__caps_named(const char *keyword);

#endif
