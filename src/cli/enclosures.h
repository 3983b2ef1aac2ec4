/* cli/enclosures.h - the files that go with a message: each read once, with its
 * media type, and for those that the HTML shows a Content-ID. */
#ifndef CLI_ENCLOSURES_H
#define CLI_ENCLOSURES_H

#include <posthaste/message.h>

#include "base/buf.h"
#include "cli/attachment.h"
#include "cli/media.h"

struct cli_enclosure {
    char *path; /* "-" = it was standard input */
    char *name;
    char *type;
    char *cid; /* "left@right"; NULL = an attachment */
    struct ph__buf data;
    bool by_row; /* each row names its own: `path` has {{fields}}, there is no
                  * data, the type may be NULL and the name "" */
};

/* Zeroed: none. */
struct cli_enclosures {
    struct cli_enclosure *at;
    size_t count;
    struct cli_media media;
};

/* All below: EXIT_DONE, or another exit status after an error message. */

/* Reads the file and adds it. What is shown already, octet for octet and by the
 * same Content-ID, is not added again. */
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

void cli_enclosure_attach(struct ph_message *msg,
                          const struct cli_enclosure *e);
void cli_enclosures_done(struct cli_enclosures *list);

/* The Content-ID: `cid`, with a right side if it has none; or if that is NULL,
 * one made from the file's name. What is added is the same whenever the octets
 * are, and not what others add (RFC 2392 2). To be freed. */
int cli_cid_make(char **out, const char *cid, const char *name,
                 struct ph_slice data);

#endif
