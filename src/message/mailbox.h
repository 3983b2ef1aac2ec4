/* message/mailbox.h - lists of mailboxes as people write them (RFC 5322 3.4):
 * read leniently, written strictly. */
#ifndef MESSAGE_MAILBOX_H
#define MESSAGE_MAILBOX_H

#include "base/address.h"
#include "message/header.h"

/* One mailbox after the other: "Ann Lee <ann@x.org>", "bob@x.org (Bob)",
 * "Team: a@x.org, b@x.org;". Groups are replaced by their members and routes
 * are dropped. Each address has passed ph__mailbox_wire(). Linear in time,
 * no recursion. */
struct ph__mailbox_reader {
    struct ph__buf name;     /* display name, without quotes; may be empty */
    struct ph_slice address; /* of the mailbox just read; in the text */
    struct ph__buf wire;     /* the same as it goes over the wire */

    int rc;              /* why the last call said false; PH_OK at the end */
    const char *problem; /* with PH_E_ADDRESS: what is wrong; static */
    struct ph_slice bad; /* and with which part of the text */

    const char *at;
    const char *end;
    enum ph__address_use use;
    bool in_group;
};

void ph__mailbox_init(struct ph__mailbox_reader *r, const char *text,
                      size_t len, enum ph__address_use use);
bool ph__mailbox_next(struct ph__mailbox_reader *r);
void ph__mailbox_done(struct ph__mailbox_reader *r);

/* The gate for addresses. PH_OK, and `wire` holds the address as it goes over
 * the wire and nothing else; or PH_E_ADDRESS, and `*problem` says what is
 * wrong, as ph__address_problem() does; or PH_E_NOMEM. */
int ph__mailbox_wire(struct ph__buf *wire, struct ph_slice address,
                     enum ph__address_use use, const char **problem);

/* The one of an address's two forms that stands in a header: that of the wire,
 * so that the header stays ASCII; or, where it cannot, as typed. */
struct ph_slice ph__mailbox_shown(struct ph_slice typed,
                                  const struct ph__buf *wire);

/* Writes one mailbox into a field of mailboxes, behind a comma unless it is
 * the first. The address is as shown. */
int ph__mailbox_write(struct ph__header *h, bool first, const char *name,
                      size_t name_len, struct ph_slice address);

#endif
