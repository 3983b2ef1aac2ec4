/* cli/media.h - media types of files: what libmagic sees in their octets. */
#ifndef CLI_MEDIA_H
#define CLI_MEDIA_H

#include <stdbool.h>

#include <posthaste/types.h>

/* Zeroed: its database is read when something is asked. */
struct cli_media {
    struct magic_set *magic;
};

/* The type, for a reader of mail: where the octets are only text, the name says
 * which, and a guess that would have the octets changed on the way is not
 * followed. Borrowed until the next call. EXIT_DONE, or EXIT_TRY_LATER after an
 * error message. */
int cli_media_type(const char **out, struct cli_media *media, const char *name,
                   struct ph_slice data);
void cli_media_done(struct cli_media *media);

/* An image that readers of mail show? */
bool cli_media_is_image(const char *type);

#endif
