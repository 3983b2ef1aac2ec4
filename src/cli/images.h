/* cli/images.h - the images that HTML shows are taken along. */
#ifndef CLI_IMAGES_H
#define CLI_IMAGES_H

#include "cli/enclosures.h"

/* Adds the HTML to `out`, and to `list` each image that it shows from a file
 * (<img src="logo.png">), which is then shown by its Content-ID (RFC 2392). A
 * path is relative to the directory `base`. A part that is in `list` already
 * may be shown as cid:NAME, see cli_enclosures_find(). What is on the web, and
 * what has a {{field}}, stays as it is. EXIT_DONE, or another exit status after
 * an error message. */
int cli_images_take(struct ph__buf *out, struct cli_enclosures *list,
                    struct ph_slice html, const char *base);

/* The directory of TEXT or @FILE, in which its images are. To be freed.
 * PH_OK, PH_E_NOMEM. */
int cli_images_base(char **out, const char *value);

#endif
