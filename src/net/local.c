#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "net/parts.h"

void ph__conn_local_literal(const struct ph__conn *c, char *out, size_t size)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof(address);
    char text[INET6_ADDRSTRLEN] = "127.0.0.1";
    bool known =
        c->fd >= 0 && !getsockname(c->fd, (struct sockaddr *)&address, &len);
    bool v6 = known && address.ss_family == AF_INET6;
    if (v6)
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, text,
                  sizeof(text));
    else if (known && address.ss_family == AF_INET)
        inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, text,
                  sizeof(text));
    snprintf(out, size, v6 ? "[IPv6:%s]" : "[%s]", text);
}

bool ph__conn_ends(const struct ph__conn *c, struct sockaddr_storage *local,
                   struct sockaddr_storage *peer)
{
    socklen_t len = sizeof(*local);
    socklen_t peer_len = sizeof(*peer);
    return c->fd >= 0 && !getsockname(c->fd, (struct sockaddr *)local, &len) &&
           !getpeername(c->fd, (struct sockaddr *)peer, &peer_len);
}
