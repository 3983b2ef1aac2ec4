/* message/body.h - text made fit for any server: ASCII, short lines. */
#ifndef MESSAGE_BODY_H
#define MESSAGE_BODY_H

#include "message/lines.h"

enum ph__cte { PH__7BIT, PH__QUOTED_PRINTABLE, PH__BASE64 };

const char *ph__cte_name(enum ph__cte cte);

/* The content transfer encoding for text without a problem: none if it fits as
 * it is, else the one that stays legible or short (RFC 2045 6). */
enum ph__cte ph__body_choose(const struct ph__lines *lines, size_t len);

/* Appends text so encoded; the last line ends in CRLF. */
int ph__body_encode(struct ph__buf *out, enum ph__cte cte, const char *text,
                    size_t len);
/* Appends any octets in base64; no octets, no line. */
int ph__body_encode_octets(struct ph__buf *out, const char *data, size_t len);

#endif
