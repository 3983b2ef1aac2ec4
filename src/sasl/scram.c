#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "base/text.h"
#include "sasl/parts.h"

/* SCRAM (RFC 5802, 7677) is GNU SASL's, but for what would hurt: the server
 * says how often to hash, so its message is read here first; and the password
 * is salted here, three times as fast as there, and never told. */

/* What the server's first message says (RFC 5802 7). Borrowed. */
struct first {
    struct ph_slice nonce;
    struct ph_slice salt; /* base64 */
    uint64_t iterations;
};

/* Takes the attribute `name` from the front. */
static bool take(struct ph_slice *value, struct ph_slice *rest, char name)
{
    if (rest->len < 3 || rest->data[0] != name || rest->data[1] != '=')
        return false;
    const char *comma = memchr(rest->data, ',', rest->len);
    size_t len = comma ? (size_t)(comma - rest->data) : rest->len;
    size_t whole = comma ? len + 1 : len;
    *value = (struct ph_slice){rest->data + 2, len - 2};
    *rest = (struct ph_slice){rest->data + whole, rest->len - whole};
    return value->len > 0;
}

/* RFC 5802 5.1: in this order, and what may follow is of no concern. "m=" asks
 * for an extension that nobody has. */
static bool read_first(struct first *out, const char *text, size_t len)
{
    struct ph_slice rest = {text, len};
    struct ph_slice count;
    return !memchr(text, '\0', len) && take(&out->nonce, &rest, 'r') &&
           take(&out->salt, &rest, 's') && take(&count, &rest, 'i') &&
           ph__text_to_u64(count.data, count.len, &out->iterations);
}

/* The nonce must be ours and something more; the hashing within bounds. */
static bool acceptable(const struct ph__sasl *s, const struct first *first)
{
    return first->nonce.len > s->nonce.len &&
           !memcmp(first->nonce.data, ph__buf_text(&s->nonce), s->nonce.len) &&
           first->iterations >= PH__SCRAM_ITERATIONS_MIN &&
           first->iterations <= PH__SCRAM_ITERATIONS_MAX;
}

static int tell_salted(struct ph__sasl *s, const unsigned char *key, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[key[i] >> 4];
        hex[2 * i + 1] = digits[key[i] & 15];
    }
    int rc = gsasl_property_set(s->session, GSASL_SCRAM_SALTED_PASSWORD, hex);
    OPENSSL_cleanse(hex, sizeof(hex));
    return ph__gnu_code(rc);
}

/* SaltedPassword := Hi(Normalize(password), salt, i): RFC 5802 3. */
static int hash(struct ph__sasl *s, const struct first *first,
                const struct ph__buf *salt)
{
    bool sha256 =
        !strncmp(s->mechanism->name, "SCRAM-SHA-256", strlen("SCRAM-SHA-256"));
    const EVP_MD *md = sha256 ? EVP_sha256() : EVP_sha1();
    unsigned char key[EVP_MAX_MD_SIZE];
    int len = EVP_MD_get_size(md);
    char *password = NULL;
    int rc = ph__gnu_code(gsasl_saslprep(
        s->credentials->password, GSASL_ALLOW_UNASSIGNED, &password, NULL));
    if (rc)
        return rc;
    if (!PKCS5_PBKDF2_HMAC(password, (int)strlen(password),
                           (const unsigned char *)salt->data, (int)salt->len,
                           (int)first->iterations, md, len, key))
        rc = PH_E_NOMEM;
    ph__text_wipe(password);
    if (!rc)
        rc = tell_salted(s, key, (size_t)len);
    OPENSSL_cleanse(key, sizeof(key));
    return rc;
}

static int salt_password(struct ph__sasl *s, const char *text, size_t len)
{
    struct first first;
    struct ph__buf salt = PH__BUF(PH__SCRAM_SALT_MAX);
    if (!read_first(&first, text, len) || !acceptable(s, &first))
        return PH_E_AUTH;
    int rc = ph__base64_decode(&salt, first.salt.data, first.salt.len);
    if (!rc)
        rc = hash(s, &first, &salt);
    ph__buf_done(&salt);
    return rc == PH_E_INVALID || rc == PH_E_LIMIT ? PH_E_AUTH : rc;
}

/* "n,,n=user,r=nonce": commas in names are "=2C". */
static int keep_nonce(struct ph__sasl *s, const char *message)
{
    const char *nonce = strrchr(message, ',');
    return ph__buf_add_text(&s->nonce, nonce ? nonce + strlen(",r=") : "");
}

/* The server has found an error (RFC 5802 7: "e="), and will say so in SMTP too
 * when it has got an answer. */
static int hear_error(struct ph__sasl *s, const char *challenge, size_t len)
{
    ph__sasl_keep(s, challenge, len);
    s->failed = true;
    return PH_OK;
}

int ph__scram_step(struct ph__sasl *s, const char *challenge, size_t len,
                   struct ph__buf *out)
{
    size_t before = out->len;
    if (s->round > 1 && len > 2 && !memcmp(challenge, "e=", 2))
        return hear_error(s, challenge, len);
    int rc = s->round == 2 ? salt_password(s, challenge, len) : PH_OK;
    if (!rc)
        rc = ph__gnu_step(s, challenge, len, out);
    if (s->round == 1)
        return rc ? rc : keep_nonce(s, out->data + before);
    s->impostor = rc == PH_E_AUTH;
    return rc;
}
