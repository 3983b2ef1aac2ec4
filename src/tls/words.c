/* What stands in a certificate, as text. */
#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include <openssl/x509v3.h>

#include "base/base64.h"
#include "tls/parts.h"

int ph__tls_add_name(struct ph__buf *out, const X509_NAME *name, size_t max)
{
    BIO *bio = BIO_new(BIO_s_mem());
    if (!bio)
        return PH_E_NOMEM;
    X509_NAME_print_ex(bio, name, 0,
                       XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB &
                           ~XN_FLAG_SPC_EQ);
    char *text;
    long len = BIO_get_mem_data(bio, &text);
    size_t n = len > 0 ? (size_t)len : 0;
    int rc = n ? ph__buf_add(out, text, n < max ? n : max)
               : ph__buf_add_text(out, "no name");
    BIO_free(bio);
    return rc;
}

static int add_alt_name(struct ph__buf *out, const GENERAL_NAME *name,
                        size_t end)
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
    if (type != GEN_DNS && type != GEN_IPADD)
        return PH_OK;
    char address[INET6_ADDRSTRLEN] = "?";
    const char *text = (const char *)ASN1_STRING_get0_data(value);
    size_t len = (size_t)ASN1_STRING_length(value);
    if (type == GEN_IPADD) {
        inet_ntop(len == 4 ? AF_INET : AF_INET6, text, address,
                  len == 4 || len == 16 ? sizeof(address) : 0);
        text = address;
        len = strlen(address);
    }
    if (out->len + len + 2 > end)
        return PH_OK;
    int rc = ph__buf_add(out, text, len);
    return rc ? rc : ph__buf_add_text(out, ", ");
}

/* "a.example, *.b.example, 192.0.2.1"; nothing when there are none. */
int ph__tls_add_alt_names(struct ph__buf *out, X509 *cert, size_t max)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    size_t begin = out->len;
    int rc = PH_OK;
    for (int i = 0; !rc && i < sk_GENERAL_NAME_num(names); i++)
        rc = add_alt_name(out, sk_GENERAL_NAME_value(names, i), begin + max);
    GENERAL_NAMES_free(names);
    if (out->len > begin)
        out->len -= 2; /* the last comma */
    if (out->data)
        out->data[out->len] = '\0';
    return rc;
}

/* "RSA, 2048 bits"; "EC prime256v1, 256 bits" */
int ph__tls_add_key(struct ph__buf *out, X509 *cert)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);
    if (!key)
        return ph__buf_add_text(out, "unknown key");
    const char *type = EVP_PKEY_get0_type_name(key);
    char group[40] = "";
    size_t len;
    if (EVP_PKEY_get_group_name(key, group, sizeof(group), &len) != 1)
        *group = '\0';
    return ph__buf_format(out, "%s%s%s, %d bits", type ? type : "unknown key",
                          *group ? " " : "", group, EVP_PKEY_get_bits(key));
}

/* RFC 7469 2.4: of the SubjectPublicKeyInfo, so that a renewed certificate
 * with the same key has the same pin. */
bool ph__tls_hash_key(unsigned char hash[PH__TLS_HASH], X509 *cert)
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    if (len < 0)
        return false;
    bool ok = EVP_Digest(der, (size_t)len, hash, NULL, EVP_sha256(), NULL) == 1;
    OPENSSL_free(der);
    return ok;
}

int ph__tls_add_pin(struct ph__buf *out, X509 *cert)
{
    unsigned char hash[PH__TLS_HASH];
    if (!ph__tls_hash_key(hash, cert))
        return PH_E_NOMEM;
    int rc = ph__buf_add_text(out, "sha256//");
    return rc ? rc : ph__base64_encode(out, hash, sizeof(hash));
}

bool ph__tls_time(int64_t *out, const ASN1_TIME *time)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *out = (int64_t)timegm(&tm);
    return true;
}

int ph__tls_add_time(struct ph__buf *out, const ASN1_TIME *time)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return ph__buf_add_text(out, "an unreadable date");
    return ph__buf_format(out, "%04d-%02d-%02d %02d:%02d UTC",
                          tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                          tm.tm_hour, tm.tm_min);
}
