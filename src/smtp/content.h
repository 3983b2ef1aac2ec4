/* smtp/content.h - the one encoder every octet of content passes: line ends
 * become CRLF; for DATA leading dots are stuffed (RFC 5321 4.5.2, 2.3.8), for
 * BDAT they are not; binary content stays as it is (RFC 3030). */
#ifndef SMTP_CONTENT_H
#define SMTP_CONTENT_H

#include "smtp/out.h"

enum ph__content_kind {
    PH__CONTENT_DATA,
    PH__CONTENT_BDAT,
    PH__CONTENT_BINARY
};

/* What must be known of the octets before; zero is "nothing yet". The result
 * does not depend on how content is cut into pieces. */
struct ph__content {
    enum ph__content_kind kind;
    bool within_line; /* something stands in this line already */
    bool after_cr;    /* the last octet was a CR, not yet written */
};

/* PH_E_CONTENT: a NUL or a lone CR in what is not binary. PH_E_NOMEM. `data`
 * stays borrowed by `out`. */
int ph__content_add(struct ph__content *c, struct ph__out *out,
                    const char *data, size_t len);
/* Ends the last line. PH_E_CONTENT: it ends in a CR. */
int ph__content_end(struct ph__content *c, struct ph__out *out);
/* How many octets adding this, and ending if `last`, would make. */
int ph__content_measure(const struct ph__content *c, const char *data,
                        size_t len, bool last, uint64_t *octets);

#endif
