/* Private keys. */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/base64.h"
#include "dkim/parts.h"

enum { SIGNATURE_MAX = PH__DKIM_RSA_MAX / 8 };

struct ph__dkim_key {
    EVP_PKEY *pkey;
    enum ph__dkim_algorithm algorithm;
};

/* Without this OpenSSL might ask for the password at the terminal. */
static int no_password(char *buf, int size, int writing, void *asked)
{
    *(bool *)asked = true;
    return -1;
}

/* *out stays NULL if it holds no private key. */
static int read_pem(EVP_PKEY **out, const char *pem, size_t len, bool *locked)
{
    const unsigned char *data = (const unsigned char *)pem;
    OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(
        out, "PEM", NULL, NULL, OSSL_KEYMGMT_SELECT_PRIVATE_KEY, NULL, NULL);
    bool fine =
        ctx && OSSL_DECODER_CTX_set_pem_password_cb(ctx, no_password, locked);
    if (fine)
        (void)OSSL_DECODER_from_data(ctx, &data, &len);
    OSSL_DECODER_CTX_free(ctx);
    return fine ? PH_OK : PH_E_NOMEM;
}

static int refuse(struct ph__buf *why, const char *problem)
{
    (void)ph__buf_add_text(why, problem);
    return PH_E_INVALID;
}

static int judge_rsa(EVP_PKEY *pkey, struct ph__buf *why)
{
    int bits = EVP_PKEY_get_bits(pkey);
    if (bits >= PH__DKIM_RSA_MIN && bits <= PH__DKIM_RSA_MAX)
        return PH_OK;
    (void)ph__buf_format(why, " (RSA of %d bits): make one of %d", bits,
                         (int)PH__DKIM_RSA_GOOD);
    return PH_E_INVALID;
}

static int judge(struct ph__dkim_key *key, struct ph__buf *why)
{
    key->algorithm = PH__DKIM_ED25519;
    if (EVP_PKEY_is_a(key->pkey, "ED25519"))
        return PH_OK;
    key->algorithm = PH__DKIM_RSA;
    if (EVP_PKEY_is_a(key->pkey, "RSA"))
        return judge_rsa(key->pkey, why);
    return refuse(why, " (neither RSA nor Ed25519): DKIM knows only these");
}

static int sign_rsa(unsigned char *out, size_t *len, EVP_PKEY *pkey,
                    const unsigned char hash[PH__DKIM_HASH])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    if (!ctx)
        return PH_E_NOMEM;
    bool fine = EVP_PKEY_sign_init(ctx) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
                EVP_PKEY_sign(ctx, out, len, hash, PH__DKIM_HASH) == 1;
    EVP_PKEY_CTX_free(ctx);
    return fine ? PH_OK : PH_E_INVALID;
}

/* Ed25519 takes the hash as its message (RFC 8463 3). */
static int sign_ed25519(unsigned char *out, size_t *len, EVP_PKEY *pkey,
                        const unsigned char hash[PH__DKIM_HASH])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx)
        return PH_E_NOMEM;
    bool fine = EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
                EVP_DigestSign(ctx, out, len, hash, PH__DKIM_HASH) == 1;
    EVP_MD_CTX_free(ctx);
    return fine ? PH_OK : PH_E_INVALID;
}

static int sign(unsigned char *out, size_t *len, const struct ph__dkim_key *key,
                const unsigned char hash[PH__DKIM_HASH])
{
    int rc = PH_E_INVALID;
    ERR_set_mark();
    switch (key->algorithm) {
    case PH__DKIM_RSA:
        rc = sign_rsa(out, len, key->pkey, hash);
        break;
    case PH__DKIM_ED25519:
        rc = sign_ed25519(out, len, key->pkey, hash);
        break;
    }
    ERR_pop_to_mark();
    return rc;
}

int ph__dkim_key_sign(struct ph__buf *out, const struct ph__dkim_key *key,
                      const unsigned char hash[PH__DKIM_HASH])
{
    unsigned char signature[SIGNATURE_MAX];
    size_t len = sizeof(signature);
    int rc = sign(signature, &len, key, hash);
    return rc ? rc : ph__base64_encode(out, signature, len);
}

static int fill(struct ph__dkim_key *key, const char *pem, size_t len,
                struct ph__buf *why)
{
    bool locked = false;
    ERR_set_mark();
    int rc = read_pem(&key->pkey, pem, len, &locked);
    ERR_pop_to_mark();
    if (rc)
        return rc;
    if (!key->pkey && locked)
        return refuse(why, " (a password is on it): write it anew without: "
                           "openssl pkey -in OLD -out NEW");
    if (!key->pkey)
        return refuse(why, " (no private key): give one in PEM");
    return judge(key, why);
}

int ph__dkim_key_new(struct ph__dkim_key **out, const char *pem, size_t len,
                     struct ph__buf *why)
{
    if (len > PH__DKIM_PEM_MAX)
        return refuse(why, " (too long for a key): give one in PEM");
    struct ph__dkim_key *key = calloc(1, sizeof(*key));
    int rc = key ? fill(key, pem, len, why) : PH_E_NOMEM;
    if (rc)
        ph__dkim_key_free(key);
    else
        *out = key;
    return rc;
}

void ph__dkim_key_free(struct ph__dkim_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

enum ph__dkim_algorithm ph__dkim_key_algorithm(const struct ph__dkim_key *key)
{
    return key->algorithm;
}

int ph__dkim_key_bits(const struct ph__dkim_key *key)
{
    return EVP_PKEY_get_bits(key->pkey);
}
