#include "net/web.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/wrap.h"
#include "certs.h"
#include "tls/tls.h"

enum { READ = 4096, WIRE = 1 << 20 };

struct guest {
    struct ph__link link;
    uv_tcp_t tcp;
    struct web *web;
    struct ph__tls *tls; /* or NULL */
    struct ph__buf plain, wire;
    bool asked;
    bool leaving; /* once all is written */
    char in[READ];
};

/* Octets on their way. */
struct flight {
    uv_write_t write;
    struct ph__buf data;
};

static void on_closed(uv_handle_t *handle)
{
    struct guest *g = handle->data;
    ph__tls_free(g->tls);
    ph__buf_done(&g->plain);
    ph__buf_done(&g->wire);
    free(g);
}

static void leave(struct guest *g)
{
    if (uv_is_closing((uv_handle_t *)&g->tcp))
        return;
    ph__list_remove(&g->link);
    uv_close((uv_handle_t *)&g->tcp, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
    struct flight *f = ph__of(write, struct flight, write);
    struct guest *g = write->handle->data;
    if (g->leaving || status < 0)
        leave(g);
    ph__buf_done(&f->data);
    free(f);
}

static void flush(struct guest *g)
{
    if (!g->wire.len)
        return;
    struct flight *f = calloc(1, sizeof(*f));
    assert(f);
    f->data = g->wire;
    g->wire = PH__BUF(WIRE);
    uv_buf_t buf = uv_buf_init(f->data.data, (unsigned)f->data.len);
    int rc = uv_write(&f->write, (uv_stream_t *)&g->tcp, &buf, 1, on_written);
    assert(!rc);
    (void)rc;
}

static void say(struct guest *g, const char *text)
{
    int rc = g->tls ? ph__tls_send(g->tls, text, strlen(text), &g->wire)
                    : ph__buf_add_text(&g->wire, text);
    assert(!rc);
    (void)rc;
}

static void answer(struct guest *g)
{
    const struct web *w = g->web;
    if (!w->answer)
        return;
    say(g, w->answer);
    for (size_t i = 0; i < w->more; i++)
        say(g, "mx: a-host-with-a-name-of-some-length.mail.example.test       "
               "\r\n");
    if (w->end == WEB_ENDS && g->tls)
        ph__tls_close(g->tls, &g->wire);
    g->leaving = w->end != WEB_STAYS;
}

static void hear(struct guest *g)
{
    struct web *w = g->web;
    if (w->tls && !strstr(ph__buf_text(&g->plain), "\r\n\r\n"))
        return; /* in clear: what comes is no request */
    w->connections += !g->asked;
    g->asked = true;
    w->requests++;
    snprintf(w->request, sizeof(w->request), "%s", g->plain.data);
    ph__buf_clear(&g->plain);
    answer(g);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct guest *g = handle->data;
    (void)size;
    *buf = uv_buf_init(g->in, READ);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct guest *g = stream->data;
    if (n <= 0) {
        if (n < 0)
            leave(g);
        return;
    }
    wrap_pause(true);
    int rc = g->tls ? ph__tls_receive(g->tls, buf->base, (size_t)n, &g->plain,
                                      &g->wire)
                    : ph__buf_add(&g->plain, buf->base, (size_t)n);
    if (!rc && !g->leaving)
        hear(g);
    flush(g);
    wrap_pause(false);
    if (rc)
        leave(g);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct web *w = listener->data;
    wrap_pause(true);
    struct guest *g = calloc(1, sizeof(*g));
    assert(g && !status);
    (void)status;
    g->web = w;
    g->plain = g->wire = PH__BUF(WIRE);
    g->tcp.data = g;
    ph__list_append(&w->guests, &g->link);
    int rc = uv_tcp_init(w->loop, &g->tcp);
    if (!rc)
        rc = uv_accept(listener, (uv_stream_t *)&g->tcp);
    if (!rc && w->tls)
        rc = ph__tls_new(&g->tls, w->tls, NULL);
    if (!rc && w->tls)
        rc = ph__tls_start(g->tls, &g->wire);
    if (!rc)
        rc = uv_read_start((uv_stream_t *)&g->tcp, on_alloc, on_read);
    assert(!rc);
    wrap_pause(false);
}

static void open_tls(struct web *w)
{
    char cert[1024], key[1024];
    struct ph__buf why = PH__BUF(1000);
    snprintf(cert, sizeof(cert), CERTS "%s.pem", w->cert);
    snprintf(key, sizeof(key), CERTS "%s.key", w->cert);
    struct ph__tls_options options = {
        .server = true, .cert_file = cert, .key_file = key};
    int rc = ph__tls_context_new(&w->tls, &options, &why);
    assert(!rc);
    (void)rc;
    ph__buf_done(&why);
}

void web_open(struct web *w, uv_loop_t *loop)
{
    struct sockaddr_in address;
    int len = sizeof(address);
    wrap_pause(true);
    w->loop = loop;
    w->listener.data = w;
    ph__list_init(&w->guests);
    if (w->cert)
        open_tls(w);
    int rc = uv_ip4_addr("127.0.0.1", 0, &address);
    if (!rc)
        rc = uv_tcp_init(loop, &w->listener);
    if (!rc)
        rc = uv_tcp_bind(&w->listener, (struct sockaddr *)&address, 0);
    if (!rc)
        rc = uv_listen((uv_stream_t *)&w->listener, 16, on_connection);
    if (!rc)
        rc =
            uv_tcp_getsockname(&w->listener, (struct sockaddr *)&address, &len);
    assert(!rc);
    w->port = ntohs(address.sin_port);
    wrap_pause(false);
}

void web_close(struct web *w)
{
    while (!ph__list_empty(&w->guests))
        leave(ph__of(w->guests.next, struct guest, link));
    uv_close((uv_handle_t *)&w->listener, NULL);
    ph__tls_context_free(w->tls);
    w->tls = NULL;
}
