/* cli/sendmail_names.h - mailboxes as programs on this host write them: a name
 * without a domain is somebody here. */
#ifndef CLI_SENDMAIL_NAMES_H
#define CLI_SENDMAIL_NAMES_H

#include "message/mailbox.h"

/* One mailbox of a list after the other; what was read, in the text. */
struct cli_names {
    struct ph__mailbox_reader box; /* rc, problem and bad, if next said false */
    struct ph_slice address;       /* without < > and remarks */
    bool local;                    /* it has no domain */
};

void cli_names_init(struct cli_names *n, const char *text, size_t len);
bool cli_names_next(struct cli_names *n);
void cli_names_done(struct cli_names *n);

/* Appends a list that may be folded, with "@domain" behind each name without
 * one; nothing else changes, and what cannot be read stays as it is. PH_OK,
 * PH_E_NOMEM, PH_E_LIMIT. */
int cli_names_qualify(struct ph__buf *out, struct ph_slice list,
                      const char *domain);
/* Appends a list that may be folded, as one line of the same length. */
int cli_names_unfold(struct ph__buf *out, struct ph_slice list);

#endif
