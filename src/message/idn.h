/* message/idn.h - domains in UTF-8 as the mail system knows them (IDNA). */
#ifndef MESSAGE_IDN_H
#define MESSAGE_IDN_H

#include "base/buf.h"

/* Appends the address as it goes over the wire. Its domain becomes A-labels
 * (RFC 5891 5, mapped by UTS 46, non-transitional), which every server can
 * route. An ASCII domain and an address literal stay as they are, and the
 * local part is never converted: if it is ASCII, the result needs no SMTPUTF8
 * (RFC 6531 3.2). Needless quotes go (RFC 5321 4.1.2). "" is the null sender.
 * PH_OK, PH_E_NOMEM, or PH_E_ADDRESS: IDNA does not allow the domain, or the
 * result is not a Mailbox or too long for one. */
int ph__idn_address(struct ph__buf *out, const char *address);
/* Appends a domain alone, likewise. Only its characters are judged. */
int ph__idn_domain(struct ph__buf *out, const char *domain);

#endif
