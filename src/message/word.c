/* Encoded words (RFC 2047). */
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "message/header.h"
#include "message/limits.h"

/* What stands for itself in a phrase (RFC 2047 5, rule 3). Elsewhere more
 * would, but one rule that is right everywhere is enough. */
static bool is_plain(char c)
{
    return ph__text_is_alnum(c) || (c && strchr("!*+-/", c));
}

static size_t q_width(const char *s, size_t len)
{
    size_t width = 0;
    for (size_t i = 0; i < len; i++)
        width += is_plain(s[i]) || s[i] == ' ' ? 1 : 3;
    return width;
}

static size_t b_width(size_t len)
{
    return (len + 2) / 3 * 4;
}

/* How many octets, in whole characters (RFC 2047 5), fit into `room`. */
static size_t take(const char *s, size_t len, size_t room, bool as_q)
{
    size_t taken = 0;
    size_t width = 0;
    while (taken < len) {
        size_t n = ph__text_utf8_char(s + taken, len - taken);
        width = as_q ? width + q_width(s + taken, n) : b_width(taken + n);
        if (!n || width > room)
            break;
        taken += n;
    }
    return taken;
}

static int add_q(struct ph__buf *out, const char *s, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    int rc = ph__buf_reserve(out, q_width(s, len));
    if (rc)
        return rc;
    char *to = out->data + out->len;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (is_plain(s[i]) || c == ' ') {
            *to++ = c == ' ' ? '_' : s[i];
            continue;
        }
        *to++ = '=';
        *to++ = hex[c >> 4];
        *to++ = hex[c & 15];
    }
    *to = '\0';
    out->len = (size_t)(to - out->data);
    return PH_OK;
}

static int add_one(struct ph__header *h, const char *s, size_t len, bool as_q)
{
    size_t before = h->out.len;
    int rc = ph__buf_add_text(&h->out, as_q ? "=?utf-8?Q?" : "=?utf-8?B?");
    if (!rc)
        rc = as_q ? add_q(&h->out, s, len) : ph__base64_encode(&h->out, s, len);
    if (!rc)
        rc = ph__buf_add(&h->out, "?=", 2);
    h->column += h->out.len - before;
    h->edge = PH__ENCODED_LINE_MAX;
    h->empty = false;
    return rc;
}

/* A few octets tell: each is at least one wide. */
static size_t room_wanted(const char *s, size_t len, bool as_q)
{
    size_t look = len < PH__ENCODED_ROOM_MIN ? len : PH__ENCODED_ROOM_MIN;
    size_t width = as_q ? q_width(s, look) : b_width(look);
    return width < PH__ENCODED_ROOM_MIN ? width : PH__ENCODED_ROOM_MIN;
}

int ph__header_encoded(struct ph__header *h, const char *s, size_t len)
{
    bool as_q = q_width(s, len) <= b_width(len);
    int rc = PH_OK;
    for (size_t at = 0; !rc && at < len;) {
        size_t used = h->column + 2 + PH__ENCODED_FRAME; /* space and comma */
        if (used + room_wanted(s + at, len - at, as_q) > PH__ENCODED_LINE_MAX) {
            rc = ph__header_fold(h);
            used = 2 + PH__ENCODED_FRAME;
        }
        size_t n = take(s + at, len - at, PH__ENCODED_LINE_MAX - used, as_q);
        if (!rc && !n)
            rc = PH_E_HEADER;
        if (!rc)
            rc = ph__buf_add_char(&h->out, ' ');
        h->column++;
        if (!rc)
            rc = add_one(h, s + at, n, as_q);
        at += n;
    }
    return rc;
}
