/* The name of a file as a parameter, for every reader there is. */
#include <string.h>

#include "base/text.h"
#include "message/limits.h"
#include "message/parameter.h"

const char *ph__file_name_problem(const char *name)
{
    size_t len = strlen(name);
    if (!len)
        return "is empty";
    if (len > PH__FILE_NAME_MAX)
        return "is too long for the name of a file";
    if (strchr(name, '/'))
        return "is a path, not the name of a file";
    return ph__header_text_problem(name, len);
}

/* What no reader gets wrong: not even one that looks for encoded words in a
 * parameter, or forgets to take a quoted pair apart. */
static bool is_plain(const char *name, size_t len)
{
    return len <= PH__FILE_NAME_PLAIN_MAX && ph__text_is_ascii(name, len) &&
           !strpbrk(name, "\"\\%") && !strstr(name, "=?");
}

/* The extension with its dot, so that a shortened name keeps its kind. */
static size_t extension(const char *name, size_t len)
{
    const char *dot = strrchr(name, '.');
    size_t n = dot && dot != name ? len - (size_t)(dot - name) : 0;
    return n <= PH__FILE_NAME_EXTENSION_MAX ? n : 0;
}

/* Characters that are not plain become '_', each one. */
static int add_ascii(struct ph__buf *out, const char *s, size_t len, size_t max)
{
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < len && max; max--) {
        bool plain = (unsigned char)s[i] < 128 && !strchr("\"\\%?", s[i]);
        rc = ph__buf_add_char(out, plain ? s[i] : '_');
        i += ph__text_utf8_char(s + i, len - i);
    }
    return rc;
}

static int add_fallback(struct ph__buf *out, const char *name, size_t len)
{
    size_t tail = extension(name, len);
    size_t room = PH__FILE_NAME_PLAIN_MAX - tail;
    int rc = add_ascii(out, name, len - tail, room);
    return rc ? rc : add_ascii(out, name + len - tail, tail, tail);
}

static int write_ascii(struct ph__header *h, const char *parameter,
                       const char *name, size_t len)
{
    struct ph__buf text = PH__BUF(PH__FILE_NAME_PLAIN_MAX + 2);
    int rc = ph__buf_add_char(&text, '"');
    if (!rc)
        rc = is_plain(name, len) ? ph__buf_add(&text, name, len)
                                 : add_fallback(&text, name, len);
    if (!rc)
        rc = ph__buf_add_char(&text, '"');
    if (!rc)
        rc = ph__parameter_write(h, parameter, text.data);
    ph__buf_done(&text);
    return rc;
}

/* RFC 2231 7: attribute-char. */
static bool stands_for_itself(char c)
{
    return ph__text_is_alnum(c) || (c && strchr("!#$&+-.^_`{|}~", c));
}

static size_t width(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += stands_for_itself(s[i]) ? 1 : 3;
    return n;
}

/* How many octets, in whole characters, fit a line behind what is in it: not
 * every reader joins the segments before it decodes them. */
static size_t take(const char *s, size_t len, size_t used)
{
    size_t taken = 0;
    while (taken < len) {
        size_t n = ph__text_utf8_char(s + taken, len - taken);
        if (used + width(s, taken + n) > PH__PARAMETER_MAX)
            break;
        taken += n;
    }
    return taken;
}

static int add_percent(struct ph__buf *out, const char *s, size_t len)
{
    int rc = PH_OK;
    for (size_t i = 0; !rc && i < len; i++)
        rc = stands_for_itself(s[i])
                 ? ph__buf_add_char(out, s[i])
                 : ph__buf_format(out, "%%%02X", (unsigned char)s[i]);
    return rc;
}

static int write_segment(struct ph__header *h, const char *parameter,
                         const char *charset, const char *s, size_t len)
{
    struct ph__buf text = PH__BUF(PH__PARAMETER_MAX);
    int rc = ph__buf_add_text(&text, charset);
    if (!rc)
        rc = add_percent(&text, s, len);
    if (!rc)
        rc = ph__parameter_write(h, parameter, text.data);
    ph__buf_done(&text);
    return rc;
}

static int write_extended(struct ph__header *h, const char *name, size_t len)
{
    static const char charset[] = "utf-8''";
    size_t used = sizeof("filename*000*=utf-8''");
    int rc = PH_OK;
    if (take(name, len, used) == len)
        return write_segment(h, "filename*", charset, name, len);
    for (size_t at = 0, i = 0, n; !rc && at < len; at += n, i++) {
        struct ph__buf parameter = PH__BUF(PH__PARAMETER_MAX);
        n = take(name + at, len - at, used);
        rc = ph__buf_format(&parameter, "filename*%zu*", i);
        if (!rc)
            rc = write_segment(h, parameter.data, i ? "" : charset, name + at,
                               n);
        ph__buf_done(&parameter);
    }
    return rc;
}

int ph__file_name_write(struct ph__header *h, const char *name)
{
    size_t len = strlen(name);
    int rc = is_plain(name, len) ? PH_OK : write_extended(h, name, len);
    return rc ? rc : write_ascii(h, "filename", name, len);
}

int ph__file_name_write_old(struct ph__header *h, const char *name)
{
    return write_ascii(h, "name", name, strlen(name));
}
