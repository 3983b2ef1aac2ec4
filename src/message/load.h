/* message/load.h - a file that goes with a message. */
#ifndef MESSAGE_LOAD_H
#define MESSAGE_LOAD_H

#include "base/buf.h"

/* All: PH_OK, PH_E_NOMEM, PH_E_LIMIT, or PH_E_SYSTEM and `why`: "cannot be
 * read: No such file or directory". */
int ph__load_open(int *fd, size_t *len, const char *path, struct ph__buf *why);
/* Appends all that can be read. */
int ph__load_all(struct ph__buf *out, int fd, struct ph__buf *why);
/* Both, and closes it. */
int ph__load_file(struct ph__buf *out, const char *path, struct ph__buf *why);

#endif
