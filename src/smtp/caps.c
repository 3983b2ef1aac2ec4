#include <string.h>

#include "base/text.h"
#include "smtp/caps.h"

/* A keyword and its parameters: parts of one line. */
struct keyword {
    const char *name;
    size_t name_len;
    const char *params;
    size_t params_len;
};

static const char *const keywords[] = {
#define X(name, keyword) keyword,
    PH__EXTENSION_MAP(X)
#undef X
};

static bool is(const struct keyword *k, const char *name)
{
    return strlen(name) == k->name_len &&
           ph__text_same_len(k->name, name, k->name_len);
}

static enum ph__extension named(const struct keyword *k)
{
    enum ph__extension e = 0;
    while (e < PH__EXTENSIONS && !is(k, keywords[e]))
        e++;
    return e;
}

enum ph__extension ph__caps_named(const char *keyword)
{
    struct keyword k = {keyword, strlen(keyword), "", 0};
    return named(&k);
}

/* Old servers say "AUTH=LOGIN": '=' counts as a blank. */
static struct keyword split(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && !strchr(" \t=", line[n]))
        n++;
    size_t from = n + (n < len && line[n] == '=');
    while (from < len && strchr(" \t", line[from]))
        from++;
    return (struct keyword){line, n, line + from, len - from};
}

static bool unwanted(const struct keyword *k, const char *without)
{
    char name[64];
    if (!without || k->name_len >= sizeof(name))
        return false;
    memcpy(name, k->name, k->name_len);
    name[k->name_len] = '\0';
    return ph__text_listed(without, name);
}

static bool number(const char *s, size_t len, uint64_t *out)
{
    return len <= 20 && ph__text_to_u64(s, len, out) && *out <= INT64_MAX;
}

/* Too many digits, or none, mean that no limit is known (RFC 1870 3). */
static void read_number(uint64_t *out, const struct keyword *k)
{
    size_t len = 0;
    while (len < k->params_len && k->params[len] != ' ')
        len++;
    if (!number(k->params, len, out))
        *out = 0;
}

static void read_auth(struct ph__caps *caps, const struct keyword *k)
{
    bool old_form = k->name[k->name_len] == '=';
    if (caps->mechanisms[0] && old_form)
        return;
    size_t len = k->params_len;
    if (len >= sizeof(caps->mechanisms))
        len = sizeof(caps->mechanisms) - 1;
    memcpy(caps->mechanisms, k->params, len);
    caps->mechanisms[len] = '\0';
}

/* ---- LIMITS (RFC 9422 3) ---- */

/* name[=value]; the value is VCHAR but for ';'. */
static bool is_limit(const char *s, size_t len, size_t *name_len)
{
    size_t n = 0;
    while (n < len && (ph__text_is_alnum(s[n]) || s[n] == '-' || s[n] == '_'))
        n++;
    *name_len = n;
    if (n == len || s[n] != '=')
        return n > 0 && n == len;
    for (size_t i = n + 1; i < len; i++)
        if (s[i] < '!' || s[i] > '~' || s[i] == ';')
            return false;
    return n > 0;
}

/* A bad or unknown one is overlooked (RFC 9422 3.7). */
static void read_limit(struct ph__caps *caps, const char *s, size_t name_len,
                       size_t len)
{
    struct keyword k = {s, name_len, "", 0};
    uint64_t value;
    if (name_len == len || len - name_len - 1 > 6 ||
        !number(s + name_len + 1, len - name_len - 1, &value) || !value)
        return;
    if (is(&k, "MAILMAX"))
        caps->mail_max = value;
    else if (is(&k, "RCPTMAX"))
        caps->rcpt_max = value;
    else if (is(&k, "RCPTDOMAINMAX"))
        caps->domain_max = value;
}

/* One that is ill-formed makes all of them void. */
static void read_limits(struct ph__caps *caps, const struct keyword *k)
{
    struct ph__caps read = *caps;
    const char *at = k->params;
    const char *end = at + k->params_len;
    while (at < end) {
        const char *blank = memchr(at, ' ', (size_t)(end - at));
        size_t len = (size_t)((blank ? blank : end) - at);
        size_t name_len;
        if (!is_limit(at, len, &name_len))
            return;
        read_limit(&read, at, name_len, len);
        at += len + (blank != NULL);
    }
    *caps = read;
}

static void read_keyword(struct ph__caps *caps, const struct keyword *k)
{
    enum ph__extension e = named(k);
    bool again = e != PH__EXTENSIONS && ph__caps_have(caps, e);
    if (e == PH__EXTENSIONS || (again && e != PH__EXT_AUTH))
        return; /* the first one counts; AUTH has an old form besides */
    caps->offered |= 1u << e;
    if (e == PH__EXT_SIZE)
        read_number(&caps->size_max, k);
    else if (e == PH__EXT_DELIVERBY)
        read_number(&caps->by_min, k);
    else if (e == PH__EXT_FUTURERELEASE)
        read_number(&caps->hold_max, k);
    else if (e == PH__EXT_AUTH)
        read_auth(caps, k);
    else if (e == PH__EXT_LIMITS)
        read_limits(caps, k);
}

void ph__caps_read(struct ph__caps *out, const char *text, const char *without)
{
    *out = (struct ph__caps){0};
    const char *line = strchr(text, '\n');
    while (line) {
        const char *start = line + 1;
        line = strchr(start, '\n');
        size_t len = line ? (size_t)(line - start) : strlen(start);
        struct keyword k = split(start, len);
        if (!unwanted(&k, without))
            read_keyword(out, &k);
    }
    if (ph__caps_have(out, PH__EXT_UTF8) && /* it demands 8BITMIME: RFC 6531 */
        !(without && ph__text_listed(without, "8BITMIME")))
        out->offered |= 1u << PH__EXT_EIGHTBIT;
}
