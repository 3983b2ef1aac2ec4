#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "sink/conn.h"

enum { BACKLOG = 4096 };

static int fail(struct ph__buf *why, const char *where, int uv_error)
{
    ph__buf_format(why, "cannot listen on %s: %s", where,
                   uv_strerror(uv_error));
    return PH_E_CONNECT;
}

static void own_handle(struct ph__sink *sink)
{
    sink->listener.handle.data = sink;
    sink->listening = true;
    sink->handles++;
}

/* ---- unix sockets ---- */

/* The file is a socket that nobody answers on any more. */
static bool is_stale(const struct sockaddr_un *address)
{
    struct stat st;
    if (lstat(address->sun_path, &st) || !S_ISSOCK(st.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    int rc = connect(fd, (const void *)address, sizeof(*address));
    bool refused = rc && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

static int listen_unix(struct ph__sink *sink, const char *path,
                       struct ph__buf *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (!len || len >= sizeof(address.sun_path)) {
        ph__buf_format(why, "'%s' cannot name a unix socket: 1 to %zu octets",
                       path, sizeof(address.sun_path) - 1);
        return PH_E_INVALID;
    }
    memcpy(address.sun_path, path, len + 1);
    if (is_stale(&address))
        unlink(path);
    sink->is_unix = true;
    uv_pipe_init(sink->loop, &sink->listener.pipe, 0);
    own_handle(sink);
    int rc = uv_pipe_bind(&sink->listener.pipe, path);
    if (rc)
        return fail(why, path, rc);
    return ph__buf_format(&sink->name, "unix:%s", path);
}

/* ---- TCP ---- */

int ph__sink_resolve(struct sockaddr_storage *out, uv_loop_t *loop,
                     const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    uv_getaddrinfo_t request;
    /* Without a callback it waits: nothing runs on the loop yet. */
    int rc = uv_getaddrinfo(loop, &request, NULL, host, port, &hints);
    if (rc)
        return rc;
    memcpy(out, request.addrinfo->ai_addr, request.addrinfo->ai_addrlen);
    uv_freeaddrinfo(request.addrinfo);
    return 0;
}

bool ph__sink_where(char host[PH__SINK_HOST_MAX + 1], const char **port,
                    const char *where)
{
    const char *colon = strrchr(where, ':');
    size_t len = colon ? (size_t)(colon - where) : 0;
    uint64_t number;
    if (!len || !ph__text_to_u64(colon + 1, strlen(colon + 1), &number) ||
        number > UINT16_MAX)
        return false;
    if (where[0] == '[' && where[len - 1] == ']') {
        where++;
        len -= 2;
    } else if (memchr(where, ':', len)) {
        return false; /* an IPv6 address without brackets */
    }
    if (!len || len > PH__SINK_HOST_MAX)
        return false;
    memcpy(host, where, len);
    host[len] = '\0';
    *port = colon + 1;
    return true;
}

static int learn_name(struct ph__sink *sink)
{
    struct sockaddr_storage address;
    int len = sizeof(address);
    char host[INET6_ADDRSTRLEN];
    int rc = uv_tcp_getsockname(&sink->listener.tcp,
                                (struct sockaddr *)&address, &len);
    if (!rc)
        rc = uv_ip_name((struct sockaddr *)&address, host, sizeof(host));
    if (rc)
        return PH_E_SYSTEM;
    /* Both families have the port in the same place. */
    sink->port = ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
    bool v6 = address.ss_family == AF_INET6;
    return ph__buf_format(&sink->name, v6 ? "[%s]:%u" : "%s:%u", host,
                          (unsigned)sink->port);
}

static int listen_tcp(struct ph__sink *sink, const char *where,
                      struct ph__buf *why)
{
    char host[PH__SINK_HOST_MAX + 1];
    const char *port;
    struct sockaddr_storage address;
    if (!ph__sink_where(host, &port, where)) {
        ph__buf_format(why, "'%s' is not HOST:PORT, [IPv6]:PORT or unix:/path",
                       where);
        return PH_E_INVALID;
    }
    int rc = ph__sink_resolve(&address, sink->loop, host, port);
    if (rc)
        return fail(why, where, rc);
    uv_tcp_init(sink->loop, &sink->listener.tcp);
    own_handle(sink);
    rc = uv_tcp_bind(&sink->listener.tcp, (struct sockaddr *)&address, 0);
    return rc ? fail(why, where, rc) : PH_OK;
}

int ph__sink_listen(struct ph__sink *sink, uv_connection_cb cb,
                    struct ph__buf *why)
{
    const char *where = sink->opts.listen;
    int rc = strncmp(where, "unix:", 5) == 0 ? listen_unix(sink, where + 5, why)
                                             : listen_tcp(sink, where, why);
    if (rc)
        return rc;
    /* libuv tells of an address in use only now. */
    int listening = uv_listen(&sink->listener.stream, BACKLOG, cb);
    if (listening)
        return fail(why, where, listening);
    return sink->is_unix ? PH_OK : learn_name(sink);
}
