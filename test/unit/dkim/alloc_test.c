/* Each allocation fails once, then each call of OpenSSL that allocates: what
 * needed it says so, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>

#include "alloc/wrap.h"
#include "dkim/dkim.h"
#include "unit/dkim/vectors.h"

/* ---- OpenSSL, failing ---- */

static long calls_seen;
static long call_fails_at;

static bool call_fails(void)
{
    return ++calls_seen == call_fails_at;
}

EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void);
EVP_PKEY_CTX *__real_EVP_PKEY_CTX_new(EVP_PKEY *pkey, ENGINE *engine);
EVP_PKEY_CTX *__wrap_EVP_PKEY_CTX_new(EVP_PKEY *pkey, ENGINE *engine);
int __real_EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type,
                             ENGINE *engine);
int __wrap_EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type,
                             ENGINE *engine);
int __real_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t len);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t len);
int __real_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out,
                              unsigned int *len);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out,
                              unsigned int *len);
int __real_EVP_Digest(const void *data, size_t len, unsigned char *out,
                      unsigned int *size, const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_Digest(const void *data, size_t len, unsigned char *out,
                      unsigned int *size, const EVP_MD *type, ENGINE *engine);
int __real_OSSL_DECODER_CTX_set_pem_password_cb(OSSL_DECODER_CTX *ctx,
                                                pem_password_cb *cb,
                                                void *user);
int __wrap_OSSL_DECODER_CTX_set_pem_password_cb(OSSL_DECODER_CTX *ctx,
                                                pem_password_cb *cb,
                                                void *user);

EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void)
{
    return call_fails() ? NULL : __real_EVP_MD_CTX_new();
}

EVP_PKEY_CTX *__wrap_EVP_PKEY_CTX_new(EVP_PKEY *pkey, ENGINE *engine)
{
    return call_fails() ? NULL : __real_EVP_PKEY_CTX_new(pkey, engine);
}

int __wrap_EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type,
                             ENGINE *engine)
{
    return call_fails() ? 0 : __real_EVP_DigestInit_ex(ctx, type, engine);
}

int __wrap_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t len)
{
    return call_fails() ? 0 : __real_EVP_DigestUpdate(ctx, data, len);
}

int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out,
                              unsigned int *len)
{
    return call_fails() ? 0 : __real_EVP_DigestFinal_ex(ctx, out, len);
}

int __wrap_EVP_Digest(const void *data, size_t len, unsigned char *out,
                      unsigned int *size, const EVP_MD *type, ENGINE *engine)
{
    return call_fails() ? 0
                        : __real_EVP_Digest(data, len, out, size, type, engine);
}

int __wrap_OSSL_DECODER_CTX_set_pem_password_cb(OSSL_DECODER_CTX *ctx,
                                                pem_password_cb *cb, void *user)
{
    return call_fails()
               ? 0
               : __real_OSSL_DECODER_CTX_set_pem_password_cb(ctx, cb, user);
}

/* ---- the tests ---- */

static int hash(struct ph__dkim_hash *out)
{
    struct ph__dkim_body *body = NULL;
    int rc = ph__dkim_body_new(&body, PH__DKIM_RELAXED);
    if (rc) {
        assert_null(body);
        return rc;
    }
    for (int i = 0; !rc && i < 40; i++)
        rc = ph__dkim_body_update(body, RFC_BODY, strlen(RFC_BODY));
    rc = ph__dkim_body_end(out, body);
    ph__dkim_body_free(body);
    return rc;
}

static int sign_with(struct ph__buf *out, const struct ph__dkim_key *key)
{
    static const struct ph_slice header = {RFC_HEADER, sizeof(RFC_HEADER) - 1};
    const struct ph__dkim_signer signer = {.domain = "a.example",
                                           .selector = "s",
                                           .identity = "b.a.example",
                                           .key = key,
                                           .expire_secs = 1};
    struct ph__dkim_hash body;
    int rc = hash(&body);
    return rc ? rc : ph__dkim_sign(out, &signer, &header, 1, &body, 1);
}

static int sign(const char *pem)
{
    struct ph__dkim_key *key = NULL;
    struct ph__buf why = PH__BUF(200);
    struct ph__buf out = PH__BUF(4000);
    int rc = ph__dkim_key_new(&key, pem, strlen(pem), &why);
    assert_true(!rc == !!key);
    if (!rc)
        rc = sign_with(&out, key);
    assert_true(!rc == !!out.len);
    assert_int_equal(why.len, 0);
    ph__dkim_key_free(key);
    ph__buf_done(&why);
    ph__buf_done(&out);
    return rc;
}

static const char *const keys[] = {RFC_RSA, RFC_ED25519};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static void each_allocation_may_fail(void **state)
{
    for (size_t i = 0; i < KEYS; i++) {
        long n = 0;
        int rc;
        do {
            wrap_fail_at(++n);
            rc = sign(keys[i]);
            assert_int_equal(rc, wrap_failed() ? PH_E_NOMEM : PH_OK);
        } while (rc);
        wrap_fail_at(0);
        assert_true(n > 5);
    }
}

static void each_call_of_openssl_may_fail(void **state)
{
    for (size_t i = 0; i < KEYS; i++) {
        int rc;
        call_fails_at = 0;
        do {
            calls_seen = 0;
            call_fails_at++;
            rc = sign(keys[i]);
            assert_int_equal(rc,
                             calls_seen >= call_fails_at ? PH_E_NOMEM : PH_OK);
        } while (rc);
        assert_true(call_fails_at > 7);
    }
    call_fails_at = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_call_of_openssl_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
