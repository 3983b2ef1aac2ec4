/* cli/compose.h - the message of `send`, from its options. */
#ifndef CLI_COMPOSE_H
#define CLI_COMPOSE_H

#include <posthaste/message.h>

#include "base/buf.h"
#include "cli/attachment.h"
#include "cli/texts.h"

/* Texts are borrowed from argv. NULL and empty lists: not given. */
struct cli_compose {
    const char *from;
    const char *envelope_from;
    const char *subject;
    const char *text;     /* TEXT or @FILE */
    const char *html;     /* likewise */
    const char *priority; /* "high", "normal", "low" */
    const char *reply_to;
    const char *file; /* a ready message, "-" = standard input */
    struct cli_texts to, cc, bcc, envelope_to;
    struct cli_texts headers;     /* "Name: value" */
    struct cli_texts unsubscribe; /* URIs */
    struct cli_attachments attachments;
    struct cli_texts signers; /* DOMAIN:SELECTOR:KEYFILE */
    bool take_recipients;     /* -t */
    bool long_lines;
};

/* EXIT_USAGE_ERROR after an error message when the options do not fit
 * together. */
int cli_compose_check(const struct cli_compose *c);
/* EXIT_DONE, or another status after an error message; EXIT_BAD_DATA if the
 * message cannot be sent as it is. */
int cli_compose(struct ph_message **out, const struct cli_compose *c);

/* Frees the lists. */
void cli_compose_done(struct cli_compose *c);

/* Calls `each` for every recipient of the options, once, as typed but without
 * its name; `problem` is "" for those that could be sent to. */
typedef void (*cli_recipient_cb)(void *user, const char *recipient,
                                 const char *problem);
int cli_compose_recipients(const struct cli_compose *c, cli_recipient_cb each,
                           void *user);

#endif
