/* From a target to an open socket: every address in turn. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/parts.h"

static void name_peer(struct ph__conn *c, const struct sockaddr *address)
{
    char host[INET6_ADDRSTRLEN + UV_IF_NAMESIZE] = "?";
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        uv_ip4_name(in, host, sizeof(host));
        snprintf(c->where, sizeof(c->where), "%s:%u", host,
                 (unsigned)ntohs(in->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)address;
        uv_ip6_name(in, host, sizeof(host));
        snprintf(c->where, sizeof(c->where), "[%s]:%u", host,
                 (unsigned)ntohs(in->sin6_port));
    }
}

/* A socket whose connect(2) is under way or done, or an error as libuv's. */
static int begin_connect(const struct sockaddr *address, socklen_t len)
{
    int fd = socket(address->sa_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return uv_translate_sys_error(errno);
    int on = 1;
    if (address->sa_family != AF_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    /* Interrupted or not, it goes on by itself. */
    if (!connect(fd, address, len) || errno == EINPROGRESS || errno == EINTR)
        return fd;
    int error = uv_translate_sys_error(errno);
    close(fd);
    return error;
}

/* 0, or why not, as libuv's error. */
static int try_address(struct ph__conn *c, const struct sockaddr *address,
                       socklen_t len)
{
    c->tried++;
    name_peer(c, address);
    int fd = begin_connect(address, len);
    if (fd < 0)
        return fd;
    int rc = ph__conn_watch(c, fd);
    if (rc)
        close(fd);
    return rc;
}

static void give_up(struct ph__conn *c, int error)
{
    enum ph_code code = PH_E_CONNECT;
    if (error == UV_EMFILE || error == UV_ENFILE)
        code = PH_E_SYSTEM;
    if (error == UV_ENOMEM || error == UV_ENOBUFS)
        code = PH_E_NOMEM;
    ph__conn_doom(c, code, PH_STAGE_CONNECT, uv_strerror(error));
}

/* The next address that connect(2) does not refuse at once; `error` is what
 * became of the one before. */
static void try_next(struct ph__conn *c, int error)
{
    while (c->next) {
        const struct addrinfo *a = c->next;
        c->next = a->ai_next;
        error = try_address(c, a->ai_addr, a->ai_addrlen);
        if (!error)
            return;
    }
    give_up(c, error);
}

static void on_unwatched(uv_handle_t *handle)
{
    struct ph__conn *c = handle->data;
    if (c->closing) {
        ph__conn_handle_closed(handle);
        return;
    }
    c->handles--;
    if (c->phase == PH__CONN_DIALLING)
        try_next(c, c->dial_error);
}

void ph__conn_dialled(struct ph__conn *c)
{
    int error = 0;
    socklen_t len = sizeof(error);
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len))
        error = errno;
    /* It may have been open and reset since: last words make it open. */
    char octet;
    if (error && recv(c->fd, &octet, 1, MSG_PEEK) != 1) {
        c->dial_error = uv_translate_sys_error(error);
        ph__conn_unwatch(c, on_unwatched);
        return;
    }
    ph__conn_hang_up(c);
    c->phase = PH__CONN_OPEN;
    ph__conn_await(c);
    c->events->opened(c->user);
}

void ph__conn_hang_up(struct ph__conn *c)
{
    ph__lookup_drop(c->lookup);
    c->lookup = NULL;
    uv_freeaddrinfo(c->addresses);
    c->addresses = c->next = NULL;
}

static enum ph_code resolver_code(int status)
{
    switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EINVAL: /* not a name at all */
    case UV_ENAMETOOLONG:
        return PH_E_RESOLVE;
    case UV_EAI_MEMORY:
    case UV_ENOMEM:
        return PH_E_NOMEM;
    default:
        return PH_E_CONNECT;
    }
}

static void on_resolved(void *user, int status, struct addrinfo *list)
{
    struct ph__conn *c = user;
    c->lookup = NULL;
    c->addresses = c->next = list;
    if (!status && !list)
        status = UV_EAI_NODATA;
    if (status)
        ph__conn_fail(c, resolver_code(status), PH_STAGE_RESOLVE,
                      uv_strerror(status));
    else
        try_next(c, 0);
}

static void resolve(struct ph__conn *c, const char *host, uint16_t port)
{
    snprintf(c->where, sizeof(c->where), "%s", host);
    int rc =
        ph__lookup_new(&c->lookup, c->net->loop, host, port, on_resolved, c);
    if (rc)
        ph__conn_doom(c, resolver_code(rc), PH_STAGE_RESOLVE, uv_strerror(rc));
}

static void dial_address(struct ph__conn *c, const struct sockaddr *address,
                         socklen_t len)
{
    int error = try_address(c, address, len);
    if (error)
        give_up(c, error);
}

static void dial_unix(struct ph__conn *c, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(c->where, sizeof(c->where), "unix:%s", path);
    size_t len = strlen(path);
    if (!len || len >= sizeof(address.sun_path)) {
        give_up(c, UV_ENAMETOOLONG);
        return;
    }
    memcpy(address.sun_path, path, len);
    dial_address(c, (const void *)&address, sizeof(address));
}

void ph__conn_dial(struct ph__conn *c, const struct ph__conn_target *target)
{
    if (c->phase != PH__CONN_NEW || c->closing)
        return;
    c->phase = PH__CONN_DIALLING;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (target->unix_path)
        dial_unix(c, target->unix_path);
    else if (!uv_ip4_addr(target->host, target->port, &v4))
        dial_address(c, (const void *)&v4, sizeof(v4));
    else if (!uv_ip6_addr(target->host, target->port, &v6))
        dial_address(c, (const void *)&v6, sizeof(v6));
    else
        resolve(c, target->host, target->port);
}
