/* Which of our reasons an error of OpenSSL's is, and their words. */
#include "tls/reason.h"

#include <openssl/sslerr.h>

#include "tls/parts.h"

static const struct {
    const char *word, *what, *advice;
} words[] = {[PH__TLS_NO_REASON] = {"", "", ""},
#define X(name, word, what, advice) [PH__TLS_##name] = {word, what, advice},
             PH__TLS_REASON_MAP(X)
#undef X
};

const char *ph__tls_reason_name(enum ph__tls_reason reason)
{
    return words[reason].word;
}

const char *ph__tls_reason_what(enum ph__tls_reason reason)
{
    return words[reason].what;
}

const char *ph__tls_reason_advice(enum ph__tls_reason reason)
{
    return words[reason].advice;
}

/* OpenSSL's numbers are not an enum: what is not listed is OTHER or FAILED. */
struct meaning {
    int number;
    enum ph__tls_reason reason;
};

static const struct meaning of_verify[] = {
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, PH__TLS_SELF_SIGNED},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, PH__TLS_UNKNOWN_ROOT},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, PH__TLS_UNKNOWN_ISSUER},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, PH__TLS_UNKNOWN_ISSUER},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, PH__TLS_UNKNOWN_ISSUER},
    {X509_V_ERR_CERT_HAS_EXPIRED, PH__TLS_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, PH__TLS_NOT_YET},
    {X509_V_ERR_HOSTNAME_MISMATCH, PH__TLS_WRONG_NAME},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, PH__TLS_WRONG_NAME},
    {X509_V_ERR_INVALID_PURPOSE, PH__TLS_PURPOSE},
    {X509_V_ERR_EE_KEY_TOO_SMALL, PH__TLS_WEAK_KEY},
    {X509_V_ERR_CA_KEY_TOO_SMALL, PH__TLS_WEAK_KEY},
    {X509_V_ERR_CA_MD_TOO_WEAK, PH__TLS_WEAK_DIGEST},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, PH__TLS_BAD_SIGNATURE},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, PH__TLS_BAD_SIGNATURE},
    {X509_V_ERR_INVALID_CA, PH__TLS_NOT_A_CA},
    {X509_V_ERR_INVALID_NON_CA, PH__TLS_NOT_A_CA},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, PH__TLS_NOT_A_CA},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, PH__TLS_TOO_LONG},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, PH__TLS_TOO_LONG},
    {X509_V_ERR_APPLICATION_VERIFICATION, PH__TLS_NOT_PINNED},
    {X509_V_ERR_DANE_NO_MATCH, PH__TLS_NOT_IN_DNS},
};

static const struct meaning of_alert[] = {
    {SSL_AD_PROTOCOL_VERSION, PH__TLS_VERSION},
    {SSL_AD_HANDSHAKE_FAILURE, PH__TLS_CIPHER},
    {SSL_AD_INSUFFICIENT_SECURITY, PH__TLS_CIPHER},
    {SSL_AD_CERTIFICATE_REQUIRED, PH__TLS_CERT_WANTED},
    {SSL_AD_BAD_CERTIFICATE, PH__TLS_CERT_REFUSED},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, PH__TLS_CERT_REFUSED},
    {SSL_AD_CERTIFICATE_REVOKED, PH__TLS_CERT_REFUSED},
    {SSL_AD_CERTIFICATE_EXPIRED, PH__TLS_CERT_REFUSED},
    {SSL_AD_CERTIFICATE_UNKNOWN, PH__TLS_CERT_REFUSED},
    {SSL_AD_UNKNOWN_CA, PH__TLS_CERT_REFUSED},
    {SSL_AD_ACCESS_DENIED, PH__TLS_CERT_REFUSED},
    {SSL_AD_BAD_RECORD_MAC, PH__TLS_DAMAGED},
    {SSL_AD_DECRYPT_ERROR, PH__TLS_DAMAGED},
};

static const struct meaning of_error[] = {
    {SSL_R_UNSUPPORTED_PROTOCOL, PH__TLS_VERSION},
    {SSL_R_WRONG_SSL_VERSION, PH__TLS_VERSION},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, PH__TLS_VERSION},
    {SSL_R_VERSION_TOO_LOW, PH__TLS_VERSION},
    {SSL_R_NO_SHARED_CIPHER, PH__TLS_CIPHER},
    {SSL_R_NO_SUITABLE_KEY_SHARE, PH__TLS_CIPHER},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, PH__TLS_CIPHER},
    {SSL_R_UNKNOWN_CIPHER_RETURNED, PH__TLS_CIPHER},
    {SSL_R_WRONG_CIPHER_RETURNED, PH__TLS_CIPHER},
    {SSL_R_WRONG_SIGNATURE_TYPE, PH__TLS_CIPHER},
    {SSL_R_WRONG_CURVE, PH__TLS_CIPHER},
    {SSL_R_DH_KEY_TOO_SMALL, PH__TLS_CIPHER},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, PH__TLS_DAMAGED},
    {SSL_R_BAD_SIGNATURE, PH__TLS_DAMAGED},
    {SSL_R_DIGEST_CHECK_FAILED, PH__TLS_DAMAGED},
};

#define LOOK_UP(table, number, otherwise)                                      \
    look_up(table, sizeof(table) / sizeof(*(table)), number, otherwise)

static enum ph__tls_reason look_up(const struct meaning *table, size_t count,
                                   int number, enum ph__tls_reason otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].number == number)
            return table[i].reason;
    return otherwise;
}

enum ph__tls_reason ph__tls_reason_of_verify(int error)
{
    return LOOK_UP(of_verify, error, PH__TLS_OTHER);
}

enum ph__tls_reason ph__tls_reason_of_alert(int alert)
{
    return LOOK_UP(of_alert, alert, PH__TLS_FAILED);
}

enum ph__tls_reason ph__tls_reason_of_error(int error)
{
    return LOOK_UP(of_error, error, PH__TLS_FAILED);
}
