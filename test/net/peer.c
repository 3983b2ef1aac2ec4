#include "net/peer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SMALL = 4096,  /* a socket's buffer, and one read */
    OUT = 1 << 20, /* answers not yet on their way */
    LINE = 4096,   /* a command */
    AMID = 10000   /* octets of content, then a reset */
};

enum mode { COMMANDS, DATA, CHUNK };

struct guest {
    uv_tcp_t tcp;
    uv_write_t write;
    struct peer *peer;
    enum mode mode;
    char line[LINE];
    size_t len;
    char in[SMALL];
    char out[OUT];
    size_t out_len;
    size_t to[PEER_NAMES];
    size_t to_count;
    size_t messages;
    uint64_t chunk_left;
    bool last;
    unsigned matched; /* octets of CR LF . CR LF */
    bool leaving;
};

static void say(struct guest *g, const char *text)
{
    size_t len = strlen(text);
    assert(g->out_len + len < OUT);
    memcpy(g->out + g->out_len, text, len);
    g->out_len += len;
}

/* ---- a message is in ---- */

static void take(struct guest *g)
{
    struct peer *p = g->peer;
    p->messages++;
    g->messages++;
    for (size_t i = 0; i < g->to_count; i++)
        p->received[g->to[i]]++;
    g->to_count = 0;
    g->mode = COMMANDS;
    say(g, "250 2.0.0 taken\r\n");
    if (g->messages % p->visit || p->end == PEER_STAYS || p->end == PEER_RESETS)
        return;
    if (p->end == PEER_SAYS_421)
        say(g, "421 4.7.0 enough for one visit\r\n");
    g->leaving = true;
}

static bool resets(const struct guest *g)
{
    return g->peer->end == PEER_RESETS && g->mode == DATA &&
           g->messages % g->peer->visit == g->peer->visit - 1 &&
           g->peer->size_got > AMID;
}

/* RFC 5321 4.5.2 backwards: a dot that begins a line does not count. */
static void hear_data(struct guest *g, char c)
{
    static const char end[] = "\r\n.\r\n";
    bool stuffed = g->matched == 2 && c == '.';
    g->peer->size_got += !stuffed;
    g->matched = c == end[g->matched] ? g->matched + 1 : c == '\r' ? 1 : 0;
    if (g->matched < 5)
        return;
    g->peer->size_got -= 2; /* behind the dot */
    take(g);
}

static void hear_chunk(struct guest *g)
{
    g->peer->size_got++;
    if (--g->chunk_left)
        return;
    g->mode = COMMANDS;
    if (g->last)
        take(g);
    else
        say(g, "250 2.0.0 more\r\n");
}

/* ---- commands ---- */

static bool begins(const char *line, const char *verb)
{
    return !strncmp(line, verb, strlen(verb));
}

static void hear_rcpt(struct guest *g)
{
    size_t max = g->peer->recipients_max;
    size_t n = strtoul(g->line + strlen("RCPT TO:<r"), NULL, 10);
    assert(n < PEER_NAMES);
    if (max && g->to_count == max) {
        say(g, "452 4.5.3 too many\r\n");
        return;
    }
    g->to[g->to_count++] = n;
    for (size_t i = 0; i < g->peer->reply_octets; i += 64)
        say(g,
            "250-2.1.5 this is said at some length, as some servers do it\r\n");
    say(g, "250 2.1.5 ok\r\n");
}

static void hear_mail(struct guest *g)
{
    const char *size = strstr(g->line, " SIZE=");
    g->peer->transactions++;
    g->peer->size_said = size ? strtoull(size + 6, NULL, 10) : 0;
    g->peer->size_got = 0;
    g->to_count = 0;
    say(g, "250 2.1.0 ok\r\n");
}

static void hear_bdat(struct guest *g)
{
    char *rest;
    g->chunk_left = strtoull(g->line + 5, &rest, 10);
    g->last = strstr(rest, "LAST");
    g->mode = CHUNK;
    if (!g->chunk_left) {
        g->chunk_left = 1;
        g->peer->size_got--;
        hear_chunk(g);
    }
}

