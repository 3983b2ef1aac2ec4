/* An open connection to a proxy, until it leads to the server. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "net/parts.h"

static void fail(struct ph__conn *c, enum ph_code code, const char *what)
{
    ph__conn_fail(c, code, PH_STAGE_CONNECT, what);
}

/* Says what the dialogue has to say. */
static void say(struct ph__conn *c)
{
    struct ph__buf *out = ph__talk_output(c->dial->talk);
    int rc = ph__conn_push(c, ph__buf_text(out), out->len);
    ph__buf_wipe(out);
    if (rc)
        fail(c, rc, ph_strerror(rc));
    else
        ph__conn_await(c);
}

void ph__conn_say_to_proxy(struct ph__conn *c, const char *where)
{
    snprintf(c->where, sizeof(c->where), "proxy %s", where);
    c->phase = PH__CONN_PROXY;
    say(c);
}

/* The server is at the other end, and may have spoken already. */
static void arrive(struct ph__conn *c, const char *rest, size_t len)
{
    char both[2 * PH__NET_WHERE + sizeof(" by ")];
    snprintf(both, sizeof(both), "%s by %s", c->dial->behind, c->where);
    memcpy(c->where, both, sizeof(c->where) - 1);
    ph__conn_opened(c);
    if (len && ph__conn_alive(c))
        ph__conn_receive(c, rest, len);
}

static void take(struct ph__conn *c, const char *data, size_t len)
{
    struct ph__talk *talk = c->dial->talk;
    char problem[PH__PROXY_REASON + 64];
    size_t taken = 0;
    int rc = ph__talk_receive(talk, data, len, &taken);
    snprintf(problem, sizeof(problem), "%s", ph__talk_problem(talk));
    if (rc)
        fail(c, rc, *problem ? problem : ph_strerror(rc));
    else if (ph__talk_up(talk))
        arrive(c, data + taken, len - taken);
    else if (ph__talk_output(talk)->len)
        say(c);
}

static void listen_to(struct ph__conn *c)
{
    char *data = c->net->read;
    ssize_t len = recv(c->fd, data, PH__NET_READ, 0);
    if (len > 0)
        take(c, data, (size_t)len);
    else if (!len)
        fail(c, PH_E_CONNECT, "closed before it made the connection");
    else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        fail(c, PH_E_CONNECT, uv_strerror(uv_translate_sys_error(errno)));
}

void ph__conn_proxy_ready(struct ph__conn *c, int status, int ready)
{
    if (ready & UV_WRITABLE && c->out.len && ph__conn_drain(c))
        ph__conn_await(c);
    if (status < 0 || ready & UV_READABLE)
        listen_to(c);
}
