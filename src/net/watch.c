#include <unistd.h>

#include "net/parts.h"

static void on_ready(uv_poll_t *poll, int status, int ready)
{
    struct ph__conn *c = poll->data;
    if (c->phase == PH__CONN_PROXY) {
        ph__conn_proxy_ready(c, status, ready);
        return;
    }
    /* An error stops the handle, but what came before it can be read. */
    if (status < 0) {
        ph__conn_read_rest(c);
        return;
    }
    enum { TIMES = 4 }; /* then it is another connection's turn */
    if (ready & UV_READABLE)
        ph__conn_read(c, TIMES);
    if (ready & UV_WRITABLE && ph__conn_alive(c))
        ph__conn_flush(c);
}

static void listen_for(struct ph__conn *c, int events)
{
    int rc = uv_poll_start(&c->poll, events, on_ready);
    if (rc)
        ph__conn_doom(c, PH_E_SYSTEM, PH_STAGE_CONNECT, uv_strerror(rc));
}

int ph__conn_watch(struct ph__conn *c, int fd)
{
    int rc = uv_poll_init_socket(c->net->loop, &c->poll, fd);
    if (rc)
        return rc;
    c->poll.data = c;
    c->fd = fd;
    c->handles++;
    if (c->idle)
        uv_unref((uv_handle_t *)&c->poll);
    return 0;
}

static void on_closed(uv_handle_t *handle)
{
    ph__conn_release(handle->data);
}

void ph__conn_unwatch(struct ph__conn *c)
{
    if (c->fd < 0)
        return;
    uv_close((uv_handle_t *)&c->poll, on_closed);
    close(c->fd);
    c->fd = -1;
}

void ph__conn_await(struct ph__conn *c)
{
    listen_for(c, c->out.len ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}
