/* net/proxy.h - what a proxy is, and the dialogue with one until it has made
 * the connection: a transformer of buffers, with no I/O. */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "base/buf.h"

enum ph__proxy_kind {
    PH__PROXY_NONE,
    PH__PROXY_SOCKS5, /* RFC 1928, 1929 */
    PH__PROXY_HTTP    /* CONNECT: RFC 9110 9.3.6 */
};

struct ph__proxy {
    enum ph__proxy_kind kind;
    const char *host; /* name or address */
    uint16_t port;
    const char *user; /* NULL: none */
    const char *password;
};

enum {
    PH__PROXY_HOST = 255,         /* RFC 1928 5: a length in one octet */
    PH__PROXY_SECRET = 255,       /* RFC 1929 2: the same */
    PH__PROXY_HEADER = 16 * 1024, /* all a proxy may say before it is up */
    PH__PROXY_REASON = 128,       /* of what it says, told */
    PH__PROXY_OUT = 4096          /* what we say to it, at most */
};

struct ph__talk;
/* Copies what it needs. The name goes to the proxy as it is: it is not looked
 * up here. PH_E_NOMEM; PH_E_INVALID: `why` (static) says what cannot be said.
 */
int ph__talk_new(struct ph__talk **out, const struct ph__proxy *proxy,
                 const char *host, uint16_t port, const char **why);
void ph__talk_free(struct ph__talk *t); /* NULL is fine */
/* What is to be sent next; to be cleared by who has sent it. */
struct ph__buf *ph__talk_output(struct ph__talk *t);
/* Octets from the proxy. Takes those that are its own: what follows comes from
 * the server behind it. PH_OK, PH_E_NOMEM, PH_E_CONNECT: see problem. */
int ph__talk_receive(struct ph__talk *t, const char *data, size_t len,
                     size_t *taken);
bool ph__talk_up(const struct ph__talk *t); /* the connection is made */
/* "it refuses: 403 Forbidden"; printable, borrowed. */
const char *ph__talk_problem(const struct ph__talk *t);

#endif
