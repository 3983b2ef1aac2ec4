#include <string.h>

#include "base/text.h"
#include "message/header.h"
#include "message/limits.h"

const char *ph__header_text_problem(const char *s, size_t len)
{
    if (!ph__text_no_controls(s, len))
        return "has a control character or line end";
    if (!ph__text_is_utf8(s, len))
        return "is not UTF-8";
    return NULL;
}

const char *ph__header_name_problem(const char *s, size_t len)
{
    if (!len)
        return "is empty";
    if (len > PH__HEADER_NAME_MAX)
        return "is too long for a header name";
    for (size_t i = 0; i < len; i++)
        if (s[i] < '!' || s[i] > '~' || s[i] == ':')
            return "has a character that no header name has";
    return NULL;
}

void ph__header_init(struct ph__header *h)
{
    *h = (struct ph__header){.edge = PH__FOLD_AT};
    ph__buf_init(&h->out, PH__HEADER_TEXT_MAX);
}

void ph__header_done(struct ph__header *h)
{
    ph__buf_done(&h->out);
}

void ph__header_clear(struct ph__header *h)
{
    ph__buf_clear(&h->out);
    h->column = 0;
}

int ph__header_begin(struct ph__header *h, const char *name, size_t len)
{
    int rc = ph__buf_add(&h->out, name, len);
    h->column = len + 1;
    h->edge = PH__FOLD_AT;
    h->empty = true;
    return rc ? rc : ph__buf_add_char(&h->out, ':');
}

int ph__header_begin_text(struct ph__header *h, const char *name)
{
    return ph__header_begin(h, name, strlen(name));
}

int ph__header_end(struct ph__header *h)
{
    h->column = 0;
    return ph__buf_add(&h->out, "\r\n", 2);
}

int ph__header_fold(struct ph__header *h)
{
    h->column = 0;
    h->edge = PH__FOLD_AT;
    return ph__buf_add(&h->out, "\r\n", 2);
}

/* `s` behind that many spaces: on this line if it fits, else on a new one. But
 * never right behind the name, where not every reader drops the line end. */
static int put(struct ph__header *h, size_t spaces, const char *s, size_t len)
{
    /* One column stays free, for a comma. */
    bool fits = h->empty || h->column + spaces + len < h->edge;
    int rc = fits ? PH_OK : ph__header_fold(h);
    if (!rc)
        rc = ph__buf_reserve(&h->out, spaces + len);
    for (size_t i = 0; !rc && i < spaces; i++)
        rc = ph__buf_add_char(&h->out, ' ');
    h->column += spaces + len;
    h->empty = false;
    return rc ? rc : ph__buf_add(&h->out, s, len);
}

int ph__header_token(struct ph__header *h, const char *s, size_t len)
{
    return put(h, 1, s, len);
}

int ph__header_comma(struct ph__header *h)
{
    h->column++;
    return ph__buf_add_char(&h->out, ',');
}

int ph__header_semicolon(struct ph__header *h)
{
    h->column++;
    return ph__buf_add_char(&h->out, ';');
}

static size_t blanks(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && s[n] == ' ')
        n++;
    return n;
}

static size_t word(const char *s, size_t len)
{
    const char *blank = memchr(s, ' ', len);
    return blank ? (size_t)(blank - s) : len;
}

/* What would be read as an encoded word has to become one (RFC 2047 5), so has
 * a word that is too long for a line. */
static bool must_encode(const char *s, size_t len)
{
    return len > PH__HEADER_WORD_MAX || !ph__text_is_ascii(s, len) ||
           memmem(s, len, "=?", 2);
}

struct span {
    size_t from;
    size_t to;
};

/* The part that must be encoded: from the first such word to the last. All of
 * it if a space at either end would be lost otherwise. */
static struct span encoded_span(const char *s, size_t len)
{
    struct span span = {len, 0};
    if (len && (s[0] == ' ' || s[len - 1] == ' '))
        return (struct span){0, len};
    for (size_t at = 0; at < len;) {
        size_t gap = blanks(s + at, len - at);
        size_t n = word(s + at + gap, len - at - gap);
        if (gap > PH__HEADER_WORD_MAX || must_encode(s + at + gap, n)) {
            size_t from = at + (gap ? 1 : 0);
            span.from = span.from < from ? span.from : from;
            span.to = at + gap + n;
        }
        at += gap + n;
    }
    return span;
}

/* Words as they are, with the spaces between them. */
static int add_words(struct ph__header *h, const char *s, size_t len)
{
    int rc = PH_OK;
    for (size_t at = 0; !rc && at < len;) {
        size_t gap = blanks(s + at, len - at);
        size_t n = word(s + at + gap, len - at - gap);
        rc = put(h, gap ? gap : 1, s + at + gap, n);
        at += gap + n;
    }
    return rc;
}

int ph__header_text(struct ph__header *h, const char *s, size_t len)
{
    struct span span = encoded_span(s, len);
    if (span.from >= span.to)
        return add_words(h, s, len);
    /* The space in front of the encoded words is written with them. */
    int rc = add_words(h, s, span.from ? span.from - 1 : 0);
    if (!rc)
        rc = ph__header_encoded(h, s + span.from, span.to - span.from);
    return rc ? rc : add_words(h, s + span.to, len - span.to);
}

int ph__header_field(struct ph__header *h, const char *name, const char *text)
{
    int rc = ph__header_begin_text(h, name);
    if (!rc)
        rc = ph__header_text(h, text, strlen(text));
    return rc ? rc : ph__header_end(h);
}

/* RFC 5322 3.2.3. */
static bool is_atom(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ph__text_is_alnum(s[i]) && !strchr("!#$%&'*+-/=?^_`{|}~", s[i]))
            return false;
    return len;
}

static bool is_atoms(const char *s, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t n = word(s + at, len - at);
        if (!is_atom(s + at, n) || n > PH__QUOTED_MAX)
            return false;
        at += n + 1;
    }
    return s[len - 1] != ' ';
}

static int add_quoted(struct ph__header *h, const char *s, size_t len)
{
    char text[2 * PH__QUOTED_MAX + 2];
    size_t n = 0;
    text[n++] = '"';
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"' || s[i] == '\\')
            text[n++] = '\\';
        text[n++] = s[i];
    }
    text[n++] = '"';
    return ph__header_token(h, text, n);
}

int ph__header_phrase(struct ph__header *h, const char *s, size_t len)
{
    if (!len)
        return PH_OK;
    if (!ph__text_is_ascii(s, len) || memmem(s, len, "=?", 2))
        return ph__header_encoded(h, s, len);
    if (is_atoms(s, len))
        return add_words(h, s, len);
    return len <= PH__QUOTED_MAX ? add_quoted(h, s, len)
                                 : ph__header_encoded(h, s, len);
}
