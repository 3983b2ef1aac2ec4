/* message/mime.h - how the parts of a message lie in each other. */
#ifndef MESSAGE_MIME_H
#define MESSAGE_MIME_H

#include "message/parts.h"

/* Appends the Content-... fields of the message, an empty line, and all of its
 * parts. PH_OK, PH_E_NOMEM, PH_E_LIMIT; PH_E_SYSTEM or PH_E_CONTENT if there
 * is no boundary for them, and then the message has failed. */
int ph__mime_write(struct ph_message *msg, struct ph__buf *out);

#endif
