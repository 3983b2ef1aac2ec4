/* posthaste/part.h - what goes with the text of a message: files and images,
 * read and encoded once, for as many messages as it is attached to. */
#ifndef POSTHASTE_PART_H
#define POSTHASTE_PART_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `data` or the file at `path`, which is read at once, while the caller waits;
 * over 1 MiB it is kept, in base64 even if it is text, in a file without a name
 * in /var/tmp (in memory only where no file can be made). All is copied, and
 * arrives octet for octet; but a message (message/rfc822) must not be encoded
 * (RFC 2046 5.2.1), nor kept there: its line ends become CRLF, with octets
 * above 127 it takes 8BITMIME, and it is PH_E_CONTENT where ph_message_ready()
 * would say so. */
struct ph_attachment {
    size_t size;      /* set by PH_ATTACHMENT */
    const char *data; /* `len` octets */
    size_t len;
    const char *path;
    const char *type;        /* NULL = application/octet-stream */
    const char *name;        /* UTF-8; NULL = the last one of `path`, or none */
    const char *inline_id;   /* "left@right": shown where the HTML has
                              * <img src="cid:left@right"> (RFC 2392) */
    const char *description; /* UTF-8, or NULL */
};
#define PH_ATTACHMENT(...)                                                     \
    (&(struct ph_attachment){.size = sizeof(struct ph_attachment), __VA_ARGS__})

struct ph_part;

/* NULL on out of memory. An error stays in it: a message that it is added to
 * has that error too. Messages that share one belong to one thread. */
PH_API struct ph_part *ph_part_new(const struct ph_attachment *attachment);
/* Messages that have it keep it. NULL is fine. */
PH_API void ph_part_free(struct ph_part *part);
/* PH_OK, PH_E_HEADER (type, name, id or description), _CONTENT, _NOMEM, _LIMIT
 * (256 MiB as it is sent), _SYSTEM (it cannot be read), _INVALID. */
PH_API int ph_part_check(const struct ph_part *part);
/* In words: "attach: 'a.png' cannot be read: No such file or directory". ""
 * when nothing is wrong. */
PH_API const char *ph_part_problem(const struct ph_part *part);

#ifdef __cplusplus
}
#endif
#endif
