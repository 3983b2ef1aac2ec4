/* cli/tags.h - the images of HTML, found as a browser finds tags (HTML Living
 * Standard 13.2.5): not in comments, nor in what is not HTML, as scripts. */
#ifndef CLI_TAGS_H
#define CLI_TAGS_H

#include <stdbool.h>

#include <posthaste/types.h>

struct cli_tags {
    struct ph_slice html; /* borrowed */
    size_t at;            /* 0 at first */
};

/* The value of the next <img>'s src, as it is written, without its quotes. It
 * is a part of `html`. False: there is none. */
bool cli_tags_image(struct cli_tags *tags, struct ph_slice *out);

#endif
