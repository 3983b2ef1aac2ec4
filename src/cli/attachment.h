/* cli/attachment.h - what --attach and --inline are told:
 *
 *     FILE[;type=TYPE][;name=NAME][;cid=ID]
 *
 * A ; only counts in front of type=, name= and cid=, so that a file's name may
 * have one, and TYPE its parameters. A value in quotes may hold anything, with
 * \ before " and \. */
#ifndef CLI_ATTACHMENT_H
#define CLI_ATTACHMENT_H

#include <stddef.h>

enum cli_attach_as { CLI_ATTACHED, CLI_INLINE };
enum { CLI_CID_RIGHT_MAX = 32 }; /* what a left side gets, with its @ */

/* The words are its own, and live until cli_attachment_done(). What names a
 * row's {{field}} is not looked into. */
struct cli_attachment {
    enum cli_attach_as as;
    const char *path; /* "-" = standard input, which has a name too */
    const char *type; /* a media type; NULL = not said */
    const char *name; /* NULL = the last one of `path` */
    const char *cid;  /* CLI_INLINE: "left@right", or its left side alone; NULL
                       * = not said */
    char *memory;
};

/* EXIT_DONE; EXIT_USAGE_ERROR or EXIT_TRY_LATER after an error message, with
 * nothing to be done away with. */
int cli_attachment_parse(struct cli_attachment *out, enum cli_attach_as as,
                         const char *text);
void cli_attachment_done(struct cli_attachment *a);

/* Those of a command line, in its order. */
struct cli_attachments {
    struct cli_attachment *items;
    size_t count;
};

/* As cli_attachment_parse(). */
int cli_attachments_add(struct cli_attachments *list, enum cli_attach_as as,
                        const char *text);
void cli_attachments_done(struct cli_attachments *list);

#endif
