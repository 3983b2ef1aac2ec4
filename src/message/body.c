#include <string.h>

#include "base/base64.h"
#include "message/body.h"
#include "message/limits.h"

const char *ph__cte_name(enum ph__cte cte)
{
    static const char *const names[] = {
        [PH__7BIT] = "7bit",
        [PH__QUOTED_PRINTABLE] = "quoted-printable",
        [PH__BASE64] = "base64",
    };
    return names[cte];
}

enum ph__cte ph__body_choose(const struct ph__lines *lines, size_t len)
{
    if (!lines->high && !lines->long_line)
        return PH__7BIT;
    return lines->high <= len / 6 ? PH__QUOTED_PRINTABLE : PH__BASE64;
}

/* There is room for the rest of the line that is being written. */
struct qp {
    struct ph__buf *out;
    size_t column;
};

/* A leading dot and "From " are safe as they are, but not from every program
 * on the way; a blank at the end of a line is safe from none (RFC 2045 6.7). */
static bool stands_for_itself(const struct qp *qp, const char *s, size_t left)
{
    unsigned char c = (unsigned char)*s;
    if (c == ' ' || c == '\t')
        return left > 1;
    if (c < 33 || c > 126 || c == '=')
        return false;
    if (qp->column)
        return true;
    return c != '.' && !(left >= 5 && memcmp(s, "From ", 5) == 0);
}

static int begin_qp_line(struct qp *qp)
{
    qp->column = 0;
    return ph__buf_reserve(qp->out, PH__BODY_LINE_MAX + 2);
}

static void put_qp(struct qp *qp, char c)
{
    qp->out->data[qp->out->len++] = c;
    qp->column++;
}

static void end_qp_line(struct qp *qp)
{
    put_qp(qp, '\r');
    put_qp(qp, '\n');
    qp->out->data[qp->out->len] = '\0';
}

static void put_escaped(struct qp *qp, unsigned char c)
{
    static const char hex[] = "0123456789ABCDEF";
    put_qp(qp, '=');
    put_qp(qp, hex[c >> 4]);
    put_qp(qp, hex[c & 15]);
}

static int add_qp_octet(struct qp *qp, const char *s, size_t left)
{
    bool plain = stands_for_itself(qp, s, left);
    if (qp->column + (plain ? 1 : 3) >= PH__BODY_LINE_MAX) {
        put_qp(qp, '=');
        end_qp_line(qp);
        int rc = begin_qp_line(qp);
        if (rc)
            return rc;
        plain = stands_for_itself(qp, s, left);
    }
    if (plain)
        put_qp(qp, *s);
    else
        put_escaped(qp, (unsigned char)*s);
    return PH_OK;
}

static int add_qp(struct ph__buf *out, const char *text, size_t len)
{
    int rc = ph__buf_reserve(out, len + len / 4);
    for (size_t at = 0, step; !rc && at < len; at += step) {
        struct qp qp = {out, 0};
        size_t n = ph__lines_one(text + at, len - at, &step);
        rc = begin_qp_line(&qp);
        for (size_t i = 0; !rc && i < n; i++)
            rc = add_qp_octet(&qp, text + at + i, n - i);
        if (!rc)
            end_qp_line(&qp);
    }
    return rc;
}

int ph__body_encode_octets(struct ph__buf *out, const char *data, size_t len)
{
    int rc = ph__buf_reserve(out, len / 3 * 4 + len / 27);
    for (size_t at = 0; !rc && at < len; at += PH__BASE64_STEP) {
        size_t left = len - at;
        size_t n = left < PH__BASE64_STEP ? left : PH__BASE64_STEP;
        rc = ph__base64_encode(out, data + at, n);
        if (!rc)
            rc = ph__buf_add(out, "\r\n", 2);
    }
    return rc;
}

/* Text is encoded in its CRLF form (RFC 2045 6.8). */
static int add_base64(struct ph__buf *out, const char *text, size_t len)
{
    struct ph__buf plain = PH__BUF(out->limit);
    int rc = ph__lines_copy(&plain, text, len);
    if (!rc)
        rc = ph__body_encode_octets(out, ph__buf_text(&plain), plain.len);
    ph__buf_done(&plain);
    return rc;
}

int ph__body_encode(struct ph__buf *out, enum ph__cte cte, const char *text,
                    size_t len)
{
    switch (cte) {
    case PH__7BIT:
        return ph__lines_copy(out, text, len);
    case PH__QUOTED_PRINTABLE:
        return add_qp(out, text, len);
    case PH__BASE64:
        return add_base64(out, text, len);
    }
    return PH_E_INVALID;
}
