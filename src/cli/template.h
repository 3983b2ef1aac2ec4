/* cli/template.h - the template of a batch: a file, options, or both. */
#ifndef CLI_TEMPLATE_H
#define CLI_TEMPLATE_H

#include "cli/identity.h"
#include "message/merge.h"

struct cli_template {
    const char *path; /* NULL = the options are the template */
    const char *from;
    const char *sender; /* From, where neither file nor option says it */
    const char *subject;
    const char *text; /* TEXT or @FILE */
    const char *const *headers;
    size_t header_count;

    /* Of the whole of it, by cli_template_make(). */
    size_t octets;
    char digest[CLI_DIGEST_ROOM];
};

/* Options stand in for the template's own headers and text of the same name.
 * EXIT_DONE, or another status after an error message. */
int cli_template_make(struct ph__template **out, struct cli_template *t);
/* The same as text, with the contents of its files: "From: ..." */
int cli_template_text(struct ph__buf *out, const struct cli_template *t);

#endif
