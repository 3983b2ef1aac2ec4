/* Octets in and out of an open socket. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "net/parts.h"

static enum ph_stage stage(const struct ph__conn *c)
{
    return c->tls && !ph__tls_up(c->tls) ? PH_STAGE_TLS : PH_STAGE_CONNECT;
}

static const char *end_of_file(const struct ph__conn *c)
{
    if (!c->tls)
        return "closed by the peer";
    if (!ph__tls_up(c->tls))
        return "closed during the TLS handshake";
    /* RFC 8446 6.1: somebody may have cut the end off (S09). */
    return "closed without close_notify";
}

void ph__conn_lost(struct ph__conn *c, int error)
{
    const char *what =
        error ? uv_strerror(uv_translate_sys_error(error)) : end_of_file(c);
    ph__conn_fail(c, PH_E_CLOSED, stage(c), what);
}

void ph__conn_receive(struct ph__conn *c, const char *data, size_t len)
{
    if (c->tls)
        ph__conn_decrypt(c, data, len);
    else
        c->events->received(c->user, data, len);
}

/* True if there may be more to read at once. */
static bool read_once(struct ph__conn *c)
{
    char *data = c->net->read;
    ssize_t len = recv(c->fd, data, PH__NET_READ, 0);
    if (len < 0 && errno == EINTR)
        return true;
    if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    if (len <= 0) {
        ph__conn_lost(c, len ? errno : 0);
        return false;
    }
    ph__conn_receive(c, data, (size_t)len);
    return ph__conn_alive(c) && len == PH__NET_READ;
}

void ph__conn_read(struct ph__conn *c, size_t times)
{
    while (times-- && read_once(c))
        ;
}

void ph__conn_read_rest(struct ph__conn *c)
{
    /* What the kernel holds of a broken connection fits this many times. */
    enum { TIMES = 1024 };
    struct ph__conn_doom doom = c->doom;
    ph__conn_read(c, TIMES);
    if (ph__conn_alive(c))
        ph__conn_fail(c, PH_E_CLOSED, stage(c),
                      doom.code ? doom.what : uv_strerror(UV_ECONNRESET));
}

/* Octets that the kernel took, or -1: lost, which will be told. */
static ssize_t send_slices(struct ph__conn *c, struct iovec *slices,
                           size_t count)
{
    struct msghdr message = {.msg_iov = slices, .msg_iovlen = count};
    ssize_t sent;
    do
        sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return 0;
    ph__conn_doom(c, PH_E_CLOSED, stage(c),
                  uv_strerror(uv_translate_sys_error(errno)));
    return -1;
}

ssize_t ph__conn_offer(struct ph__conn *c, const char *data, size_t len)
{
    struct iovec slice = {.iov_base = (void *)data, .iov_len = len};
    return send_slices(c, &slice, 1);
}

int ph__conn_push(struct ph__conn *c, const char *data, size_t len)
{
    if (c->doom.code || !len)
        return PH_OK;
    ssize_t sent = 0;
    if (!c->out.len)
        sent = ph__conn_offer(c, data, len);
    if (sent < 0 || (size_t)sent == len)
        return PH_OK;
    int rc = ph__buf_add(&c->out, data + sent, len - (size_t)sent);
    if (!rc)
        ph__conn_await(c);
    return rc;
}

bool ph__conn_drain(struct ph__conn *c)
{
    if (!c->out.len)
        return true;
    ssize_t sent =
        ph__conn_offer(c, c->out.data + c->out_sent, c->out.len - c->out_sent);
    if (sent < 0)
        return false;
    c->out_sent += (size_t)sent;
    if (c->out_sent < c->out.len)
        return false;
    ph__buf_wipe(&c->out);
    c->out_sent = 0;
    return true;
}

/* How many of the caller's octets have left since it was last told: a reply
 * may come to the first of a group while the last still wait. */
static size_t progress(struct ph__conn *c, size_t before)
{
    if (!c->out.len)
        return c->kept;
    if (!c->tls)
        return c->out_sent - before;
    size_t octets = 0;
    for (size_t i = 0; i < c->record_count; i++) {
        if (c->records[i].end > c->out_sent)
            break;
        octets += c->records[i].octets;
        c->records[i].octets = 0;
    }
    return octets;
}

void ph__conn_flush(struct ph__conn *c)
{
    if (!c->out.len || c->doom.code)
        return;
    size_t before = c->out_sent;
    bool all = ph__conn_drain(c);
    size_t octets = progress(c, before);
    c->kept -= octets;
    if (all)
        ph__conn_await(c);
    if (all || octets)
        c->events->sent(c->user, octets);
}

/* Copies what follows the first `skip` octets of the slices. */
static int keep(struct ph__conn *c, const struct iovec *slices, size_t count,
                size_t skip)
{
    for (size_t i = 0; i < count && c->kept < PH__NET_KEEP; i++) {
        size_t len = slices[i].iov_len;
        size_t from = skip < len ? skip : len;
        skip -= from;
        len -= from;
        if (len > PH__NET_KEEP - c->kept)
            len = PH__NET_KEEP - c->kept;
        int rc = ph__buf_add(&c->out, (char *)slices[i].iov_base + from, len);
        if (rc)
            return rc;
        c->kept += len;
    }
    ph__conn_await(c);
    return PH_OK;
}

static ptrdiff_t write_plain(struct ph__conn *c, const struct ph_slice *slices,
                             size_t count)
{
    struct iovec gathered[PH__NET_SLICES];
    size_t total = 0;
    if (count > PH__NET_SLICES)
        count = PH__NET_SLICES;
    for (size_t i = 0; i < count; i++) {
        gathered[i] = (struct iovec){.iov_base = (void *)slices[i].data,
                                     .iov_len = slices[i].len};
        total += slices[i].len;
    }
    if (!total)
        return 0;
    ssize_t sent = send_slices(c, gathered, count);
    if (sent < 0)
        return 0;
    if ((size_t)sent == total)
        return sent;
    int rc = keep(c, gathered, count, (size_t)sent);
    if (rc) {
        ph__conn_die(c);
        return rc;
    }
    return sent;
}

ptrdiff_t ph__conn_write(struct ph__conn *c, const struct ph_slice *slices,
                         size_t count)
{
    bool shaking_hands = c->tls && !ph__tls_up(c->tls);
    if (!ph__conn_alive(c) || ph__conn_busy(c) || shaking_hands)
        return PH_E_INVALID;
    return c->tls ? ph__conn_encrypt(c, slices, count)
                  : write_plain(c, slices, count);
}

bool ph__conn_busy(const struct ph__conn *c)
{
    return c->out.len || c->doom.code;
}
