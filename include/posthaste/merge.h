/* posthaste/merge.h - mail merge: a template compiled once, filled row by row.
 *
 * A template is a header, an empty line and a body, in UTF-8, with LF or CRLF
 * line ends. In it, and in whatever else is given below,
 *
 *   {{field}}             is the row's value of that name;
 *   {{field|some words}}  the words where the value is empty or missing;
 *   {{#field}}...{{/field}}  stays if the value is not empty, and
 *   {{^field}}...{{/field}}  if it is empty or missing. They nest, up to 8;
 *                         in a body one alone on its line takes that line
 * along.
 *
 * Blanks within the braces do not count. A value is encoded for where it stands
 * and never expanded again: nothing in it can end the header, the mailbox, the
 * tag, the URI or the path that it is put into. */
#ifndef POSTHASTE_MERGE_H
#define POSTHASTE_MERGE_H

#include <posthaste/message.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ph_template;

/* Compiles a copy. NULL on out of memory only. Errors are sticky, as those of a
 * message: call on, then ask ph_template_check() once. */
PH_API struct ph_template *ph_template_new(const char *data, size_t len);
PH_API void ph_template_free(struct ph_template *t); /* NULL is fine */

/* HTML beside the template's own text. Then a text that comes out empty is left
 * out. PH_E_INVALID if the own body is HTML, or MIME, already. */
PH_API void ph_template_html(struct ph_template *t, const char *html);
/* The reverse-path of each message, instead of the address in From; "" is the
 * null one. In "news+{{to}}@x.org" each @ of the value becomes =, so that a
 * bounce says to whom it is about (VERP); a field that is all there is stands
 * for the whole address. */
PH_API void ph_template_sender(struct ph_template *t, const char *address);
/* See ph_message_list_unsubscribe(). Values are percent-encoded, but not in
 * "{{field}}", which is a whole URI; a URI that comes out empty is left out.
 * So it is within < > in any header List-... */
PH_API void ph_template_list_unsubscribe(struct ph_template *t,
                                         const char *uri);
/* Fields may stand in `path` and `name`. A path without them, and `data`, are
 * read now, once for all rows; other files when a row is filled, while the
 * caller waits. A path that comes out empty attaches nothing. A value in a path
 * may have no '/' and no '.' in front, nor be empty: the directory that stands
 * beside it cannot be left. But a path that is "{{field}}" and nothing else
 * lets the row name any file this process may read: not for a list from
 * outside. */
PH_API void ph_template_attach(struct ph_template *t,
                               const struct ph_attachment *attachment);

/* PH_OK or the first error: PH_E_CONTENT (not UTF-8, a NUL, braces or sections
 * that do not fit together), PH_E_HEADER (no header, or an ill-formed one),
 * PH_E_ADDRESS, PH_E_SYSTEM (a file), PH_E_INVALID, PH_E_LIMIT, PH_E_NOMEM. */
PH_API int ph_template_check(const struct ph_template *t);
/* In words, with the line if there is one; "" if all is well. Borrowed. */
PH_API const char *ph_template_problem(const struct ph_template *t);
/* True if the template itself has this header ("To"). */
PH_API bool ph_template_has_header(const struct ph_template *t,
                                   const char *name);

/* The value of a field in this row, borrowed until the next call; NULL: the row
 * has no such field. */
typedef const char *(*ph_field_cb)(void *user, const char *name);

/* Writes all of it into an empty message. From sets the sender too, unless
 * ph_template_sender() does; but no header adds a recipient: the caller does. A
 * header of text whose fields leave nothing of it is left out. Errors are the
 * message's, and so is what is returned: PH_E_INVALID, a field that the row
 * does not have, without a default; PH_E_HEADER, PH_E_ADDRESS, PH_E_CONTENT, a
 * value that cannot stand where it should; PH_E_SYSTEM, the row's file cannot
 * be read. What is the same in each row is not copied but shared: a template
 * and the messages it has filled belong to one thread. */
PH_API int ph_template_fill(const struct ph_template *t, ph_field_cb field,
                            void *user, struct ph_message *msg);

#ifdef __cplusplus
}
#endif
#endif
