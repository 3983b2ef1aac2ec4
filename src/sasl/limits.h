/* sasl/limits.h - every limit of the mechanisms, with its source. Octets, if
 * nothing else is said. */
#ifndef SASL_LIMITS_H
#define SASL_LIMITS_H

enum {
    PH__SASL_NAME_MAX = 1024, /* user, authzid, host; RFC 4616 2 wants 255 */
    PH__SASL_PASSWORD_MAX = 4096,   /* likewise */
    PH__SASL_TOKEN_MAX = 65535,     /* RFC 6750 sets none */
    PH__SASL_MESSAGE_MAX = 70000,   /* of ours: a token and its company */
    PH__SASL_CHALLENGE_MAX = 12288, /* RFC 4954 4 */
    PH__SASL_DIGEST_MAX = 2047,     /* RFC 2831 2.1.1: less than 2048 */
    PH__SASL_DETAIL_MAX = 500,      /* kept of a server's words on a failure */
    PH__SASL_BINDING_MAX = 64,      /* RFC 9266 2: 32; RFC 5929 3: 12 or 36 */

    PH__SCRAM_NONCE_MAX = 256,
    PH__SCRAM_SALT_MAX = 1024,
    /* Fewer are no protection (RFC 7677 4); each costs, on the event loop: the
     * highest number takes half a second. */
    PH__SCRAM_ITERATIONS_MIN = 4096,
    PH__SCRAM_ITERATIONS_MAX = 600000
};

#endif
