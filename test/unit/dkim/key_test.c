#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "dkim/dkim.h"
#include "unit/dkim/vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int load(struct ph__dkim_key **out, struct ph__buf *why, const char *pem)
{
    ERR_clear_error();
    int rc = ph__dkim_key_new(out, pem, strlen(pem), why);
    assert_int_equal(ERR_peek_error(), 0); /* TLS looks there */
    return rc;
}

static void expect_refused(const char *pem, const char *words)
{
    struct ph__dkim_key *key = NULL;
    struct ph__buf why = PH__BUF(200);
    int rc = load(&key, &why, pem);
    if (rc != PH_E_INVALID || key || !strstr(ph__buf_text(&why), words))
        fail_msg("%s: %d %s", words, rc, ph__buf_text(&why));
    ph__buf_done(&why);
}

static void both_kinds_of_key_are_read(void **state)
{
    struct ph__dkim_key *key;
    struct ph__buf why = PH__BUF(200);
    assert_int_equal(load(&key, &why, RFC_ED25519), PH_OK);
    assert_int_equal(ph__dkim_key_algorithm(key), PH__DKIM_ED25519);
    ph__dkim_key_free(key);
    assert_int_equal(load(&key, &why, RFC_RSA), PH_OK);
    assert_int_equal(ph__dkim_key_algorithm(key), PH__DKIM_RSA);
    assert_int_equal(ph__dkim_key_bits(key), 1024);
    ph__dkim_key_free(key);
    assert_int_equal(load(&key, &why, "remarks\n" RFC_RSA "more\n"), PH_OK);
    ph__dkim_key_free(key);
    ph__dkim_key_free(NULL);
    assert_string_equal(ph__buf_text(&why), "");
}

static void what_is_no_key_is_refused(void **state)
{
    static char large[PH__DKIM_PEM_MAX + 2];
    expect_refused("", "no private key");
    expect_refused("hello\n", "no private key");
    expect_refused("-----BEGIN PRIVATE KEY-----\n", "no private key");
    expect_refused("-----BEGIN PRIVATE KEY-----\nAAAA\n"
                   "-----END PRIVATE KEY-----\n",
                   "no private key");
    memset(large, 'a', sizeof(large) - 1);
    expect_refused(large, "too long");
}

/* ---- PEM of our own ---- */

static char *text_of(BIO *bio)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);
    char *text = strndup(data, (size_t)len);
    assert_non_null(text);
    BIO_free(bio);
    return text;
}

static void expect_refused_text(char *pem, const char *words)
{
    expect_refused(pem, words);
    free(pem);
}

static char *write_pkcs8(EVP_PKEY *pkey, const EVP_CIPHER *cipher)
{
    static const unsigned char password[] = "secret";
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
                         bio, pkey, cipher, (const char *)password,
                         cipher ? (int)sizeof(password) - 1 : 0, NULL, NULL),
                     1);
    return text_of(bio);
}

static char *write_traditional(EVP_PKEY *pkey)
{
    static const unsigned char password[] = "secret";
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(
                         bio, pkey, EVP_aes_128_cbc(), password,
                         (int)sizeof(password) - 1, NULL, NULL),
                     1);
    return text_of(bio);
}

static char *write_public(EVP_PKEY *pkey)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
    return text_of(bio);
}

static void passwords_are_not_asked_for(void **state)
{
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    assert_non_null(pkey);
    expect_refused_text(write_pkcs8(pkey, EVP_aes_128_cbc()), "password");
    expect_refused_text(write_traditional(pkey), "password");
    EVP_PKEY_free(pkey);
}

static void keys_of_another_kind_are_refused(void **state)
{
    EVP_PKEY *ec = EVP_EC_gen("P-256");
    assert_non_null(ec);
    expect_refused_text(write_pkcs8(ec, NULL), "neither RSA nor Ed25519");
    EVP_PKEY_free(ec);
    EVP_PKEY *ed448 = EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
    assert_non_null(ed448);
    expect_refused_text(write_pkcs8(ed448, NULL), "neither RSA nor Ed25519");
    EVP_PKEY_free(ed448);
    EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    assert_non_null(ed25519);
    expect_refused_text(write_public(ed25519), "no private key");
    EVP_PKEY_free(ed25519);
}

/* ---- RSA keys of any size, whose numbers fit nothing ---- */

enum { DER_MAX = 2000, PEM_MAX = 4000 };

static size_t put_integer(unsigned char *der, size_t bits)
{
    size_t len = bits / 8 + 1;
    memset(der, 0, len + 4);
    der[0] = 2;
    der[1] = 0x82;
    der[2] = (unsigned char)(len >> 8);
    der[3] = (unsigned char)len;
    if (bits % 8)
        der[4] = (unsigned char)(1 << (bits % 8 - 1));
    else
        der[5] = 0x80;
    der[len + 3] |= 1;
    return len + 4;
}

/* RFC 8017 A.1.2: a version and eight numbers, the first one the modulus. */
static void write_rsa(char pem[PEM_MAX], size_t bits)
{
    unsigned char der[DER_MAX] = {0x30, 0x82, 0, 0, 2, 1, 0};
    size_t len = 7;
    len += put_integer(der + len, bits);
    for (int i = 0; i < 7; i++)
        len += put_integer(der + len, 31);
    der[2] = (unsigned char)((len - 4) >> 8);
    der[3] = (unsigned char)(len - 4);

    strncpy(pem, "-----BEGIN RSA PRIVATE KEY-----\n", PEM_MAX);
    size_t at = strlen(pem);
    for (size_t i = 0; i < len; i += 48) {
        int n = (int)(len - i < 48 ? len - i : 48);
        at += (size_t)EVP_EncodeBlock((unsigned char *)pem + at, der + i, n);
        pem[at++] = '\n';
    }
    strncpy(pem + at, "-----END RSA PRIVATE KEY-----\n", PEM_MAX - at);
}

/* RFC 8301 3.2 */
static void rsa_has_1024_to_4096_bits(void **state)
{
    static const struct {
        size_t bits;
        bool fine;
    } sizes[] = {{512, false}, {1023, false}, {1024, true},
                 {2048, true}, {4096, true},  {4097, false}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char pem[PEM_MAX];
        write_rsa(pem, sizes[i].bits);
        if (!sizes[i].fine) {
            expect_refused(pem, "bits): make one of 2048");
            continue;
        }
        struct ph__dkim_key *key;
        assert_int_equal(load(&key, NULL, pem), PH_OK);
        assert_int_equal(ph__dkim_key_bits(key), sizes[i].bits);
        ph__dkim_key_free(key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_key_are_read),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(passwords_are_not_asked_for),
        cmocka_unit_test(keys_of_another_kind_are_refused),
        cmocka_unit_test(rsa_has_1024_to_4096_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
