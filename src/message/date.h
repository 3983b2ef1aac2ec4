/* message/date.h - the Date of a message. */
#ifndef MESSAGE_DATE_H
#define MESSAGE_DATE_H

#include "base/buf.h"

/* "Tue, 01 Jul 2025 09:05:03 +0000" (RFC 5322 3.3), without locale or clock.
 * PH_E_INVALID before 1900 and after 9999: the grammar has no such years. */
int ph__date_write(struct ph__buf *out, int64_t unix_secs);

#endif
