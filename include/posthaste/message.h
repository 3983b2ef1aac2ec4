/* posthaste/message.h - what is sent: an envelope, a header, a body.
 * Errors are sticky: call on, then ask ph_message_check() once.
 * A message is either composed (from, to, subject, text ...) or ready (the
 * bytes of an RFC 5322 message); the envelope calls serve both. */
#ifndef POSTHASTE_MESSAGE_H
#define POSTHASTE_MESSAGE_H

#include <posthaste/dkim.h>
#include <posthaste/part.h>
#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ph_message;

PH_API struct ph_message *ph_message_new(void);      /* NULL on out of memory */
PH_API void ph_message_free(struct ph_message *msg); /* NULL is fine */

/* Mailboxes: "ann@x.org", "Ann Lee <ann@x.org>", several separated by commas.
 * Each sets a header and the envelope. Names are UTF-8, so may addresses be
 * (RFC 6531 3.3): a domain is sent in ASCII, as A-labels, and PH_E_ADDRESS if
 * IDNA has none for it; a local part stays as it is, and then only a server
 * with SMTPUTF8 can take the message. Strings are copied. */
PH_API void ph_message_from(struct ph_message *msg, const char *mailbox);
PH_API void ph_message_to(struct ph_message *msg, const char *mailboxes);
PH_API void ph_message_cc(struct ph_message *msg, const char *mailboxes);
PH_API void ph_message_bcc(struct ph_message *msg,
                           const char *mailboxes); /* envelope only */
PH_API void ph_message_reply_to(struct ph_message *msg, const char *mailboxes);
PH_API void ph_message_subject(struct ph_message *msg, const char *utf8);
/* Any other header; names are [!-9;-~]+, values UTF-8 without controls. */
PH_API void ph_message_header(struct ph_message *msg, const char *name,
                              const char *utf8);

/* How to leave a list (RFC 2369 3.2): an https:, http: or mailto: URI, in ASCII
 * (RFC 3986), else PH_E_HEADER; several calls give a choice. One of https, and
 * none of http, can be left with one click (RFC 8058): List-Unsubscribe-Post
 * says so, and readers heed it if DKIM signs both fields. */
PH_API void ph_message_list_unsubscribe(struct ph_message *msg,
                                        const char *uri);

/* What is read, in one form or in several, of which a reader shows the best it
 * can: text, HTML, and an invitation (iCalendar) with its method, "REQUEST"
 * (RFC 6047 2.4). The last call of each counts. */
PH_API void ph_message_text(struct ph_message *msg, const char *utf8);
PH_API void ph_message_html(struct ph_message *msg, const char *utf8);
PH_API void ph_message_calendar(struct ph_message *msg, const char *method,
                                const char *utf8);

/* What goes with it, see part.h: read and encoded for this message alone, or
 * for several; they are in it in the order of the calls. */
PH_API void ph_message_attach(struct ph_message *msg,
                              const struct ph_attachment *attachment);
PH_API void ph_message_add_part(struct ph_message *msg, struct ph_part *part);
/* What boundaries are made from, instead of chance: the same calls then give
 * the same octets. 1 to 66 of [A-Za-z0-9'()+_,./:=?-]. PH_E_CONTENT when it is
 * rendered, if what is not encoded has "=_" and this in it. */
PH_API void ph_message_boundary(struct ph_message *msg, const char *text);

/* It is signed when it is sent, as it is sent, by all that were given (8 at
 * most). With an RSA key that takes about a millisecond. */
PH_API void ph_message_sign(struct ph_message *msg, struct ph_dkim *dkim);

/* Date and Message-ID are made when the message is sent, unless set here.
 * `unix_secs` seconds since 1970; the zone is +0000. */
PH_API void ph_message_date(struct ph_message *msg, int64_t unix_secs);
PH_API void ph_message_id(struct ph_message *msg,
                          const char *id); /* "left@right", without <> */

/* A ready message: line ends become CRLF, Bcc and Resent-Bcc go, nothing else
 * changes. The envelope comes from the envelope calls below. Copied.
 * PH_E_CONTENT: a NUL, a lone CR, or a line over 998 octets (unless
 * `long_lines`). */
PH_API void ph_message_ready(struct ph_message *msg, const char *data,
                             size_t len, bool long_lines);

/* The same for content that only BINARYMIME can carry (RFC 3030 3): its header
 * is treated like that of any ready message, what follows is sent octet for
 * octet, with NULs, lone CRs and lines of any length. Its text must have CRLF
 * line ends already. PH_E_CONTENT: one of these in the header. */
PH_API void ph_message_ready_binary(struct ph_message *msg, const char *data,
                                    size_t len);

/* Only the envelope (RFC 5321 3.3). "" is the null reverse-path. */
PH_API void ph_message_envelope_from(struct ph_message *msg,
                                     const char *address);
PH_API void ph_message_envelope_to(struct ph_message *msg, const char *address);
/* For a ready message: its To, Cc and Bcc are recipients too, or its Resent-To,
 * Resent-Cc and Resent-Bcc instead if it has any (RFC 5322 3.6.6). */
PH_API void ph_message_take_recipients(struct ph_message *msg);

/* The first error met, or PH_OK: PH_E_ADDRESS, _HEADER, _CONTENT, _NOMEM,
 * _LIMIT, _SYSTEM (a file that cannot be read), _INVALID (no sender, no
 * recipient, both ready and composed). */
PH_API int ph_message_check(const struct ph_message *msg);
/* What ph_message_check() found, in words: "to: 'a@b@c' has two @". Borrowed,
 * "" when nothing is wrong. */
PH_API const char *ph_message_problem(const struct ph_message *msg);

/* The envelope as it stands, addresses as they were given. Borrowed until the
 * message changes. The same address twice is one recipient, also if one of the
 * two has its domain in UTF-8 and the other in ASCII. */
PH_API const char *ph_message_sender(const struct ph_message *msg);
PH_API size_t ph_message_recipient_count(const struct ph_message *msg);
PH_API const char *ph_message_recipient(const struct ph_message *msg, size_t i);

/* The message as it will be sent: RFC 5322, CRLF line ends, no dot-stuffing.
 * PH_E_INVALID when Date or Message-ID were not set (the client sets them).
 * The slice is borrowed until the message changes or is freed. */
PH_API int ph_message_render(struct ph_message *msg, struct ph_slice *out);

#ifdef __cplusplus
}
#endif
#endif
