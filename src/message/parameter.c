#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parameter.h"

/* RFC 2045 5.1: token. */
static size_t token(const char *s)
{
    size_t n = 0;
    while (s[n] > ' ' && s[n] < 127 && !strchr("()<>@,;:\\\"/[]?=", s[n]))
        n++;
    return n;
}

static size_t quoted(const char *s)
{
    size_t n = 1;
    while (s[n] && s[n] != '"')
        n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    return s[n] ? n + 1 : 0;
}

static size_t type_and_subtype(const char *s)
{
    size_t n = token(s);
    size_t m = n && s[n] == '/' ? token(s + n + 1) : 0;
    if (!m || n > PH__TYPE_NAME_MAX || m > PH__TYPE_NAME_MAX)
        return 0;
    return n + 1 + m;
}

static size_t name_and_value(const char *s)
{
    size_t n = token(s);
    if (!n || s[n] != '=')
        return 0;
    size_t m = s[n + 1] == '"' ? quoted(s + n + 1) : token(s + n + 1);
    return m ? n + 1 + m : 0;
}

/* The parameter behind `*at`, which moves behind it; of no length at the end,
 * and where something else stands. */
static struct ph_slice next(const char **at)
{
    const char *s = *at + strspn(*at, " ");
    if (*s != ';')
        return (struct ph_slice){s, 0};
    s += 1 + strspn(s + 1, " ");
    size_t n = name_and_value(s);
    if (n)
        *at = s + n;
    return (struct ph_slice){s, n};
}

const char *ph__type_problem(const char *type)
{
    const char *at = type + type_and_subtype(type);
    if (strlen(type) > PH__TYPE_MAX)
        return "is too long for a media type";
    if (!ph__text_is_ascii(type, strlen(type)) ||
        !ph__text_no_controls(type, strlen(type)))
        return "has a character that no media type has";
    if (at == type)
        return "is not of the form type/subtype";
    while (next(&at).len)
        continue;
    return *at ? "has a parameter that is not of the form name=value" : NULL;
}

bool ph__type_is(const char *type, const char *name)
{
    size_t len = strlen(name);
    if (strlen(type) < len || !ph__text_same_len(type, name, len))
        return false;
    return name[len - 1] == '/' || !token(type + len);
}

bool ph__type_has(const char *type, const char *parameter)
{
    const char *at = type + type_and_subtype(type);
    size_t len = strlen(parameter);
    for (struct ph_slice p = next(&at); p.len; p = next(&at))
        if (p.len > len && strchr("=*", p.data[len]) &&
            ph__text_same_len(p.data, parameter, len))
            return true;
    return false;
}

/* Behind a semicolon, which ends what was written before. */
static int add(struct ph__header *h, const char *s, size_t len)
{
    int rc = ph__header_semicolon(h);
    return rc ? rc : ph__header_token(h, s, len);
}

int ph__type_write(struct ph__header *h, const char *type)
{
    size_t len = type_and_subtype(type);
    const char *at = type + len;
    int rc = ph__header_token(h, type, len);
    for (struct ph_slice p = next(&at); !rc && p.len; p = next(&at))
        rc = add(h, p.data, p.len);
    return rc;
}

int ph__parameter_write(struct ph__header *h, const char *name,
                        const char *value)
{
    struct ph__buf text = PH__BUF(PH__LINE_MAX);
    int rc = ph__buf_format(&text, "%s=%s", name, value);
    if (!rc)
        rc = add(h, text.data, text.len);
    ph__buf_done(&text);
    return rc;
}
