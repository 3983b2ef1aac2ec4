/* smtp/caps.h - what the server's latest EHLO reply offered (RFC 5321
 * 4.1.1.1). Replaced as a whole, never merged (RFC 3207 4.2). */
#ifndef SMTP_CAPS_H
#define SMTP_CAPS_H

#include <posthaste/types.h>

#include "smtp/limits.h"

struct ph__caps {
    bool starttls;
    bool pipelining;
    bool eight_bit;
    bool size;
    uint64_t size_max; /* octets; 0 = no fixed limit stated (RFC 1870 3) */
    char mechanisms[PH__MECHANISMS_MAX]; /* "PLAIN LOGIN" */
};

/* `text` is the reply's, lines joined by '\n', the first one being the
 * server's name. Keywords listed in `without` (may be NULL) are overlooked. */
void ph__caps_read(struct ph__caps *out, const char *text, const char *without);

#endif
