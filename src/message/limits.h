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
    PH__URI_MAX = 900,             /* it cannot be folded, either */
    PH__MESSAGE_ID_MAX = 512,      /* RFC 5322 3.6.4: it cannot be folded */

    PH__TYPE_NAME_MAX = 127, /* of type and of subtype: RFC 6838 4.2 */
    PH__TYPE_MAX = 512,      /* a media type with its parameters */
    PH__PARAMETER_MAX = 74,  /* one, or a segment: a line with two signs more */
    PH__FILE_NAME_MAX = 1024,        /* octets; 255 characters of any script */
    PH__FILE_NAME_PLAIN_MAX = 60,    /* a longer one is cut into segments */
    PH__FILE_NAME_EXTENSION_MAX = 9, /* of that, what stays at its end */
    PH__BOUNDARY_MAX = 70,           /* RFC 2046 5.1.1 */
    PH__BOUNDARY_TEXT_MAX = 66,      /* of that, the caller's */
    PH__BOUNDARY_RANDOM = 15,        /* octets that make one nobody guesses */
    PH__BOUNDARY_DRAWS = 4,          /* before it is not chance any more */
    PH__ATTACHMENTS_MAX = 1000,      /* of one message */
    PH__SIGNERS_MAX = 8,             /* of one message */
    PH__COPY_MAX = 16 << 10,         /* what is sent of more is not copied */
    PH__SPOOL_ABOVE = 1 << 20,       /* a larger file stays on the disk */
    PH__METHOD_MAX = 32,             /* of a calendar: RFC 5546 1.4 */

    PH__SECTIONS_MAX = 8, /* of a template, in each other */

    PH__MAILBOXES_MAX = 100000,      /* recipients of one message */
    PH__MAILBOX_TEXT_MAX = 64 << 20, /* their addresses, in both forms */
    PH__MAILBOX_NAME_MAX = 4096,     /* one display name */
    PH__CONTENT_MAX = 256 << 20,     /* header and body, as sent */
    PH__PROBLEM_MAX = 512,           /* what is wrong, in words */
    PH__PROBLEM_QUOTE_MAX = 120      /* of that, the caller's words */
};

#endif
