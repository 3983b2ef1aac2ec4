#include <string.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/text.h"

int ph__base64_encode(struct ph__buf *out, const void *data, size_t len)
{
    if (len > INT32_MAX / 2)
        return PH_E_LIMIT;
    size_t size = (len + 2) / 3 * 4;
    int rc = ph__buf_reserve(out, size);
    if (rc || !len)
        return rc;
    EVP_EncodeBlock((unsigned char *)out->data + out->len, data, (int)len);
    out->len += size;
    return PH_OK;
}

static bool in_alphabet(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(text[i]) && text[i] != '+' && text[i] != '/')
            return false;
    return true;
}

int ph__base64_decode(struct ph__buf *out, const char *text, size_t len)
{
    if (!len)
        return PH_OK;
    if (len % 4 || len > INT32_MAX / 2)
        return PH_E_INVALID;
    size_t pad =
        (text[len - 1] == '=') + (text[len - 2] == '=' && text[len - 1] == '=');
    if (!in_alphabet(text, len - pad))
        return PH_E_INVALID;
    int rc = ph__buf_reserve(out, len / 4 * 3);
    if (rc)
        return rc;
    int n = EVP_DecodeBlock((unsigned char *)out->data + out->len,
                            (const unsigned char *)text, (int)len);
    if (n < 0)
        return PH_E_INVALID;
    out->len += (size_t)n - pad;
    out->data[out->len] = '\0';
    return PH_OK;
}
