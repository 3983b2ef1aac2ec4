/* SOCKS 5 (RFC 1928), with a user and a password (RFC 1929) or without. */
#include <netinet/in.h>
#include <string.h>
#include <uv.h>

#include "net/talk.h"

enum {
    VERSION = 5,
    SECRET_VERSION = 1, /* RFC 1929 2 */
    METHOD_NONE = 0,
    METHOD_SECRET = 2,
    COMMAND_CONNECT = 1,
    TYPE_IPV4 = 1,
    TYPE_NAME = 3,
    TYPE_IPV6 = 4,
    MESSAGE = 600 /* two texts of 255 octets, and what is around them */
};

/* A length in one octet, and as many others. */
static int add_counted(struct ph__buf *out, const void *data, size_t len)
{
    int rc = ph__buf_add_char(out, (char)len);
    return rc ? rc : ph__buf_add(out, data, len);
}

static int add_secret(struct ph__buf *out, const struct ph__proxy *proxy)
{
    const char *password = proxy->password ? proxy->password : "";
    int rc = ph__buf_reserve(out, MESSAGE);
    if (!rc)
        rc = ph__buf_add_char(out, SECRET_VERSION);
    if (!rc)
        rc = add_counted(out, proxy->user, strlen(proxy->user));
    return rc ? rc : add_counted(out, password, strlen(password));
}

static int add_address(struct ph__buf *out, char type, const void *address,
                       size_t len)
{
    int rc = ph__buf_add_char(out, type);
    return rc ? rc : ph__buf_add(out, address, len);
}

static int add_host(struct ph__buf *out, const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (!uv_inet_pton(AF_INET, host, &v4))
        return add_address(out, TYPE_IPV4, &v4, sizeof(v4));
    if (!uv_inet_pton(AF_INET6, host, &v6))
        return add_address(out, TYPE_IPV6, &v6, sizeof(v6));
    int rc = ph__buf_add_char(out, TYPE_NAME);
    return rc ? rc : add_counted(out, host, strlen(host));
}

static int add_request(struct ph__buf *out, const char *host, uint16_t port)
{
    static const char head[] = {VERSION, COMMAND_CONNECT, 0};
    char tail[] = {(char)(port >> 8), (char)port};
    int rc = ph__buf_add(out, head, sizeof(head));
    if (!rc)
        rc = add_host(out, host);
    return rc ? rc : ph__buf_add(out, tail, sizeof(tail));
}

static void expect(struct ph__socks *s, enum ph__socks_state state, size_t len)
{
    s->state = state;
    s->want = len;
}

int ph__socks_begin(struct ph__talk *t, const struct ph__proxy *proxy,
                    const char *host, uint16_t port)
{
    static const char open[] = {VERSION, 1, METHOD_NONE};
    static const char either[] = {VERSION, 2, METHOD_NONE, METHOD_SECRET};
    struct ph__socks *s = &t->socks;
    ph__buf_init(&s->secret, MESSAGE);
    ph__buf_init(&s->request, MESSAGE);
    expect(s, PH__SOCKS_METHOD, 2);
    int rc = proxy->user ? ph__buf_add(&t->out, either, sizeof(either))
                         : ph__buf_add(&t->out, open, sizeof(open));
    if (!rc && proxy->user)
        rc = add_secret(&s->secret, proxy);
    return rc ? rc : add_request(&s->request, host, port);
}

void ph__socks_done(struct ph__talk *t)
{
    ph__buf_wipe(&t->socks.secret);
    ph__buf_wipe(&t->socks.request);
}

static int no_socks(struct ph__talk *t)
{
    return ph__talk_fail(t, "it does not speak SOCKS 5");
}

static int ask_for_it(struct ph__talk *t)
{
    struct ph__socks *s = &t->socks;
    s->have = 0;
    expect(s, PH__SOCKS_REPLY, 5);
    return ph__buf_add(&t->out, s->request.data, s->request.len);
}

static int on_method(struct ph__talk *t)
{
    struct ph__socks *s = &t->socks;
    if (s->in[0] != VERSION)
        return no_socks(t);
    if (s->in[1] == METHOD_NONE)
        return ask_for_it(t);
    if (s->in[1] != METHOD_SECRET || !s->secret.len)
        return ph__talk_fail(t, s->secret.len
                                    ? "it takes neither passwords nor nobody"
                                    : "it wants a user and a password");
    s->have = 0;
    expect(s, PH__SOCKS_SECRET, 2);
    return ph__buf_add(&t->out, s->secret.data, s->secret.len);
}

static int on_secret(struct ph__talk *t)
{
    if (t->socks.in[0] != SECRET_VERSION)
        return no_socks(t);
    if (t->socks.in[1])
        return ph__talk_fail(t, "it refuses user and password");
    return ask_for_it(t);
}

/* RFC 1928 6 */
static const char *refusal(uint8_t code)
{
    static const char *const words[] = {
        [1] = "general failure",
        [2] = "not allowed by its rules",
        [3] = "network is unreachable",
        [4] = "host is unreachable",
        [5] = "connection refused",
        [6] = "time to live has expired",
        [7] = "it does not know CONNECT",
        [8] = "it does not know this type of address",
    };
    bool known = code && code < sizeof(words) / sizeof(*words);
    return known ? words[code] : "for a reason of its own";
}

static int on_reply(struct ph__talk *t)
{
    struct ph__socks *s = &t->socks;
    enum { PORT = 2, SEEN = 1 };
    if (s->in[0] != VERSION)
        return no_socks(t);
    if (s->in[1])
        return ph__talk_fail(t, "it refuses: %s", refusal(s->in[1]));
    switch (s->in[3]) {
    case TYPE_IPV4:
        expect(s, PH__SOCKS_ADDRESS, 4 + sizeof(struct in_addr) + PORT);
        return PH_OK;
    case TYPE_IPV6:
        expect(s, PH__SOCKS_ADDRESS, 4 + sizeof(struct in6_addr) + PORT);
        return PH_OK;
    case TYPE_NAME:
        expect(s, PH__SOCKS_ADDRESS, 4u + SEEN + s->in[4] + PORT);
        return PH_OK;
    default:
        return no_socks(t);
    }
}

static int take_message(struct ph__talk *t)
{
    switch (t->socks.state) {
    case PH__SOCKS_METHOD:
        return on_method(t);
    case PH__SOCKS_SECRET:
        return on_secret(t);
    case PH__SOCKS_REPLY:
        return on_reply(t);
    case PH__SOCKS_ADDRESS:
        t->up = true; /* which address it uses is its own affair */
        return PH_OK;
    }
    return PH_OK;
}

int ph__socks_receive(struct ph__talk *t, const char *data, size_t len,
                      size_t *taken)
{
    struct ph__socks *s = &t->socks;
    int rc = PH_OK;
    size_t i = 0;
    while (!rc && !t->up && i < len) {
        s->in[s->have++] = (uint8_t)data[i++];
        if (s->have == s->want)
            rc = take_message(t);
    }
    *taken = i;
    return rc;
}
