/* message/spool.h - a large file made fit to be sent: in base64 on the disk, in
 * a file without a name, and in memory only while it is read. */
#ifndef MESSAGE_SPOOL_H
#define MESSAGE_SPOOL_H

#include "base/buf.h"

struct ph__spool {
    char *data; /* mapped; NULL = nothing */
    size_t len;
    bool utf8; /* it was UTF-8, and not all of it ASCII */
};

/* What can be read from `fd`, up to `limit_bytes` as it is sent. PH_OK,
 * PH_E_NOMEM, PH_E_LIMIT, or PH_E_SYSTEM and `why`: "cannot be read: ...". */
int ph__spool_file(struct ph__spool *out, int fd, size_t limit_bytes,
                   struct ph__buf *why);
/* The same with octets, which may go then. */
int ph__spool_octets(struct ph__spool *out, struct ph_slice octets,
                     size_t limit_bytes, struct ph__buf *why);
void ph__spool_done(struct ph__spool *s);

#endif
