/* message/parts.h - the inside of a message, for message/ only. */
#ifndef MESSAGE_PARTS_H
#define MESSAGE_PARTS_H

#include "message/entity.h"
#include "message/internal.h"
#include "message/mailbox.h"
#include "message/mime.h"
#include "message/recipients.h"
#include "message/signer.h"

/* Header fields that may come once (RFC 5322 3.6) and have no slot. */
enum {
    PH__HAS_SENDER = 1,
    PH__HAS_REFERENCES = 2,
    PH__HAS_IN_REPLY_TO = 4,
    PH__HAS_UNSUBSCRIBE = 8,
    PH__HAS_UNSUBSCRIBE_POST = 16
};

/* A reverse-path as typed, and as it goes over the wire. */
struct ph__path {
    struct ph__buf typed;
    struct ph__buf wire;
};

struct ph_message {
    int code; /* the first error met; then nothing changes any more */
    struct ph__buf problem;

    /* Envelope. */
    struct ph__path sender;     /* from envelope_from ... */
    struct ph__path first_from; /* ... else the first mailbox of From */
    bool sender_set;
    struct ph__recipients recipients;

    /* Composed. */
    bool composed; /* by a call that does more than an envelope call */
    struct ph__header slots[PH__SLOTS];
    size_t from_count;
    unsigned once;            /* PH__HAS_... */
    size_t unsubscribe_https; /* URIs of List-Unsubscribe */
    size_t unsubscribe_http;
    struct ph__buf id;
    struct ph_part *text; /* or a body that is MIME already; NULL = not given */
    struct ph_part *html;
    struct ph_part *calendar;
    struct ph__parts attached;
    struct ph__buf boundary; /* what each begins with; "" until it is needed */
    bool boundary_given;

    /* Ready. */
    bool ready;
    bool taking;          /* recipients from its header */
    bool binary;          /* not made of lines */
    bool utf8_header;     /* not ASCII, but UTF-8 */
    struct ph__buf blind; /* its Bcc fields */

    bool eight_bit;        /* if ready */
    struct ph__buf octets; /* of a ready one */

    /* As it will be sent. */
    struct ph__signers signers;
    int64_t signed_at; /* seconds since 1970, if given */
    bool signed_at_given;
    bool rendered;
    bool mime_given;       /* it need not be made again */
    struct ph__mime *mime; /* the body of a composed one, or NULL */
    struct ph__slices content;
    struct ph__buf whole; /* the same as one, if somebody has asked for that */
};

/* The gate of every call: false if there is nothing to do, because there is no
 * message, it has failed, or the argument is NULL, which is an error too. */
bool ph__message_open(struct ph_message *msg, const void *argument);
/* The gate for header text; false, and the message has failed, if it does not
 * pass. */
bool ph__message_passes(struct ph_message *msg, const char *label,
                        const char *text);
/* Appends "label: 'bad' problem", in one line. */
void ph__problem_write(struct ph__buf *out, const char *label,
                       struct ph_slice bad, const char *problem);
/* The first error stays. In words: "label: 'bad' problem". */
void ph__message_fail(struct ph_message *msg, int code, const char *label,
                      struct ph_slice bad, const char *problem);
/* The same for a line of content: "label: line 3 has a lone CR". */
void ph__message_fail_line(struct ph_message *msg, const char *label,
                           size_t line, const char *problem);
/* An error without words of its own: PH_E_NOMEM or PH_E_LIMIT; PH_OK is none.
 */
void ph__message_settle(struct ph_message *msg, int rc, const char *label);

/* Copies both forms. */
int ph__path_set(struct ph__path *path, struct ph_slice typed,
                 const struct ph__buf *wire);
/* Is List-Unsubscribe-Post due? message/unsubscribe.c. */
bool ph__message_unsubscribes_at_once(const struct ph_message *msg);
/* Adds an address to the envelope. */
void ph__message_recipient(struct ph_message *msg, struct ph_slice typed,
                           const struct ph__buf *wire);

/* What `from` has rendered already, copied; message/repeat.c. */
void ph__message_repeat_sender(struct ph_message *msg,
                               const struct ph_message *from);
void ph__message_repeat_slot(struct ph_message *msg,
                             const struct ph_message *from, enum ph__slot slot);
/* These octets of the fields that have no slot. */
void ph__message_repeat_other(struct ph_message *msg,
                              const struct ph_message *from, size_t at,
                              size_t len);
void ph__message_repeat_text(struct ph_message *msg,
                             const struct ph_message *from);
void ph__message_repeat_html(struct ph_message *msg,
                             const struct ph_message *from);
/* What was attached as number `i`, from 0. */
void ph__message_repeat_attached(struct ph_message *msg,
                                 const struct ph_message *from, size_t i);

#endif
