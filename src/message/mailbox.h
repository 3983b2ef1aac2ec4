/* message/mailbox.h - lists of mailboxes as people write them (RFC 5322 3.4):
 * read leniently, written strictly. */
#ifndef MESSAGE_MAILBOX_H
#define MESSAGE_MAILBOX_H

#include "base/address.h"
#include "message/header.h"

/* One mailbox after the other: "Ann Lee <ann@x.org>", "bob@x.org (Bob)",
 * "Team: a@x.org, b@x.org;". Groups are replaced by their members and routes
 * are dropped. Each address has passed ph__mailbox_problem(). Linear in time,
 * no recursion. */
struct ph__mailbox_reader {
    struct ph__buf name;     /* display name, without quotes; may be empty */
    struct ph_slice address; /* of the mailbox just read; in the text */

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

/* The gate for addresses: what ph__address_problem() says; and ASCII, for
 * SMTPUTF8 (RFC 6531) is not spoken. */
const char *ph__mailbox_problem(const char *address, size_t len,
                                enum ph__address_use use);

/* Writes one mailbox into a field of mailboxes, behind a comma unless it is
 * the first. */
int ph__mailbox_write(struct ph__header *h, bool first, const char *name,
                      size_t name_len, struct ph_slice address);

#endif
