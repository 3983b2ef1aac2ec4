/* message/internal.h - what the client and the merge need of a message, and
 * the public calls do not give. */
#ifndef MESSAGE_INTERNAL_H
#define MESSAGE_INTERNAL_H

#include <posthaste/message.h>

/* Whether octets above 127 occur: what is composed from text has none, but in
 * an address with a local part in UTF-8. */
bool ph__message_eight_bit(const struct ph_message *msg);
/* Whether it takes BINARYMIME (RFC 3030 3): what the caller said it is. */
bool ph__message_binary(const struct ph_message *msg);
/* Whether its header is in UTF-8 and takes SMTPUTF8 (RFC 6532), whoever is in
 * the envelope. One with octets that are not UTF-8 is not helped by that. */
bool ph__message_has_utf8_header(const struct ph_message *msg);
/* The envelope as it goes over the wire: domains in ASCII, no needless quotes.
 * The very pointer that ph_message_sender() or ph_message_recipient() returns
 * if that is how it was typed. Borrowed until the message changes. */
const char *ph__message_wire_sender(const struct ph_message *msg);
const char *ph__message_wire_recipient(const struct ph_message *msg, size_t i);
/* Without < and >; "" if there is none. Borrowed until the message changes. */
const char *ph__message_id(const struct ph_message *msg);
/* True for a composed message until it has one; a ready one is left alone. */
bool ph__message_needs_date(const struct ph_message *msg);
bool ph__message_needs_id(const struct ph_message *msg);

struct ph__slices;
/* ph_message_render() for those who take slices; see slices.h. */
int ph__message_content(const struct ph__slices **out, struct ph_message *msg);
/* Octets of its content that no other has, once it has one: what goes when it
 * is freed. */
size_t ph__message_own_octets(const struct ph_message *msg);
/* When it is signed, if ph_message_date() has not said so. */
void ph__message_sign_at(struct ph_message *msg, int64_t unix_secs);

struct ph__mime;
/* Its body, for others that are to have the same; see mime.h. PH_OK, or as
 * ph_message_render(). */
int ph__message_lend_body(struct ph__mime **out, struct ph_message *msg);
/* That body is what its own texts and attachments come to, and need not be made
 * again, until one of them changes. */
void ph__message_borrow_body(struct ph_message *msg, struct ph__mime *mime);

/* The header fields that have a call of their own, in the order in which they
 * are written; the others follow. */
enum ph__slot {
    PH__FROM,
    PH__TO,
    PH__CC,
    PH__REPLY_TO,
    PH__SUBJECT,
    PH__DATE,
    PH__UNSUBSCRIBE,
    PH__OTHER,
    PH__SLOTS
};

/* Is this other header made of mailboxes ("Sender")? */
bool ph__message_holds_mailboxes(const char *name);

/* Only what a URI may be made of (RFC 3986 2): nothing in it would have to be
 * percent-encoded, so nothing can end the < > around it. */
bool ph__message_is_uri_text(const char *s);

/* A header of mailboxes, up to PH__REPLY_TO; of the envelope only the sender,
 * by PH__FROM. No mailbox at all means no field. */
void ph__message_list(struct ph_message *msg, enum ph__slot slot,
                      const char *mailboxes);
void ph__message_date_text(struct ph_message *msg, const char *text);
/* Text of another type: "text/html; format=x", without its charset. */
void ph__message_typed_text(struct ph_message *msg, const char *type,
                            const char *utf8, size_t len);
/* A body that is MIME already, with its Content-Type and (or NULL) its
 * Content-Transfer-Encoding. */
void ph__message_as_is(struct ph_message *msg, const char *type,
                       const char *cte, const char *data, size_t len);

#endif
