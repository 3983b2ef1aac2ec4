#include <string.h>

#include "base/text.h"
#include "cli/reference.h"

/* ---- HTML: the text of an attribute ---- */

static const struct {
    const char *name;
    char c;
} entities[] = {
    {"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
    {"&quot;", '"'}, {"&apos;", '\''},
};

static bool begins(struct ph_slice s, const char *text)
{
    size_t len = strlen(text);
    return s.len >= len && memcmp(s.data, text, len) == 0;
}

static int digit(char c)
{
    if (ph__text_is_digit(c))
        return c - '0';
    char small = (char)(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : 16;
}

/* "&#38;" or "&#x26;": its number, or 0. */
static unsigned number_of(struct ph_slice s, size_t *len)
{
    int base = s.len > 2 && (s.data[2] | 0x20) == 'x' ? 16 : 10;
    size_t i = base == 16 ? 3 : 2, first = i;
    unsigned n = 0;
    for (; i < s.len && digit(s.data[i]) < base && n <= 0x10FFFF; i++)
        n = n * (unsigned)base + (unsigned)digit(s.data[i]);
    if (i == first || i == s.len || s.data[i] != ';')
        return 0;
    *len = i + 1;
    return n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF) ? 0 : n;
}

static int add_utf8(struct ph__buf *out, unsigned n)
{
    char c[4];
    size_t len = n < 0x80 ? 1 : n < 0x800 ? 2 : n < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len; i > 1; i--, n >>= 6)
        c[i - 1] = (char)(0x80 | (n & 0x3F));
    c[0] = (char)(lead[len] | n);
    return ph__buf_add(out, c, len);
}

/* The character that `s` begins with, however it is written; its length. */
static int add_character(struct ph__buf *out, struct ph_slice s, size_t *len)
{
    unsigned n = begins(s, "&#") ? number_of(s, len) : 0;
    if (n)
        return add_utf8(out, n);
    for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
        if (begins(s, entities[i].name)) {
            *len = strlen(entities[i].name);
            return ph__buf_add_char(out, entities[i].c);
        }
    *len = 1;
    return ph__buf_add_char(out, *s.data);
}

static int add_text(struct ph__buf *out, struct ph_slice value)
{
    int rc = PH_OK;
    for (size_t at = 0, len; at < value.len && !rc; at += len)
        rc = add_character(
            out, (struct ph_slice){value.data + at, value.len - at}, &len);
    return rc;
}

/* ---- URLs (RFC 3986) ---- */

static bool is_control_or_blank(char c)
{
    return (unsigned char)c <= ' ';
}

/* As browsers do. */
static struct ph_slice trim(struct ph_slice s)
{
    while (s.len && is_control_or_blank(*s.data))
        s = (struct ph_slice){s.data + 1, s.len - 1};
    while (s.len && is_control_or_blank(s.data[s.len - 1]))
        s.len--;
    return s;
}

/* The octets of "http:"; 0 = it has no scheme. */
static size_t scheme(struct ph_slice s)
{
    size_t i = 0;
    if (!s.len || !ph__text_is_alnum(*s.data) || ph__text_is_digit(*s.data))
        return 0;
    while (i < s.len && (ph__text_is_alnum(s.data[i]) ||
                         (s.data[i] && strchr("+-.", s.data[i]))))
        i++;
    return i < s.len && s.data[i] == ':' ? i + 1 : 0;
}

static size_t without_query(struct ph_slice s)
{
    size_t i = 0;
    while (i < s.len && s.data[i] != '?' && s.data[i] != '#')
        i++;
    return i;
}

static int octet_at(struct ph_slice s, size_t at)
{
    if (s.data[at] != '%' || at + 2 >= s.len)
        return -1;
    int high = digit(s.data[at + 1]), low = digit(s.data[at + 2]);
    return high < 16 && low < 16 ? 16 * high + low : -1;
}

static int add_decoded(struct ph__buf *out, struct ph_slice s)
{
    int rc = PH_OK;
    for (size_t i = 0; i < s.len && !rc; i++) {
        int octet = octet_at(s, i);
        rc = ph__buf_add_char(out, octet < 0 ? s.data[i] : (char)octet);
        i += octet < 0 ? 0 : 2;
    }
    return rc;
}

static bool has_field(struct ph_slice s)
{
    for (size_t i = 0; i + 1 < s.len; i++)
        if (s.data[i] == '{' && s.data[i + 1] == '{')
            return true;
    return false;
}

static enum cli_reference kind_of(struct ph_slice url)
{
    if (begins(url, "//") || has_field(url) || !without_query(url))
        return CLI_ELSEWHERE;
    if (!scheme(url))
        return CLI_BY_PATH;
    return scheme(url) == 4 && ph__text_same_len(url.data, "cid:", 4)
               ? CLI_BY_CID
               : CLI_ELSEWHERE;
}

/* `url` with its entities decoded. */
static int take(enum cli_reference *kind, struct ph__buf *out,
                struct ph_slice url)
{
    size_t before = out->len;
    enum cli_reference found = kind_of(url);
    if (found == CLI_BY_CID)
        url = (struct ph_slice){url.data + 4, url.len - 4};
    else
        url.len = without_query(url);
    int rc = found == CLI_ELSEWHERE ? PH_OK : add_decoded(out, url);
    if (rc)
        return rc;
    bool nul = out->len > before &&
               memchr(out->data + before, '\0', out->len - before);
    *kind = nul ? CLI_NO_NAME : found;
    return PH_OK;
}

int cli_reference_read(enum cli_reference *kind, struct ph__buf *out,
                       struct ph_slice value)
{
    struct ph__buf text = PH__BUF(value.len);
    int rc = add_text(&text, value);
    if (!rc)
        rc = take(kind, out,
                  trim((struct ph_slice){ph__buf_text(&text), text.len}));
    ph__buf_done(&text);
    return rc;
}

int cli_reference_write(struct ph__buf *out, const char *cid)
{
    int rc = ph__buf_add_text(out, "cid:");
    for (; *cid && !rc; cid++)
        rc = ph__text_is_alnum(*cid) || strchr("-._~!$*+@:[]", *cid)
                 ? ph__buf_add_char(out, *cid)
                 : ph__buf_format(out, "%%%02X", (unsigned char)*cid);
    return rc;
}
