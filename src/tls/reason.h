/* tls/reason.h - why a peer was not believed, or TLS came to an end. */
#ifndef TLS_REASON_H
#define TLS_REASON_H

/* Name; one word for machines; what happened; what to do about it. Those up
 * to OTHER are about the peer's certificate. */
#define PH__TLS_REASON_MAP(X)                                                  \
    X(SELF_SIGNED, "self-signed", "self-signed certificate",                   \
      "if it is the right one, use it as the CA file or pin its key")          \
    X(UNKNOWN_ROOT, "unknown-root", "root certificate is not trusted here",    \
      "if it is the right one, use it as the CA file")                         \
    X(UNKNOWN_ISSUER, "unknown-issuer",                                        \
      "issuer of the certificate is not known here",                           \
      "the server has to send its intermediate certificates; if it does, use " \
      "the issuer's as the CA file")                                           \
    X(EXPIRED, "expired", "certificate has expired",                           \
      "its owner has to renew it, unless the clock is wrong here")             \
    X(NOT_YET, "not-yet-valid", "certificate is not yet valid",                \
      "check the clock here")                                                  \
    X(WRONG_NAME, "wrong-name", "certificate is for somebody else",            \
      "connect to a name that it has, or say which name to expect")            \
    X(NO_NAME, "no-name", "certificate names nobody",                          \
      "its owner needs one with a subjectAltName, since the CN does not "      \
      "count")                                                                 \
    X(PURPOSE, "wrong-purpose", "certificate is not meant for servers",        \
      "its owner needs one with the purpose serverAuth")                       \
    X(WEAK_KEY, "weak-key", "key is too small",                                \
      "its owner needs RSA of 2048 bits or an elliptic curve")                 \
    X(WEAK_DIGEST, "weak-digest",                                              \
      "certificate is signed with a digest that is too weak",                  \
      "its owner needs one signed with SHA-256 or better")                     \
    X(BAD_SIGNATURE, "bad-signature", "signature of the certificate is wrong", \
      "somebody altered it: do not go on")                                     \
    X(NOT_A_CA, "not-a-ca", "issuer must not issue certificates",              \
      "its owner needs one from a certificate authority")                      \
    X(TOO_LONG, "chain-too-long", "chain of certificates is too long",         \
      "the server has to send a shorter one")                                  \
    X(NOT_PINNED, "not-pinned", "key is none of those pinned",                 \
      "if the server was given a new key on purpose, pin that one")            \
    X(NOT_IN_DNS, "tlsa-mismatch", "certificate matches no TLSA record",       \
      "the server's postmaster has to make records and certificate agree")     \
    X(UNUSABLE_DNS, "tlsa-unusable", "no TLSA record can be used",             \
      "the server's postmaster has to publish 3 1 1 or 2 1 1")                 \
    X(OTHER, "bad-certificate", "certificate cannot be trusted",               \
      "ask the server's postmaster")                                           \
    X(CLEAR_TEXT, "clear-text", "the server speaks in clear text here",        \
      "use STARTTLS, or the port where TLS comes first (465)")                 \
    X(NOT_TLS, "not-tls", "the peer does not speak TLS here",                  \
      "check host and port")                                                   \
    X(VERSION, "version", "no version of TLS in common",                       \
      "the older side has to be updated")                                      \
    X(CIPHER, "cipher", "no cipher, group or signature in common",             \
      "the weaker side has to be updated or configured anew")                  \
    X(CERT_WANTED, "certificate-wanted",                                       \
      "the server wants a certificate of the client",                          \
      "give a certificate and its key")                                        \
    X(CERT_REFUSED, "certificate-refused",                                     \
      "the peer does not accept our certificate", "give another one")          \
    X(DAMAGED, "damaged", "a record was damaged or altered under way",         \
      "try again, on another network if it stays so")                          \
    X(CUT, "cut", "the connection was cut without a close_notify",             \
      "take what came last for incomplete")                                    \
    X(FAILED, "failed", "TLS failed", "ask the server's postmaster")

enum ph__tls_reason {
    PH__TLS_NO_REASON,
#define X(name, word, what, advice) PH__TLS_##name,
    PH__TLS_REASON_MAP(X)
#undef X
};

/* "expired"; "" for PH__TLS_NO_REASON. */
const char *ph__tls_reason_name(enum ph__tls_reason reason);

#endif
