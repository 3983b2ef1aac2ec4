/* cli/sendmail_envelope.h - whom a message is from and for, once names without
 * a domain have got one, or have led through aliases to others. */
#ifndef CLI_SENDMAIL_ENVELOPE_H
#define CLI_SENDMAIL_ENVELOPE_H

#include <posthaste/message.h>

#include "cli/aliases.h"

/* All borrowed. */
struct cli_envelope {
    struct ph_message *msg; /* gets the recipients */
    const char *domain;
    struct cli_aliases *aliases;
    struct cli_alias *first, *last; /* to be followed; none between calls */
    size_t named;                   /* mailboxes met, aliases among them */
};

/* Adds each mailbox of a list, which may be folded; `where` it stands is for
 * error messages. What aliases say of programs, files and lists is left out
 * with a warning. EXIT_DONE, or another status after an error message. */
int cli_envelope_add(struct cli_envelope *e, const char *where,
                     struct ph_slice list);

/* The one mailbox in `text`, with its domain, and the name beside it; ""
 * and "<>" are nobody. EXIT_DONE, or another status after an error message. */
int cli_envelope_sender(struct ph__buf *address, struct ph__buf *full_name,
                        const char *text, const char *domain);

#endif
