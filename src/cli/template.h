/* cli/template.h - the template of a batch: a file, options, or both. */
#ifndef CLI_TEMPLATE_H
#define CLI_TEMPLATE_H

#include <posthaste/merge.h>

#include "base/buf.h"
#include "cli/attachment.h"
#include "cli/identity.h"
#include "cli/options.h"
#include "cli/texts.h"

/* Ids of the options below begin here; a command's own lie below. */
enum { CLI_TEMPLATE_FIRST = 800 };
extern const struct cli_option cli_template_options[];

/* Texts are borrowed from argv. NULL and empty lists: not given. */
struct cli_template {
    const char *path; /* NULL = the options are the template */
    const char *from;
    const char *sender;        /* From, where neither file nor option says it */
    const char *envelope_from; /* "" or "<>" = the null sender */
    const char *subject;
    const char *text; /* TEXT or @FILE */
    const char *html; /* likewise */
    struct cli_texts headers;
    struct cli_texts unsubscribe; /* URIs */
    struct cli_attachments attachments;
    struct cli_texts signers; /* DOMAIN:SELECTOR:KEYFILE */

    /* Of the whole of it, by cli_template_make(). */
    size_t octets; /* without what all rows share */
    char digest[CLI_DIGEST_ROOM];
};

void cli_template_done(struct cli_template *t);

/* Takes an option with an id from CLI_TEMPLATE_FIRST on. EXIT_DONE, or another
 * status after an error message. */
int cli_template_option(struct cli_template *t, int id, const char *value);
/* EXIT_USAGE_ERROR after an error message when the options do not fit
 * together. */
int cli_template_check(const struct cli_template *t);
/* How many of the options want to read standard input. */
size_t cli_template_reads_stdin(const struct cli_template *t);

/* Options stand in for the template's own headers and text of the same name.
 * EXIT_DONE, or another status after an error message. */
int cli_template_make(struct ph_template **out, struct cli_template *t);
/* Its header and text, with the contents of its files: "From: ..." */
int cli_template_text(struct ph__buf *out, const struct cli_template *t);

#endif
