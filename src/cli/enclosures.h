/* cli/enclosures.h - the files that go with a message: each with its media
 * type, and for those that the HTML shows a Content-ID. Large ones stay on the
 * disk, and are read again when they are attached. */
#ifndef CLI_ENCLOSURES_H
#define CLI_ENCLOSURES_H

#include <posthaste/message.h>

#include "cli/attachment.h"
#include "cli/media.h"
#include "cli/octets.h"

struct cli_enclosure {
    char *path; /* "-" = it was standard input */
    char *name;
    char *type;
    char *cid; /* "left@right"; NULL = an attachment */
    struct cli_octets octets;
    bool by_row; /* each row names its own: `path` has {{fields}}, there are no
                  * octets, the type may be NULL and the name "" */
};

/* Zeroed: none. */
struct cli_enclosures {
    struct cli_enclosure *at;
    size_t count;
    struct cli_media media;
};

/* All below: EXIT_DONE, or another exit status after an error message. */

/* Looks at the file and adds it. What is shown already, octet for octet and by
 * the same Content-ID, is not added again. */
int cli_enclosures_add(struct cli_enclosures *list,
                       const struct cli_attachment *a);
/* Adds one that each row names: nothing is read, and to be shown it has to have
 * a cid=. */
int cli_enclosures_expect(struct cli_enclosures *list,
                          const struct cli_attachment *a);
/* The image at `path`: one of the list, or added to it. Only images that
 * readers show are, and no devices or pipes, so that HTML from somewhere cannot
 * ask for other files (S27). Borrowed until the list changes. */
int cli_enclosures_image(const struct cli_enclosure **out,
                         struct cli_enclosures *list, const char *path);
/* The one that is shown as `word`: its Content-ID, the left side of that, or
 * the file's name. EXIT_BAD_DATA: none is, or several are. */
int cli_enclosures_find(const struct cli_enclosure **out,
                        const struct cli_enclosures *list, const char *word);

/* As ph_message_attach() and ph_template_attach() take it. Borrowed. */
struct ph_attachment cli_enclosure_attachment(const struct cli_enclosure *e);
/* Its octets are not needed any more. */
void cli_enclosure_forget(struct cli_enclosure *e);
void cli_enclosures_done(struct cli_enclosures *list);

/* The Content-ID: `cid`, with a right side if it has none; or if that is NULL,
 * one made from the file's name. What is added is made of the digest of the
 * octets: the same whenever they are, and not what others add (RFC 2392 2). To
 * be freed. */
int cli_cid_make(char **out, const char *cid, const char *name,
                 const char *digest);

#endif
