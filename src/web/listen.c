#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/limits.h"
#include "web/parts.h"

static bool is_loopback(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    if (address->ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static int learn_name(struct ph__web *w)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char host[INET6_ADDRSTRLEN];
    if (getsockname(w->socket, (struct sockaddr *)&address, &len) ||
        uv_ip_name((struct sockaddr *)&address, host, sizeof(host)))
        return PH_E_SYSTEM;
    w->exposed = !is_loopback(&address);
    /* Both families have the port in the same place. */
    unsigned port = ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
    bool v6 = address.ss_family == AF_INET6;
    return ph__buf_format(&w->name, v6 ? "[%s]:%u" : "%s:%u", host, port);
}

static int fail(struct ph__buf *why, const char *where, const char *words)
{
    ph__buf_format(why, "cannot listen on %s: %s", where, words);
    return PH_E_CONNECT;
}

int ph__web_listen(struct ph__web *w, struct ph__buf *why)
{
    char host[PH__SINK_HOST_MAX + 1];
    const char *port, *where = w->opts.listen;
    struct sockaddr_storage address;
    if (!ph__sink_where(host, &port, where)) {
        ph__buf_format(why, "'%s' is not HOST:PORT or [IPv6]:PORT", where);
        return PH_E_INVALID;
    }
    int rc = ph__sink_resolve(&address, w->loop, host, port);
    if (rc)
        return fail(why, where, uv_strerror(rc));
    w->socket = socket(address.ss_family,
                       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t len = address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                  : sizeof(struct sockaddr_in);
    int on = 1;
    if (w->socket < 0 ||
        setsockopt(w->socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
        bind(w->socket, (struct sockaddr *)&address, len) ||
        listen(w->socket, PH__WEB_CONNECTIONS))
        return fail(why, where, strerror(errno));
    return learn_name(w);
}
