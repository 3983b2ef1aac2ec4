/* tls/limits.h - every limit of this layer. */
#ifndef TLS_LIMITS_H
#define TLS_LIMITS_H

enum {
    PH__TLS_RECORD = 16 * 1024, /* plaintext in a record, RFC 8446 5.1 */

    /* Words. What comes from the peer is cut to these. */
    PH__TLS_PROBLEM_MAX = 1536,
    PH__TLS_SUBJECT_MAX = 200,
    PH__TLS_LIST_MAX = 400, /* names of a certificate, in a problem */
    PH__TLS_FIRST_MAX = 80, /* what the peer said first: a greeting's line */

    /* What a caller may give. */
    PH__TLS_PINS_MAX = 32,
    PH__TLS_ALSO_MAX = 16,    /* further names: an MX needs two */
    PH__TLS_RECORDS_MAX = 64, /* TLSA records that are looked at */
    PH__TLS_RECORD_DATA_MAX = 16 * 1024,

    /* Sessions kept for resumption, by one context. */
    PH__TLS_KEPT_MAX = 64,
    PH__TLS_KEPT_EACH = 4,       /* for one peer: two connections' tickets */
    PH__TLS_KEPT_SECONDS = 3600, /* RFC 8446 4.6.1 allows a week */
};

#endif
