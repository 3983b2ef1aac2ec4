/* cli/sendmail_text.h - what programs give to sendmail, made a message: text
 * with a header, with half of one, or with none. */
#ifndef CLI_SENDMAIL_TEXT_H
#define CLI_SENDMAIL_TEXT_H

#include "base/buf.h"

/* What a message gets that lacks it. Borrowed. */
struct cli_sendmail_facts {
    const char *full_name; /* of the sender; "" = none */
    const char *address;   /* likewise, with a domain */
    const char *domain;    /* for names that have none */
    const char *id;        /* of the message, without < and > */
    int64_t date;
};

/* Is there a line of one dot, behind which nothing is read any more? Then `*at`
 * is where it begins; else what is to be looked at with what follows. `*at` is
 * 0 at first, and `all` says that nothing follows `text`. */
bool cli_sendmail_dot(size_t *at, struct ph_slice text, bool all);

/* Where its header begins: behind a line "From ", which is a mailbox file's. */
struct ph_slice cli_sendmail_begin(struct ph_slice text);

/* Appends the message: From, Date and Message-ID (Resent-... if it was sent
 * again) if it has none, an empty line behind the header if there is none, a
 * domain for each name in the header; without Return-Path and Content-Length.
 * A body that no server takes (lone CR, NUL, lines over 998 octets) is encoded,
 * if nobody has encoded it and it has no parts; Bcc is not touched: these are
 * up to ph_message_ready(). PH_OK, PH_E_NOMEM, PH_E_LIMIT, PH_E_INVALID (the
 * date). */
int cli_sendmail_complete(struct ph__buf *out, struct ph_slice text,
                          const struct cli_sendmail_facts *facts);

/* Calls `each` for the value of each field that names recipients: To, Cc and
 * Bcc, or the Resent- ones instead if there are any (RFC 5322 3.6.6). Stops at
 * the first status that is not 0, and returns it. */
typedef int (*cli_sendmail_field_cb)(void *user, const char *name,
                                     struct ph_slice value);
int cli_sendmail_recipients(struct ph_slice text, cli_sendmail_field_cb each,
                            void *user);

#endif
