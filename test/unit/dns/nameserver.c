#include "nameserver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/wrap.h"

struct question {
    char name[256];
    unsigned type;
    const uint8_t *data;
};

static void read_question(struct question *q, const uint8_t *data, size_t len)
{
    size_t at = 12, used = 0;
    assert_true(len > at);
    while (data[at]) {
        if (used)
            q->name[used++] = '.';
        memcpy(q->name + used, data + at + 1, data[at]);
        used += data[at];
        at += data[at] + 1u;
        assert_true(at + 5 <= len);
    }
    q->name[used] = '\0';
    q->type = (unsigned)data[at + 1] << 8 | data[at + 2];
    q->data = data;
}

static void note(struct nameserver *n, const struct question *q)
{
    n->questions++;
    n->id = (unsigned)q->data[0] << 8 | q->data[1];
    n->heard_ad = q->data[3] & PACKET_AD;
    size_t used = strlen(n->asked);
    snprintf(n->asked + used, sizeof(n->asked) - used, "%s ", q->name);
    if (n->on_question)
        n->on_question(n, q->name, q->type);
}

static const struct zone *find(const struct nameserver *n,
                               const struct question *q)
{
    static const struct zone unknown = {.flags = 3};
    const struct zone *z = n->zone;
    for (; z && z->name; z++)
        if (!strcmp(z->name, q->name) && z->type == q->type)
            return z;
    return &unknown;
}

static struct packet *compose(const struct zone *z, const struct question *q,
                              bool by_tcp)
{
    struct packet *p = malloc(sizeof(*p));
    assert_non_null(p);
    unsigned flags = by_tcp ? z->flags & ~(unsigned)PACKET_TC : z->flags;
    packet_begin(p, flags, q->name, q->type);
    memcpy(p->data, q->data, 2); /* its number */
    for (size_t i = 0; i < ZONE_RECORDS && z->records[i].owner; i++)
        if (!(flags & PACKET_TC))
            packet_add(p, &z->records[i]);
    return p;
}

static void answer_udp(struct nameserver *n, const struct sockaddr *client,
                       struct packet *p)
{
    uv_buf_t buf = uv_buf_init((char *)p->data, (unsigned)p->len);
    assert_int_equal(uv_udp_try_send(&n->udp, &buf, 1, client), (int)p->len);
    free(p);
}

static void on_question(struct nameserver *n, const struct sockaddr *client,
                        const uint8_t *data, size_t len)
{
    struct question q;
    read_question(&q, data, len);
    note(n, &q);
    const struct zone *z = find(n, &q);
    if (z->silent)
        return;
    struct packet *p = compose(z, &q, false);
    if (!z->held) {
        answer_udp(n, client, p);
        return;
    }
    assert_true(n->held_count < HELD_MAX);
    struct held *h = &n->held[n->held_count++];
    memcpy(&h->client, client, sizeof(h->client));
    h->answer = p;
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
    struct nameserver *n = handle->data;
    *out = uv_buf_init((char *)n->input, sizeof(n->input));
}

static void on_packet(uv_udp_t *udp, ssize_t len, const uv_buf_t *buf,
                      const struct sockaddr *client, unsigned flags)
{
    wrap_pause(true);
    if (len > 0 && client)
        on_question(udp->data, client, (uint8_t *)buf->base, (size_t)len);
    wrap_pause(false);
}

static void close_guest(struct nameserver *n)
{
    if (n->has_guest)
        uv_close((uv_handle_t *)&n->guest, NULL);
    n->has_guest = false;
}

/* One question a connection, which comes in one piece on loopback. */
static void on_octets(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct nameserver *n = stream->data;
    struct question q;
    if (len <= 2) {
        close_guest(n);
        return;
    }
    wrap_pause(true);
    read_question(&q, (uint8_t *)buf->base + 2, (size_t)len - 2);
    note(n, &q);
    struct packet *p = compose(find(n, &q), &q, true);
    uint8_t size[2] = {(uint8_t)(p->len >> 8), (uint8_t)p->len};
    uv_buf_t bufs[] = {uv_buf_init((char *)size, 2),
                       uv_buf_init((char *)p->data, (unsigned)p->len)};
    assert_int_equal(uv_try_write(stream, bufs, 2), (int)p->len + 2);
    free(p);
    wrap_pause(false);
}

static void on_guest(uv_stream_t *listener, int status)
{
    struct nameserver *n = listener->data;
    assert_int_equal(status, 0);
    close_guest(n);
    assert_int_equal(uv_tcp_init(listener->loop, &n->guest), 0);
    n->guest.data = n;
    n->has_guest = true;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&n->guest), 0);
    uv_read_start((uv_stream_t *)&n->guest, on_alloc, on_octets);
}

/* The same port for UDP and TCP; 0 if TCP's is taken. */
static int try_port(struct nameserver *n, uv_loop_t *loop)
{
    struct sockaddr_in any;
    int len = sizeof(any);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &any), 0);
    assert_int_equal(uv_udp_init(loop, &n->udp), 0);
    assert_int_equal(uv_udp_bind(&n->udp, (void *)&any, 0), 0);
    assert_int_equal(uv_udp_getsockname(&n->udp, (void *)&any, &len), 0);
    assert_int_equal(uv_tcp_init(loop, &n->tcp), 0);
    n->udp.data = n->tcp.data = n;
    if (!uv_tcp_bind(&n->tcp, (void *)&any, 0) &&
        !uv_listen((uv_stream_t *)&n->tcp, 4, on_guest))
        return ntohs(any.sin_port);
    uv_close((uv_handle_t *)&n->udp, NULL);
    uv_close((uv_handle_t *)&n->tcp, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    return 0;
}

/* It does not keep the loop alive: what is asked has to. */
void nameserver_init(struct nameserver *n, uv_loop_t *loop,
                     const struct zone *zone)
{
    int port = 0;
    memset(n, 0, sizeof(*n));
    n->zone = zone;
    while (!port)
        port = try_port(n, loop);
    uv_udp_recv_start(&n->udp, on_alloc, on_packet);
    uv_unref((uv_handle_t *)&n->udp);
    uv_unref((uv_handle_t *)&n->tcp);
    snprintf(n->address, sizeof(n->address), "127.0.0.1:%d", port);
}

void nameserver_release(struct nameserver *n)
{
    for (size_t i = 0; i < n->held_count; i++)
        answer_udp(n, (struct sockaddr *)&n->held[i].client, n->held[i].answer);
    n->held_count = 0;
}

void nameserver_close(struct nameserver *n)
{
    for (size_t i = 0; i < n->held_count; i++)
        free(n->held[i].answer);
    n->held_count = 0;
    close_guest(n);
    uv_close((uv_handle_t *)&n->udp, NULL);
    uv_close((uv_handle_t *)&n->tcp, NULL);
}
