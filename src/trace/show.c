#include <string.h>

#include "base/text.h"
#include "trace/show.h"

/* U+202A-E and U+2066-9 turn text around; U+FFFE and U+FFFF are none. All have
 * three octets. */
static bool is_unfit(const char *s, size_t len)
{
    const unsigned char *u = (const unsigned char *)s;
    if (len != 3)
        return false;
    return (u[0] == 0xe2 && u[1] == 0x80 && u[2] >= 0xaa && u[2] <= 0xae) ||
           (u[0] == 0xe2 && u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9) ||
           (u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe);
}

/* How many octets of printable text take so many columns. */
static size_t fit(const char *text, size_t len, size_t columns)
{
    size_t used = 0;
    size_t at = 0;
    while (at < len) {
        size_t n = ph__text_utf8_char(text + at, len - at);
        size_t wide = n > 1 ? 2 : 1;
        if (used + wide > columns)
            break;
        used += wide;
        at += n ? n : 1;
    }
    return at;
}

static void replace_unfit(char *text, size_t len)
{
    for (size_t at = 0, n; at < len; at += n ? n : 1) {
        n = ph__text_utf8_char(text + at, len - at);
        if (is_unfit(text + at, n))
            memset(text + at, '?', n);
    }
}

static int show(struct ph__buf *out, const char *text, size_t len,
                bool hidden_end, size_t columns)
{
    ph__buf_clear(out);
    if (len > PH__TRACE_TEXT_MAX) {
        len = PH__TRACE_TEXT_MAX;
        hidden_end = false;
    }
    int rc = ph__buf_add(out, text, len);
    if (!rc && hidden_end)
        rc = ph__buf_add_text(out, "<hidden>");
    if (rc || !out->len)
        return rc;
    ph__text_make_printable(out->data, out->len, false);
    replace_unfit(out->data, out->len);
    if (fit(out->data, out->len, columns) == out->len)
        return PH_OK;
    size_t kept = fit(out->data, out->len, columns - 1);
    out->data[kept] = '\0';
    out->len = kept;
    return ph__buf_add_text(out, "\u2026");
}

int ph__show_line(struct ph__buf *out, const struct ph__transcript_line *line,
                  size_t columns)
{
    bool hides = line->visible != SIZE_MAX;
    if (line->kind == PH__TRANSCRIPT_SECURED)
        return ph__show_text(out, line->text + 2, columns); /* behind "# " */
    if (line->kind != PH__TRANSCRIPT_CONTENT)
        return show(out, line->text, hides ? line->visible : strlen(line->text),
                    hides, columns);
    ph__buf_clear(out);
    return ph__buf_format(out, "<%" PRIu64 " octets>", line->octets);
}

int ph__show_text(struct ph__buf *out, const char *text, size_t columns)
{
    return show(out, text, strlen(text), false, columns);
}

bool ph__show_is_refusal(const struct ph__transcript_line *line)
{
    return line->kind == PH__TRANSCRIPT_HEARD &&
           (line->text[0] == '4' || line->text[0] == '5');
}

const struct ph__flight *ph__show_slowest(const struct ph__trace_session *s)
{
    const struct ph__flight *slowest = NULL;
    for (size_t i = 0; i < s->count; i++) {
        const struct ph__flight *f = &s->flights[i];
        if (f->gap && (!slowest || f->gap > slowest->gap) &&
            f->gap_phase != PH__PHASE_IDLE)
            slowest = f;
    }
    return slowest;
}
