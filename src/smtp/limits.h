/* smtp/limits.h - every limit of the protocol layer, with its source. */
#ifndef SMTP_LIMITS_H
#define SMTP_LIMITS_H

enum {
    PH__REPLY_LINE_MAX = 16384, /* RFC 5321 4.5.3.1.5 says 512; a challenge may
                                   have 12288 (RFC 4954 4) */
    PH__REPLY_LINES_MAX = 256,
    PH__REPLY_OCTETS_MAX = 65536, /* of one reply, all lines */
    PH__REPLY_TEXT_MAX = 8192,    /* kept of it; the rest is counted only */
    PH__CLEANED_MAX = PH__REPLY_TEXT_MAX + 8, /* and "<hidden>" */

    PH__COMMAND_MAX = 3072,    /* RFC 5321 4.5.3.1.4: 512, and what extensions
                                  add (RFC 3461 5.4: 1036) */
    PH__AUTH_FIRST_MAX = 512,  /* AUTH with initial response, RFC 4954 4 */
    PH__AUTH_LINE_MAX = 98304, /* RFC 4954 4: 12288; but tokens are longer, up
                                  to 64 KiB before base64 */
    PH__AUTH_TRIES_MAX = 3,    /* mechanisms in one session */
    PH__AUTH_STEPS_MAX = 16,   /* challenges of one mechanism */
    PH__SECRET_HEAD = 8,       /* octets of a secret that give it away */
    PH__SECRET_MIN = 4,        /* what is shorter is in any text */
    PH__SECRETS_MAX = 64,      /* more than tries and steps can say */
    PH__MECHANISMS_MAX = 1024, /* kept of the AUTH keyword's list */
    PH__HELLO_MAX = 255,       /* RFC 5321 4.5.3.1.2 */

    PH__FLIGHT_MAX = 100,          /* commands without a reply */
    PH__FLIGHT_OCTETS_MAX = 32768, /* of them, content not counted */
    PH__CHUNKS_MAX = 4,            /* BDAT without a reply, LAST not counted */

    PH__AHEAD_MAX = 16,     /* transactions without a final reply */
    PH__AHEAD_DATA = 2,     /* ... by default: one whose content is out, and the
                               next up to its 354 */
    PH__AHEAD_BDAT = 8,     /* the same, with CHUNKING */
    PH__TRANSACTIONS = 32,  /* remembered: those, and those whose DONE is still
                               to be pulled. A power of two */
    PH__DOMAINS_MAX = 4096, /* told apart in one session (RFC 9422 4.3) */
    PH__WRITE_SECS = 180,   /* without progress, RFC 5321 4.5.3.2.5 */

    PH__ENVELOPE_ID_MAX = 100, /* RFC 3461 4.4 */
    PH__ORCPT_MAX = 500,       /* RFC 3461 4.2, in xtext */

    PH__OUT_TEXT_MAX = 1 << 20,  /* commands and re-made content, one flush */
    PH__RECIPIENTS_MAX = 100000, /* of one transaction */
    PH__TEXTS_MAX = 4 << 20,     /* reply texts kept for its recipients */
    PH__TRACE_MAX = 16 << 20,    /* dialogue not yet pulled */
    PH__DETAIL_MAX = 512
};

#endif
