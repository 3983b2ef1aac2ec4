/* A tunnel through an HTTP proxy: CONNECT (RFC 9110 9.3.6, RFC 9112). */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "net/talk.h"

/* RFC 7617 2 */
static int add_secret(struct ph__buf *out, const struct ph__proxy *proxy)
{
    struct ph__buf plain = PH__BUF(2 * PH__PROXY_SECRET + 1);
    int rc = ph__buf_reserve(&plain, plain.limit);
    if (!rc)
        rc = ph__buf_format(&plain, "%s:%s", proxy->user,
                            proxy->password ? proxy->password : "");
    if (!rc)
        rc = ph__buf_add_text(out, "Proxy-Authorization: Basic ");
    if (!rc)
        rc = ph__base64_encode(out, ph__buf_text(&plain), plain.len);
    ph__buf_wipe(&plain);
    return rc ? rc : ph__buf_add_text(out, "\r\n");
}

int ph__tunnel_begin(struct ph__talk *t, const struct ph__proxy *proxy,
                     const char *host, uint16_t port)
{
    bool v6 = strchr(host, ':');
    char where[PH__PROXY_HOST + sizeof("[]:65535")];
    snprintf(where, sizeof(where), v6 ? "[%s]:%u" : "%s:%u", host,
             (unsigned)port);
    ph__buf_init(&t->tunnel.line, PH__PROXY_HEADER);
    t->tunnel.has_secret = proxy->user;
    int rc = ph__buf_reserve(&t->out, PH__PROXY_OUT);
    if (!rc)
        rc = ph__buf_format(&t->out, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n",
                            where, where);
    if (!rc && proxy->user)
        rc = add_secret(&t->out, proxy);
    return rc ? rc : ph__buf_add_text(&t->out, "\r\n");
}

void ph__tunnel_done(struct ph__talk *t)
{
    ph__buf_done(&t->tunnel.line);
}

static int no_http(struct ph__talk *t)
{
    return ph__talk_fail(t, "it does not speak HTTP");
}

/* "HTTP/1.1 200 Connection established": RFC 9112 4. Early on, so that what is
 * not HTTP at all is not waited for. */
static bool begins_like_http(const char *line, size_t len)
{
    static const char version[] = "HTTP/1.";
    size_t n = len < sizeof(version) - 1 ? len : sizeof(version) - 1;
    return !memcmp(line, version, n);
}

static int take_status(struct ph__talk *t, const char *line, size_t len)
{
    enum { VERSION = 8, CODE = VERSION + 1, REASON = CODE + 3 };
    struct ph__tunnel *h = &t->tunnel;
    uint64_t code;
    if (len < REASON || !begins_like_http(line, len) ||
        !ph__text_is_digit(line[VERSION - 1]) || line[VERSION] != ' ' ||
        !ph__text_to_u64(line + CODE, 3, &code) || code < 100 ||
        (len > REASON && line[REASON] != ' '))
        return no_http(t);
    h->status = (int)code;
    snprintf(h->reason, sizeof(h->reason), "%.*s", (int)(len - CODE),
             line + CODE);
    return PH_OK;
}

/* A field has a name and a colon; lines that go on are long forbidden
 * (RFC 9112 5.2). */
static int take_field(struct ph__talk *t, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    size_t name = colon ? (size_t)(colon - line) : 0;
    for (size_t i = 0; i < name; i++)
        if (line[i] == ' ' || line[i] == '\t')
            return no_http(t);
    return name ? PH_OK : no_http(t);
}

/* What the status means, once the header has ended. */
static int conclude(struct ph__talk *t)
{
    struct ph__tunnel *h = &t->tunnel;
    int status = h->status;
    h->status = 0; /* behind a 1yz there is another (RFC 9110 15.2) */
    if (status < 200)
        return PH_OK;
    t->up = status < 300;
    if (t->up)
        return PH_OK;
    if (status == 407)
        return ph__talk_fail(t, h->has_secret ? "it refuses user and password"
                                              : "it wants a user and a "
                                                "password");
    return ph__talk_fail(t, "it refuses: %s", h->reason);
}

/* A line without its CRLF. */
static int take_line(struct ph__talk *t, const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 127)
            return no_http(t);
    if (!t->tunnel.status)
        return take_status(t, line, len);
    return len ? take_field(t, line, len) : conclude(t);
}

static int take_octet(struct ph__talk *t, char octet)
{
    struct ph__buf *line = &t->tunnel.line;
    if (++t->tunnel.total > PH__PROXY_HEADER)
        return ph__talk_fail(t, "it says too much");
    int rc = ph__buf_add_char(line, octet);
    if (rc)
        return rc;
    if (octet != '\n') {
        bool odd =
            !t->tunnel.status && !begins_like_http(line->data, line->len);
        return odd ? no_http(t) : PH_OK;
    }
    if (line->len < 2 || line->data[line->len - 2] != '\r')
        return no_http(t);
    rc = take_line(t, line->data, line->len - 2);
    ph__buf_clear(line);
    return rc;
}

int ph__tunnel_receive(struct ph__talk *t, const char *data, size_t len,
                       size_t *taken)
{
    int rc = PH_OK;
    size_t i = 0;
    while (!rc && !t->up && i < len)
        rc = take_octet(t, data[i++]);
    *taken = i;
    return rc;
}
