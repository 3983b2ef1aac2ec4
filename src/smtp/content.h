/* smtp/content.h - the one encoder every octet of content passes: line ends
 * become CRLF, leading dots are stuffed (RFC 5321 4.5.2, 2.3.8). */
#ifndef SMTP_CONTENT_H
#define SMTP_CONTENT_H

#include "smtp/out.h"

/* What must be known of the octets before; zero is "nothing yet". The result
 * does not depend on how content is cut into pieces. */
struct ph__content {
    bool within_line; /* something stands in this line already */
    bool after_cr;    /* the last octet was a CR, not yet written */
};

/* PH_E_CONTENT: a NUL or a lone CR. PH_E_NOMEM. `data` stays
 * borrowed by `out`. */
int ph__content_add(struct ph__content *c, struct ph__out *out,
                    const char *data, size_t len);
/* Ends the last line, says the dot (RFC 5321 4.1.1.4). Separate calls, because
 * the driver may want to be asked in between. PH_E_CONTENT: ends in a CR. */
int ph__content_end(struct ph__content *c, struct ph__out *out);

#endif
