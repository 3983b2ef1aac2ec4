#include <string.h>

#include "base/text.h"
#include "sink/extension.h"

static const char *const keywords[] = {
#define X(name, keyword) [PH__SINK_EXT_##name] = keyword,
    PH__SINK_EXTENSION_MAP(X)
#undef X
};

const char *ph__sink_extension_keyword(enum ph__sink_extension e)
{
    return keywords[e];
}

static size_t find(const char *name, size_t len)
{
    size_t i = 0;
    while (i < PH__SINK_EXTENSIONS &&
           !(strlen(keywords[i]) == len &&
             ph__text_same_len(keywords[i], name, len)))
        i++;
    return i;
}

int ph__sink_extension_set(unsigned *out, const char *without,
                           struct ph__buf *why)
{
    static const char between[] = ", \t";
    unsigned set = (1u << PH__SINK_EXTENSIONS) - 1;
    const char *at = without ? without : "";
    while (*(at += strspn(at, between))) {
        size_t len = strcspn(at, between);
        size_t e = find(at, len);
        if (e == PH__SINK_EXTENSIONS) {
            ph__buf_format(why, "there is no extension '%.*s' to leave out",
                           (int)len, at);
            return PH_E_INVALID;
        }
        set &= ~(1u << e);
        at += len;
    }
    *out = set;
    return PH_OK;
}

static bool is_word(struct ph_slice value, const char *word)
{
    return value.len == strlen(word) &&
           ph__text_same_len(value.data, word, value.len);
}

static bool is_hex(char c)
{
    return ph__text_is_digit(c) || (c >= 'A' && c <= 'F');
}

/* RFC 3461 4. */
static bool is_xtext(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] < 33 || s[i] > 126 || s[i] == '=')
            return false;
        if (s[i] != '+')
            continue;
        if (len - i < 3 || !is_hex(s[i + 1]) || !is_hex(s[i + 2]))
            return false;
        i += 2;
    }
    return len > 0;
}

static bool size_fits(struct ph_slice value)
{
    uint64_t size;
    return ph__text_to_u64(value.data, value.len, &size);
}

static bool body_fits(struct ph_slice value)
{
    return is_word(value, "7BIT") || is_word(value, "8BITMIME");
}

/* RFC 4954 5: a mailbox as xtext, or <>. */
static bool auth_fits(struct ph_slice value)
{
    return is_word(value, "<>") || is_xtext(value.data, value.len);
}

static bool ret_fits(struct ph_slice value)
{
    return is_word(value, "FULL") || is_word(value, "HDRS");
}

/* RFC 3461 4.4 and 4.2: at most 100 and 500 octets. */
static bool envid_fits(struct ph_slice value)
{
    return value.len <= 100 && is_xtext(value.data, value.len);
}

static bool orcpt_fits(struct ph_slice value)
{
    const char *colon = memchr(value.data, ';', value.len);
    if (!colon || colon == value.data || value.len > 500)
        return false;
    size_t type = (size_t)(colon - value.data) + 1;
    return is_xtext(value.data + type, value.len - type);
}

/* RFC 3461 4.1: NEVER stands alone. */
static bool notify_fits(struct ph_slice value)
{
    if (is_word(value, "NEVER"))
        return true;
    for (;;) {
        const char *comma = memchr(value.data, ',', value.len);
        size_t len = comma ? (size_t)(comma - value.data) : value.len;
        struct ph_slice word = {value.data, len};
        if (!is_word(word, "SUCCESS") && !is_word(word, "FAILURE") &&
            !is_word(word, "DELAY"))
            return false;
        if (!comma)
            return true;
        value.data += len + 1;
        value.len -= len + 1;
    }
}

/* `fits` NULL: takes no value. */
static const struct known {
    const char *name;
    enum ph__sink_verb verb;
    enum ph__sink_extension extension;
    bool (*fits)(struct ph_slice value);
} known[] = {
    {"SIZE", PH__SINK_MAIL, PH__SINK_EXT_SIZE, size_fits},
    {"BODY", PH__SINK_MAIL, PH__SINK_EXT_EIGHTBIT, body_fits},
    {"SMTPUTF8", PH__SINK_MAIL, PH__SINK_EXT_UTF8, NULL},
    {"AUTH", PH__SINK_MAIL, PH__SINK_EXT_AUTH, auth_fits},
    {"RET", PH__SINK_MAIL, PH__SINK_EXT_DSN, ret_fits},
    {"ENVID", PH__SINK_MAIL, PH__SINK_EXT_DSN, envid_fits},
    {"NOTIFY", PH__SINK_RCPT, PH__SINK_EXT_DSN, notify_fits},
    {"ORCPT", PH__SINK_RCPT, PH__SINK_EXT_DSN, orcpt_fits},
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static size_t find_known(unsigned set, enum ph__sink_verb verb,
                         struct ph_slice name)
{
    size_t i = 0;
    while (i < KNOWN &&
           !(known[i].verb == verb && ph__sink_has(set, known[i].extension) &&
             is_word(name, known[i].name)))
        i++;
    return i;
}

static const char *check(struct ph__sink_wish *wish, unsigned *seen, size_t i,
                         struct ph_slice value)
{
    if (*seen & (1u << i))
        return "501 5.5.4 a parameter stands twice";
    *seen |= 1u << i;
    if (!known[i].fits != !value.data)
        return "501 5.5.4 a parameter lacks its value, or has one too many";
    if (value.data && !known[i].fits(value))
        return "501 5.5.4 a parameter has a value that makes no sense";
    if (known[i].extension == PH__SINK_EXT_SIZE)
        ph__text_to_u64(value.data, value.len, &wish->size);
    if (known[i].extension == PH__SINK_EXT_UTF8)
        wish->utf8 = true;
    return NULL;
}

const char *ph__sink_extension_check(struct ph__sink_wish *out, unsigned set,
                                     enum ph__sink_verb verb,
                                     struct ph_slice parameters)
{
    struct ph__sink_wish wish = {0};
    unsigned seen = 0;
    struct ph__sink_parameter p;
    while (ph__sink_parameter_next(&p, &parameters)) {
        if (!p.name.len)
            return "501 5.5.4 a parameter is KEYWORD or KEYWORD=VALUE";
        size_t i = find_known(set, verb, p.name);
        if (i == KNOWN)
            return "555 5.5.4 a parameter is not known here";
        const char *problem = check(&wish, &seen, i, p.value);
        if (problem)
            return problem;
    }
    *out = wish;
    return NULL;
}
