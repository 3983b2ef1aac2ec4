/* message/recipients.h - the recipients of an envelope, each once. */
#ifndef MESSAGE_RECIPIENTS_H
#define MESSAGE_RECIPIENTS_H

#include "base/buf.h"

/* Where its two forms begin in the texts: twice the same place if they are. */
struct ph__recipient {
    size_t typed;
    size_t wire;
};

struct ph__recipients {
    struct ph__buf texts; /* the addresses, each with its '\0' */
    struct ph__recipient *at;
    size_t count;
    size_t cap;
    size_t *slots; /* a hash table of indices + 1, once there are some more */
    size_t slot_count;
};

void ph__recipients_init(struct ph__recipients *r);
void ph__recipients_done(struct ph__recipients *r);
/* The same mailbox again changes nothing: of what goes over the wire, domains
 * compare without case, local parts exactly (RFC 5321 2.4). PH_OK, PH_E_NOMEM,
 * PH_E_LIMIT. */
int ph__recipients_add(struct ph__recipients *r, struct ph_slice typed,
                       struct ph_slice wire);
/* As typed, and as it goes over the wire; NULL if there is no i-th. */
const char *ph__recipients_get(const struct ph__recipients *r, size_t i);
const char *ph__recipients_wire(const struct ph__recipients *r, size_t i);

#endif
