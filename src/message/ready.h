/* message/ready.h - a message that exists already: made fit to send, and read
 * for what the envelope needs. */
#ifndef MESSAGE_READY_H
#define MESSAGE_READY_H

#include "message/lines.h"

/* One field of a header, as it stands: its continuation lines included. */
struct ph__ready_field {
    struct ph_slice name;
    struct ph_slice value; /* behind the colon, to its last line end */
    struct ph_slice whole;
};

/* The field at `*at` of a header that ends at its first empty line; moves
 * `*at` behind it. False at the end. A line that is no field has no name. */
bool ph__ready_field(struct ph__ready_field *out, struct ph_slice message,
                     size_t *at);
bool ph__ready_is(const struct ph__ready_field *field, const char *name);

/* Appends the value as one line: without line ends, each a space. */
int ph__ready_unfold(struct ph__buf *out, struct ph_slice value);

/* Splits data whose lines have no problem: `message` gets it with CRLF line
 * ends and without Bcc and Resent-Bcc, `blind` gets those (RFC 5322 3.6.3:
 * nobody shall see them, the envelope may need them). */
int ph__ready_split(struct ph__buf *message, struct ph__buf *blind,
                    const char *data, size_t len);

/* Where the header ends, its empty line included. */
size_t ph__ready_header_len(struct ph_slice message);

/* What stands between < and > in Message-ID; "" if nothing usable does. */
int ph__ready_message_id(struct ph__buf *out, struct ph_slice message);

#endif
