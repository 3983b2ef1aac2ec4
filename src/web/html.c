#include "web/html.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "web/limits.h"

/* The octet that an attribute's "%40" or "&amp;" stands for, and how many
 * octets that takes. */
static char unescape(size_t *used, const char *at, size_t len)
{
    static const char amp[] = "&amp;";
    *used = 1;
    if (len >= sizeof(amp) - 1 && ph__text_same_len(at, amp, sizeof(amp) - 1))
        *used = sizeof(amp) - 1;
    if (*at != '%' || len < 3 || !isxdigit((unsigned char)at[1]) ||
        !isxdigit((unsigned char)at[2]))
        return *at;
    char hex[] = {at[1], at[2], '\0'};
    *used = 3;
    return (char)strtoul(hex, NULL, 16);
}

static bool is_id(const char *id, const char *url, size_t len)
{
    for (size_t used; len; url += used, len -= used, id++)
        if (!*id || *id != unescape(&used, url, len))
            return false;
    return !*id;
}

/* The picture with this id; false: there is none. */
static bool find(size_t *out, const struct ph__web_mail *m, const char *url,
                 size_t len)
{
    for (size_t i = 0; i < ph__web_mail_parts(m); i++) {
        const struct ph__web_part *part = ph__web_mail_part(m, i);
        if (!part->id || !ph__web_mail_picture(part) ||
            !is_id(part->id, url, len))
            continue;
        *out = i;
        return true;
    }
    return false;
}

static int add_picture(struct ph__buf *out, const struct ph__web_mail *m,
                       size_t i)
{
    struct ph__buf octets = PH__BUF(PH__WEB_MAIL_BYTES);
    int rc = ph__web_mail_octets(&octets, m, i);
    if (!rc)
        rc = ph__buf_format(out, "data:%s;base64,",
                            ph__web_mail_picture(ph__web_mail_part(m, i)));
    if (!rc)
        rc = ph__base64_encode(out, ph__buf_text(&octets), octets.len);
    ph__buf_done(&octets);
    return rc;
}

static const char cid[] = "cid:";
/* Browsers open connections for these before they ask any policy. */
static const char *const eager[] = {"<link", "<iframe", "<frame"};

static bool begins(const char *at, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - at) >= len && ph__text_same_len(at, word, len);
}

/* Where a URL begins that may name a part, or a tag that is not to be one. */
static bool is_mark(const char *at, const char *end)
{
    for (size_t i = 0; *at == '<' && i < sizeof(eager) / sizeof(eager[0]); i++)
        if (begins(at, end, eager[i]))
            return true;
    return begins(at, end, cid);
}

static const char *next_mark(const char *at, const char *end)
{
    while (at < end && !is_mark(at, end))
        at++;
    return at < end ? at : NULL;
}

/* How much more may be put in place of URLs. */
struct room {
    size_t octets;
    size_t pictures;
};

/* Does the picture take the place of its URL? Else that stays, and nothing is
 * shown. */
static bool take_room(struct room *room, const struct ph__web_mail *m,
                      size_t part)
{
    if (!room->pictures)
        return false;
    room->pictures--;
    size_t size = ph__web_mail_size(m, part) / 3 * 4 + 4;
    if (size > room->octets)
        return false;
    room->octets -= size;
    return true;
}

/* The picture, or its URL as it was. */
static int add_url(struct ph__buf *out, struct ph_slice url,
                   const struct ph__web_mail *m, struct room *room)
{
    size_t scheme = strlen(cid), part;
    if (find(&part, m, url.data + scheme, url.len - scheme) &&
        take_room(room, m, part))
        return add_picture(out, m, part);
    return ph__buf_add(out, url.data, url.len);
}

static int add_shown(struct ph__buf *out, const char *html, size_t len,
                     const struct ph__web_mail *m)
{
    struct room room = {PH__WEB_IMAGES_BYTES, PH__WEB_IMAGES};
    const char *end = html + len;
    int rc = PH_OK;
    for (const char *mark; !rc && (mark = next_mark(html, end));) {
        rc = ph__buf_add(out, html, (size_t)(mark - html));
        html = mark;
        if (rc)
            break;
        struct ph_slice url = {mark, strcspn(mark, "\"' \t\r\n<>)\\")};
        if (*mark == '<')
            rc = ph__buf_add_text(out, "<no-");
        else
            rc = add_url(out, url, m, &room);
        html += *mark == '<' ? 1 : url.len;
    }
    return rc ? rc : ph__buf_add(out, html, (size_t)(end - html));
}

int ph__web_html(struct ph__buf *out, bool *cut, const struct ph__web_mail *m,
                 size_t part)
{
    struct ph__buf html = PH__BUF(PH__WEB_HTML_BYTES);
    int rc = ph__web_mail_text(&html, cut, m, part, PH__WEB_HTML_BYTES);
    if (!rc)
        rc = add_shown(out, ph__buf_text(&html), html.len, m);
    ph__buf_done(&html);
    return rc;
}
