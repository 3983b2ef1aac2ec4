#include <string.h>

#include <arpa/inet.h>

#include "base/address.h"
#include "base/text.h"

/* RFC 5322 3.2.3, and every octet of UTF-8 (RFC 6531 3.3). */
static bool is_atext(char c)
{
    return ph__text_is_alnum(c) || (unsigned char)c > 127 ||
           (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static const char *dot_string_problem(const char *s, size_t len)
{
    if (s[0] == '.' || s[len - 1] == '.')
        return "has a local part that starts or ends with a dot";
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '.' && s[i - 1] == '.')
            return "has two dots in a row";
        if (s[i] != '.' && !is_atext(s[i]))
            return "has a character that needs quotes";
    }
    return NULL;
}

static const char *quoted_string_problem(const char *s, size_t len)
{
    for (size_t i = 1; i + 1 < len; i++) {
        if (s[i] == '"')
            return "has a quote inside quotes";
        if (s[i] != '\\')
            continue;
        if (++i + 1 == len)
            return "has an unfinished quoted pair";
        if ((unsigned char)s[i] > 127) /* RFC 6531 3.3 adds none */
            return "has a backslash in front of what is not ASCII";
    }
    return NULL;
}

/* Grammatical, but some would decode it, and find another @ (RFC 2047 5). */
static bool is_encoded_word(const char *s, size_t len)
{
    return len > 4 && memcmp(s, "=?", 2) == 0 &&
           memcmp(s + len - 2, "?=", 2) == 0;
}

/* A local part that is not empty, without quotes. */
static const char *bare_problem(const char *s, size_t len)
{
    if (is_encoded_word(s, len))
        return "has an encoded word before the @";
    return dot_string_problem(s, len);
}

static const char *local_problem(const char *s, size_t len)
{
    if (!len)
        return "has nothing before the @";
    if (len > PH__LOCAL_MAX)
        return "has more than 64 octets before the @";
    return s[0] == '"' ? quoted_string_problem(s, len) : bare_problem(s, len);
}

static const char *label_problem(const char *s, size_t len)
{
    if (!len)
        return "has an empty label in its domain";
    if (len > PH__LABEL_MAX && ph__text_is_ascii(s, len))
        return "has a label of more than 63 octets in its domain";
    if (s[0] == '-' || s[len - 1] == '-')
        return "has a label that starts or ends with a hyphen";
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(s[i]) && s[i] != '-' &&
            (unsigned char)s[i] < 128)
            return "has a character that no domain has";
    return NULL;
}

/* RFC 5321 4.1.3: its "::" stands for at least two groups. */
static bool ipv6_fits(const char *text)
{
    struct in6_addr address;
    if (inet_pton(AF_INET6, text, &address) != 1)
        return false;
    int groups = 1;
    for (const char *c = text; *c; c++)
        groups += *c == ':';
    bool dotted = strchr(text, '.');
    const char *gap = strstr(text, "::");
    if (!gap)
        return true;
    bool at_edge = gap == text || !gap[2];
    return groups + dotted - (at_edge ? 2 : 1) <= 6;
}

static const char *literal_problem(const char *s, size_t len)
{
    static const char wrong[] = "has an ill-formed address literal";
    char text[64];
    struct in_addr v4;
    if (len < 2 || s[len - 1] != ']' || len - 2 >= sizeof(text))
        return wrong;
    memcpy(text, s + 1, len - 2);
    text[len - 2] = '\0';
    if (ph__text_same_len(text, "IPv6:", 5))
        return ipv6_fits(text + 5) ? NULL : wrong;
    return inet_pton(AF_INET, text, &v4) == 1 ? NULL : wrong;
}

static const char *domain_problem(const char *s, size_t len)
{
    if (!len)
        return "has nothing behind the @";
    if (len > PH__DOMAIN_MAX)
        return "has a domain of more than 255 octets";
    if (s[0] == '[')
        return literal_problem(s, len);
    for (size_t start = 0; start <= len;) {
        const char *dot = memchr(s + start, '.', len - start);
        size_t end = dot ? (size_t)(dot - s) : len;
        const char *problem = label_problem(s + start, end - start);
        if (problem)
            return problem;
        start = end + 1;
    }
    return NULL;
}

static size_t end_of_quotes(const char *s, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        if (s[i] == '\\')
            i++;
        else if (s[i] == '"')
            return i + 1;
    }
    return len;
}

size_t ph__address_at(const char *s, size_t len)
{
    size_t from = len && s[0] == '"' ? end_of_quotes(s, len) : 0;
    const char *at = from < len ? memchr(s + from, '@', len - from) : NULL;
    return at ? (size_t)(at - s) : len;
}

const char *ph__address_problem(const char *s, size_t len,
                                enum ph__address_use use)
{
    if (!len)
        return use == PH__REVERSE_PATH ? NULL : "is empty";
    if (!ph__text_no_controls(s, len))
        return "has a control character";
    if (!ph__text_is_utf8(s, len))
        return "is not UTF-8";
    size_t at = ph__address_at(s, len);
    if (at == len)
        return use == PH__RECIPIENT && len == 10 &&
                       ph__text_same_len(s, "postmaster", 10)
                   ? NULL
                   : "has no domain";
    if (memchr(s + at + 1, '@', len - at - 1))
        return "has two @";
    if (len > PH__ADDRESS_MAX)
        return "has more than 254 octets";
    const char *problem = local_problem(s, at);
    return problem ? problem : domain_problem(s + at + 1, len - at - 1);
}

bool ph__address_local_is_ascii(const char *s, size_t len)
{
    return ph__text_is_ascii(s, ph__address_at(s, len));
}

bool ph__address_domain_is_ascii(const char *s, size_t len)
{
    size_t at = ph__address_at(s, len);
    return ph__text_is_ascii(s + at, len - at);
}

/* What a quoted string says; returns its length. */
static size_t read_quoted(char *to, const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 1; i + 1 < len; i++) {
        if (s[i] == '\\')
            i++;
        to[n++] = s[i];
    }
    return n;
}

/* The same as a quoted string: never longer than it was. */
static size_t write_quoted(char *to, const char *s, size_t len)
{
    size_t n = 0;
    to[n++] = '"';
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"' || s[i] == '\\')
            to[n++] = '\\';
        to[n++] = s[i];
    }
    to[n++] = '"';
    return n;
}

int ph__address_add_local(struct ph__buf *out, const char *s, size_t len)
{
    char bare[PH__LOCAL_MAX];
    char quoted[PH__LOCAL_MAX];
    if (!len || s[0] != '"')
        return ph__buf_add(out, s, len);
    if (len > PH__LOCAL_MAX)
        return PH_E_LIMIT;
    size_t n = read_quoted(bare, s, len);
    if (n && !bare_problem(bare, n))
        return ph__buf_add(out, bare, n);
    n = write_quoted(quoted, bare, n);
    return ph__buf_add(out, quoted, n);
}
