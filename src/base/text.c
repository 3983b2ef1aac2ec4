#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/text.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool ph__text_same_len(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

bool ph__text_same(const char *a, const char *b)
{
    size_t len = strlen(a);
    return len == strlen(b) && ph__text_same_len(a, b, len);
}

bool ph__text_is(struct ph_slice text, const char *word)
{
    return text.len == strlen(word) &&
           ph__text_same_len(text.data, word, text.len);
}

bool ph__text_listed(const char *list, const char *word)
{
    static const char between[] = ", \t";
    size_t len = strlen(word);
    for (const char *at = list + strspn(list, between); *at;) {
        size_t span = strcspn(at, between);
        if (span == len && ph__text_same_len(at, word, len))
            return true;
        at += span;
        at += strspn(at, between);
    }
    return false;
}

bool ph__text_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ph__text_is_alnum(char c)
{
    return ph__text_is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static int upper_hex(char c)
{
    if (ph__text_is_digit(c))
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int ph__text_hexchar(const char *s, size_t len)
{
    bool whole =
        len >= 3 && s[0] == '+' && upper_hex(s[1]) >= 0 && upper_hex(s[2]) >= 0;
    return whole ? upper_hex(s[1]) << 4 | upper_hex(s[2]) : -1;
}

bool ph__text_no_controls(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 32 || s[i] == 127)
            return false;
    return true;
}

bool ph__text_is_ascii(const char *s, size_t len)
{
    unsigned char all = 0; /* no way out of the loop: it becomes vector code */
    for (size_t i = 0; i < len; i++)
        all |= (unsigned char)s[i];
    return all < 128;
}

static bool is_tail(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

size_t ph__text_utf8_char(const char *s, size_t len)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80)
        return u[0] ? 1 : 0;
    if (u[0] < 0xC2 || u[0] > 0xF4)
        return 0;
    size_t n = u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    if (len < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (!is_tail(u[i]))
            return 0;
    bool overlong =
        (u[0] == 0xE0 && u[1] < 0xA0) || (u[0] == 0xF0 && u[1] < 0x90);
    bool outside = (u[0] == 0xED && u[1] > 0x9F) || /* surrogates */
                   (u[0] == 0xF4 && u[1] > 0x8F);   /* above U+10FFFF */
    return overlong || outside ? 0 : n;
}

bool ph__text_is_utf8(const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = ph__text_utf8_char(s + i, len - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}

bool ph__text_to_u64(const char *s, size_t len, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (!ph__text_is_digit(s[i]))
            return false;
        unsigned digit = (unsigned)(s[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (!len)
        return false;
    *out = value;
    return true;
}

void ph__text_make_printable(char *s, size_t len, bool keep_lines)
{
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 32 && c < 127) { /* nearly always */
            i++;
            continue;
        }
        size_t n = ph__text_utf8_char(s + i, len - i);
        bool c0 = (c < 32 || c == 127) && !(keep_lines && c == '\n');
        bool c1 = n == 2 && c == 0xC2 && (unsigned char)s[i + 1] < 0xA0;
        if (!n || c0 || c1)
            memset(s + i, '?', n ? n : 1);
        i += n ? n : 1;
    }
}

void ph__text_hex(char *out, const unsigned char *octets, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[octets[i] >> 4];
        out[2 * i + 1] = digits[octets[i] & 15];
    }
    out[2 * len] = '\0';
}

const char *ph__text_fit(char *out, size_t size, const char *s)
{
    size_t len = s ? strnlen(s, size - 1) : 0;
    if (len)
        memmove(out, s, len);
    out[len] = '\0';
    return out;
}

int ph__text_copy(char **out, const char *s)
{
    *out = s ? strdup(s) : NULL;
    return s && !*out ? PH_E_NOMEM : PH_OK;
}

void ph__text_wipe(char *secret)
{
    if (secret)
        OPENSSL_cleanse(secret, strlen(secret));
    free(secret);
}
