/* message/mime.h - how the parts of a message lie in each other. */
#ifndef MESSAGE_MIME_H
#define MESSAGE_MIME_H

#include "message/entity.h"
#include "message/signer.h"
#include "message/slices.h"

struct ph_message;

/* The body of a message as it will be sent, for any number of messages that
 * have it. */
struct ph__mime {
    unsigned owners;
    struct ph__slices
        content;   /* Content-... fields, an empty line, all parts */
    size_t fields; /* octets of the first */
    size_t shared; /* octets that others have too, whatever becomes of this */
    bool eight_bit;
    struct ph__parts parts;     /* whose octets are in `content` */
    struct ph__digests digests; /* of what is behind fields and empty line */
};

/* Makes the body of a message anew from what it was given, if it has not
 * borrowed one. PH_OK, PH_E_NOMEM, PH_E_LIMIT; PH_E_SYSTEM or PH_E_CONTENT if
 * there is no boundary for the parts, and then the message has failed. */
int ph__mime_settle(struct ph_message *msg);
/* What it was given is to change: one that it has borrowed is not its own. */
void ph__mime_drop(struct ph_message *msg);
void ph__mime_free(struct ph__mime *mime);

#endif
