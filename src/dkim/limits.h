/* dkim/limits.h - every limit of signing, with its source. Octets, if nothing
 * else is said. */
#ifndef DKIM_LIMITS_H
#define DKIM_LIMITS_H

enum {
    PH__DKIM_HASH = 32, /* SHA-256: the one that is left (RFC 8301 3.1) */

    /* Bits (RFC 8301 3.2). With fewer than MIN a signature counts as none;
     * whoever loads a key warns below GOOD; nobody has to check more than MAX.
     */
    PH__DKIM_RSA_MIN = 1024,
    PH__DKIM_RSA_GOOD = 2048,
    PH__DKIM_RSA_MAX = 4096,
    PH__DKIM_PEM_MAX = 65536, /* of ours; RSA of MAX bits takes 3300 */

    PH__DKIM_NAME_MAX = 253,           /* RFC 1035 2.3.4, as text */
    PH__DKIM_LABEL_MAX = 63,           /* RFC 1035 2.3.4 */
    PH__DKIM_LINE_MAX = 78,            /* RFC 5322 2.1.1: it should not */
    PH__DKIM_FIELD_MAX = 8192,         /* of ours: a field we write */
    PH__DKIM_HEADER_MAX = 8 << 20,     /* of ours: what one covers */
    PH__DKIM_HEADER_FIELDS_MAX = 4096, /* of ours: how many a message has */
};

/* Digits of t= and x= (RFC 6376 3.5): 12. */
#define PH__DKIM_TIME_MAX UINT64_C(999999999999)

#endif
