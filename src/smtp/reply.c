#include <string.h>

#include "base/text.h"
#include "smtp/limits.h"
#include "smtp/reply.h"

void ph__reply_init(struct ph__reply_reader *r, bool show)
{
    *r = (struct ph__reply_reader){.show = show};
    ph__buf_init(&r->line, PH__REPLY_LINE_MAX);
    ph__buf_init(&r->text, PH__REPLY_TEXT_MAX);
    ph__buf_init(&r->shown, PH__REPLY_LINE_MAX);
}

void ph__reply_done(struct ph__reply_reader *r)
{
    ph__buf_done(&r->line);
    ph__buf_done(&r->text);
    ph__buf_done(&r->shown);
}

bool ph__reply_begun(const struct ph__reply_reader *r)
{
    return r->octets > 0;
}

struct ph_reply ph__reply_get(const struct ph__reply_reader *r)
{
    struct ph_reply reply = {.code = r->code, .text = ph__buf_text(&r->text)};
    memcpy(reply.enhanced, r->enhanced, sizeof(reply.enhanced));
    return reply;
}

static void begin(struct ph__reply_reader *r)
{
    r->code = 0;
    r->lines = 0;
    memset(r->enhanced, 0, sizeof(r->enhanced));
    ph__buf_clear(&r->text);
}

/* One number of an enhanced status code: no leading zeros, up to 999. Returns
 * its length, or 0. */
static size_t number(const char *s, size_t len, int *out)
{
    size_t n = 0;
    int value = 0;
    while (n < len && n < 4 && ph__text_is_digit(s[n]))
        value = value * 10 + (s[n++] - '0');
    if (n == 0 || n > 3 || (s[0] == '0' && n > 1))
        return 0;
    *out = value;
    return n;
}

/* RFC 3463 2: class.subject.detail, then a blank or the end; the class must be
 * the reply's (RFC 2034 4). Returns the length with the blank, or 0. */
static size_t enhanced_code(const char *s, size_t len, int code, int out[3])
{
    int part[3] = {0};
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        if (i && (at >= len || s[at++] != '.'))
            return 0;
        size_t n = number(s + at, len - at, &part[i]);
        if (!n)
            return 0;
        at += n;
    }
    if (part[0] != code / 100 || (part[0] != 2 && part[0] < 4))
        return 0;
    if (at < len && s[at] != ' ' && s[at] != '\t')
        return 0;
    memcpy(out, part, sizeof(part));
    return at < len ? at + 1 : at;
}

/* A full text buffer loses the rest on purpose: the code is what counts. */
static int keep_text(struct ph__reply_reader *r, const char *text, size_t len)
{
    int again[3];
    size_t skip = enhanced_code(text, len, r->code, again);
    r->shown_text += skip;
    if (skip && r->lines == 1)
        memcpy(r->enhanced, again, sizeof(again));
    if (r->lines > 1 && ph__buf_add_char(&r->text, '\n') == PH_E_NOMEM)
        return PH_E_NOMEM;
    size_t room = r->text.limit - r->text.len;
    size_t from = r->text.len;
    size_t kept = len - skip < room ? len - skip : room;
    if (ph__buf_add(&r->text, text + skip, kept) == PH_E_NOMEM)
        return PH_E_NOMEM;
    if (r->text.data)
        ph__text_make_printable(r->text.data + from, r->text.len - from, false);
    return PH_OK;
}

static int show(struct ph__reply_reader *r, const char *line, size_t len)
{
    if (!r->show)
        return PH_OK;
    int rc = ph__buf_add(&r->shown, line, len);
    if (!rc && r->shown.data)
        ph__text_make_printable(r->shown.data, r->shown.len, false);
    return rc;
}

static int code_of(const char *line, size_t len)
{
    if (len < 3 || !ph__text_is_digit(line[0]) || !ph__text_is_digit(line[1]) ||
        !ph__text_is_digit(line[2]))
        return -1;
    if (len > 3 && line[3] != ' ' && line[3] != '-')
        return -1;
    return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

void ph__reply_show_part(struct ph__reply_reader *r)
{
    (void)show(r, ph__buf_text(&r->line), r->line.len);
}

/* A line without its end. */
static enum ph__reply_result parse(struct ph__reply_reader *r, const char *line,
                                   size_t len)
{
    if (!r->lines)
        begin(r);
    if (show(r, line, len) || ++r->lines > PH__REPLY_LINES_MAX ||
        memchr(line, '\0', len))
        return PH__REPLY_BAD;
    int code = code_of(line, len);
    if (code < 0 || (r->lines > 1 && code != r->code))
        return PH__REPLY_BAD;
    r->code = code;
    size_t prefix = len > 3 ? 4 : 3;
    r->shown_text = prefix;
    if (keep_text(r, line + prefix, len - prefix))
        return PH__REPLY_BAD;
    if (len > 3 && line[3] == '-')
        return PH__REPLY_LINE;
    r->lines = 0;
    r->octets = 0;
    return PH__REPLY_DONE;
}

/* LF alone ends a line too: every client takes that. */
static size_t without_cr(const char *line, size_t len)
{
    return len && line[len - 1] == '\r' ? len - 1 : len;
}

enum ph__reply_result ph__reply_read(struct ph__reply_reader *r,
                                     const char **data, size_t *len)
{
    ph__buf_clear(&r->shown);
    r->shown_text = 0;
    const char *start = *data;
    const char *lf = memchr(start, '\n', *len);
    size_t taken = lf ? (size_t)(lf - start) + 1 : *len;
    size_t part = lf ? taken - 1 : taken;
    *data += taken;
    *len -= taken;
    r->octets += taken;
    if (r->octets > PH__REPLY_OCTETS_MAX)
        return PH__REPLY_BAD;
    if (lf && !r->line.len)
        return part > PH__REPLY_LINE_MAX
                   ? PH__REPLY_BAD
                   : parse(r, start, without_cr(start, part));
    if (ph__buf_add(&r->line, start, part))
        return PH__REPLY_BAD;
    if (!lf)
        return PH__REPLY_MORE;
    const char *line = ph__buf_text(&r->line);
    enum ph__reply_result result =
        parse(r, line, without_cr(line, r->line.len));
    ph__buf_clear(&r->line);
    return result;
}
