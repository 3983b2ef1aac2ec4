/* message/limits.h - every limit of composing, with its source. */
#ifndef MESSAGE_LIMITS_H
#define MESSAGE_LIMITS_H

enum {
    PH__LINE_MAX = 998, /* RFC 5322 2.1.1, without CRLF */
    PH__FOLD_AT = 78,   /* RFC 5322 2.1.1 */

    PH__ENCODED_LINE_MAX = 76, /* header line with one: RFC 2047 2 */
    PH__ENCODED_FRAME = 12,    /* of one: =?utf-8?B??= */
    PH__ENCODED_ROOM_MIN = 24, /* less is not worth starting one for */

    PH__BODY_LINE_MAX = 76, /* quoted-printable, base64: RFC 2045 6.7, 6.8 */
    PH__BASE64_STEP = 57,   /* octets that make such a line */

    PH__HEADER_NAME_MAX = 76,  /* so that "Name:" is not over the fold */
    PH__HEADER_WORD_MAX = 900, /* a longer word does not fit a line unencoded */
    PH__HEADER_TEXT_MAX = 4 << 20, /* one kind of field, as written */
    PH__QUOTED_MAX = 64,           /* a longer name is encoded, so can fold */
    PH__MESSAGE_ID_MAX = 512,      /* RFC 5322 3.6.4: it cannot be folded */

    PH__MAILBOXES_MAX = 100000,      /* recipients of one message */
    PH__MAILBOX_TEXT_MAX = 64 << 20, /* their addresses, in both forms */
    PH__MAILBOX_NAME_MAX = 4096,     /* one display name */
    PH__CONTENT_MAX = 256 << 20,     /* header and body, as sent */
    PH__PROBLEM_MAX = 512,           /* what is wrong, in words */
    PH__PROBLEM_QUOTE_MAX = 120      /* of that, the caller's words */
};

#endif
