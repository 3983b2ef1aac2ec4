/* message/merge.h - mail merge: a template compiled once, filled per row.
 *
 * A template is a header, an empty line and a body, in UTF-8, with LF or CRLF
 * line ends. {{field}} stands for the row's value, encoded for where it
 * stands: in a header (RFC 2047, no line ends), in text, or in HTML (< > & "
 * escaped, when Content-Type is text/html). A value is never expanded again. */
#ifndef MESSAGE_MERGE_H
#define MESSAGE_MERGE_H

#include <posthaste/message.h>

#include "base/buf.h"

struct ph__template;

/* `why` says what is wrong, with a line number where there is one.
 * PH_E_CONTENT (not UTF-8, a NUL, an unfinished "{{"), PH_E_HEADER (no header,
 * an ill-formed one), PH_E_NOMEM. Copies `data`. */
int ph__template_new(struct ph__template **out, const char *data, size_t len,
                     struct ph__buf *why);
void ph__template_free(struct ph__template *t);

/* True if the template itself has this header ("To"). */
bool ph__template_has_header(const struct ph__template *t, const char *name);

/* The value of a field in this row; NULL = the row has no such field. */
typedef const char *(*ph__field_cb)(void *user, const char *name);

/* Writes headers and body into an empty message. Address headers (From, To,
 * Cc, Bcc, Reply-To) set the header, and From the sender; but no template
 * header ever adds an envelope recipient: the caller does that. PH_E_INVALID:
 * an unknown field; PH_E_HEADER, PH_E_ADDRESS, PH_E_CONTENT: a value that
 * cannot stand where it should; PH_E_NOMEM. `why` names the field or header. */
int ph__template_fill(const struct ph__template *t, ph__field_cb field,
                      void *user, struct ph_message *msg, struct ph__buf *why);

#endif
