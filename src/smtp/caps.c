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

static bool is(const struct keyword *k, const char *name)
{
    return strlen(name) == k->name_len &&
           ph__text_same_len(k->name, name, k->name_len);
}

/* Old servers say "AUTH=LOGIN": '=' counts as a blank. */
static struct keyword split(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && !strchr(" \t=", line[n]))
        n++;
    size_t from = n;
    while (from < len && strchr(" \t=", line[from]))
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

/* Too many digits, or none, mean that no limit is known (RFC 1870 3). */
static void read_size(struct ph__caps *caps, const struct keyword *k)
{
    if (caps->size)
        return;
    caps->size = true;
    if (k->params_len > 20 ||
        !ph__text_to_u64(k->params, k->params_len, &caps->size_max) ||
        caps->size_max > INT64_MAX)
        caps->size_max = 0;
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

static void read_keyword(struct ph__caps *caps, const struct keyword *k)
{
    if (is(k, "STARTTLS"))
        caps->starttls = true;
    else if (is(k, "PIPELINING"))
        caps->pipelining = true;
    else if (is(k, "8BITMIME"))
        caps->eight_bit = true;
    else if (is(k, "SIZE"))
        read_size(caps, k);
    else if (is(k, "AUTH"))
        read_auth(caps, k);
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
}
