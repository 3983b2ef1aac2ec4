#include "web/clean.h"

#include <string.h>

#include "base/text.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

int ph__web_clean(struct ph__buf *out, const char *text, size_t len, size_t max,
                  size_t *damage, bool *cut)
{
    const char *end = text + len;
    const char *run = text;
    size_t room = max;
    int rc = PH_OK;
    while (!rc && text < end && room) {
        size_t used = ph__text_utf8_char(text, (size_t)(end - text));
        size_t needs = used ? used : sizeof(replacement) - 1;
        if (needs > room)
            break;
        room -= needs;
        if (used) {
            text += used;
            continue;
        }
        if (damage && *text)
            ++*damage;
        rc = ph__buf_add(out, run, (size_t)(text - run));
        if (!rc)
            rc = ph__buf_add_text(out, replacement);
        run = ++text;
    }
    if (!rc)
        rc = ph__buf_add(out, run, (size_t)(text - run));
    if (cut)
        *cut = text < end;
    return rc;
}

/* attr-char of RFC 8187 3.2.1. */
static bool is_plain(char c)
{
    return ph__text_is_alnum(c) || (c && strchr("!#$&+-.^_`|~", c));
}

/* What stands behind the last directory. */
static const char *base_of(const char *name)
{
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    return name;
}

int ph__web_disposition(struct ph__buf *out, const char *name)
{
    const char *base = name ? base_of(name) : "";
    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        base = "part";
    /* For old readers, then for the others. */
    int rc = ph__buf_add_text(out, "attachment; filename=\"");
    for (const char *at = base; !rc && *at; at++)
        rc = ph__buf_add_char(out, is_plain(*at) || *at == ' ' ? *at : '_');
    if (!rc)
        rc = ph__buf_add_text(out, "\"; filename*=UTF-8''");
    for (const char *at = base; !rc && *at; at++) {
        if (is_plain(*at))
            rc = ph__buf_add_char(out, *at);
        else if ((unsigned char)*at < 32 || *at == 127)
            rc = ph__buf_add_char(out, '_');
        else
            rc = ph__buf_format(out, "%%%02X", (unsigned char)*at);
    }
    return rc;
}
