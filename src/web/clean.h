/* web/clean.h - what came with a message, made fit to stand elsewhere. */
#ifndef WEB_CLEAN_H
#define WEB_CLEAN_H

#include "base/buf.h"

/* Adds text as UTF-8: octets that are none, and NUL, become U+FFFD. *damage
 * counts the first of these (may be NULL). What goes beyond `max` octets is
 * left out: *cut (may be NULL). */
int ph__web_clean(struct ph__buf *out, const char *text, size_t len, size_t max,
                  size_t *damage, bool *cut);

/* The value of Content-Disposition that saves as `name` (UTF-8; NULL: nobody
 * said one), without directories, quotes or controls: RFC 6266, RFC 8187. */
int ph__web_disposition(struct ph__buf *out, const char *name);

#endif