static void hear_command(struct guest *g)
{
    if (begins(g->line, "EHLO")) {
        say(g, "250-peer\r\n");
        say(g, g->peer->extensions);
    } else if (begins(g->line, "MAIL")) {
        hear_mail(g);
    } else if (begins(g->line, "RCPT")) {
        hear_rcpt(g);
    } else if (begins(g->line, "DATA")) {
        g->mode = g->to_count ? DATA : COMMANDS;
        g->matched = 2;
        say(g, g->to_count ? "354 go\r\n" : "503 5.5.1 for whom?\r\n");
    } else if (begins(g->line, "BDAT")) {
        hear_bdat(g);
    } else {
        g->leaving = begins(g->line, "QUIT");
        say(g, g->leaving ? "221 bye\r\n" : "250 ok\r\n");
    }
}

static void hear_line(struct guest *g, char c)
{
    assert(g->len < LINE - 1);
    g->line[g->len++] = c;
    if (c != '\n')
        return;
    g->line[g->len] = '\0';
    g->len = 0;
    hear_command(g);
}

static void hear(struct guest *g, char c)
{
    switch (g->mode) {
    case COMMANDS:
        hear_line(g, c);
        return;
    case DATA:
        hear_data(g, c);
        return;
    case CHUNK:
        hear_chunk(g);
        return;
    }
}

/* ---- the wire ---- */

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct guest *g = handle->data;
    (void)size;
    *buf = uv_buf_init(g->in, SMALL);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void on_written(uv_write_t *req, int status)
{
    struct guest *g = req->data;
    g->out_len = 0;
    if (uv_is_closing((uv_handle_t *)&g->tcp))
        return;
    if (g->leaving || status)
        uv_close((uv_handle_t *)&g->tcp, NULL);
    else
        uv_read_start((uv_stream_t *)&g->tcp, on_alloc, on_read);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct guest *g = stream->data;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    for (ssize_t i = 0; i < n && !g->leaving && !resets(g); i++)
        hear(g, buf->base[i]);
    if (resets(g)) {
        uv_tcp_close_reset(&g->tcp, NULL);
        return;
    }
    if (!g->out_len)
        return;
    uv_read_stop(stream); /* first things first */
    uv_buf_t out = uv_buf_init(g->out, (unsigned)g->out_len);
    g->write.data = g;
    uv_write(&g->write, stream, &out, 1, on_written);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct peer *p = listener->data;
    struct guest *g = calloc(1, sizeof(*g));
    assert(g && !status && p->connections < PEER_GUESTS);
    p->guests[p->connections++] = g;
    g->peer = p;
    uv_tcp_init(listener->loop, &g->tcp);
    g->tcp.data = g;
    uv_accept(listener, (uv_stream_t *)&g->tcp);
    uv_send_buffer_size((uv_handle_t *)&g->tcp, &(int){SMALL});
    say(g, "220 peer\r\n");
    uv_buf_t out = uv_buf_init(g->out, (unsigned)g->out_len);
    g->write.data = g;
    uv_write(&g->write, (uv_stream_t *)&g->tcp, &out, 1, on_written);
}

void peer_open(struct peer *p, uv_loop_t *loop)
{
    struct sockaddr_in address;
    struct sockaddr_storage bound;
    int len = sizeof(bound);
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init_ex(loop, &p->listener, AF_INET);
    p->listener.data = p;
    uv_recv_buffer_size((uv_handle_t *)&p->listener, &(int){SMALL});
    int rc = uv_tcp_bind(&p->listener, (struct sockaddr *)&address, 0);
    if (!rc)
        rc = uv_listen((uv_stream_t *)&p->listener, 16, on_connection);
    assert(!rc);
    uv_tcp_getsockname(&p->listener, (struct sockaddr *)&bound, &len);
    p->port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
}

void peer_close(struct peer *p)
{
    uv_close((uv_handle_t *)&p->listener, NULL);
}

void peer_done(struct peer *p)
{
    for (size_t i = 0; i < p->connections; i++)
        free(p->guests[i]);
}
