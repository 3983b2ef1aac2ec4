/* message/id.h - the form of Message-IDs. */
#ifndef MESSAGE_ID_H
#define MESSAGE_ID_H

#include <posthaste/types.h>

/* "left@right" (RFC 5322 3.6.4); of literals on the right only addresses. */
bool ph__id_is_valid(const char *id, size_t len);

#endif
