/* message/load.h - a file, whole. */
#ifndef MESSAGE_LOAD_H
#define MESSAGE_LOAD_H

#include "base/buf.h"

/* Appends what is in it. PH_OK, PH_E_NOMEM, PH_E_LIMIT, or PH_E_SYSTEM and
 * `why`: "cannot be read: No such file or directory". */
int ph__load_file(struct ph__buf *out, const char *path, struct ph__buf *why);

#endif
