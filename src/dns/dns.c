/* c-ares on a loop: a poll handle for each of its sockets, and one timer. Its
 * callbacks only note what they are told; callers hear of it when c-ares has
 * returned, so that they may do anything. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "dns/parts.h"

struct socket {
    struct ph__link link;
    uv_poll_t poll;
    struct ph__dns *dns;
    ares_socket_t fd;
};

static void go_on(struct ph__dns *d);

const char *ph__dns_words(enum ph__dns_status status)
{
    static const char *const words[] = {
#define X(name, text) [PH__DNS_##name] = (text),
        PH__DNS_STATUS_MAP(X)
#undef X
    };
    return words[status];
}

/* ---- closing ---- */

static void release(struct ph__dns *d)
{
    if (--d->handles || !d->closing)
        return;
    void (*closed)(void *user) = d->closed;
    void *user = d->closed_user;
    free(d);
    if (closed)
        closed(user);
}

static void on_timer_closed(uv_handle_t *handle)
{
    release(handle->data);
}

static void on_socket_closed(uv_handle_t *handle)
{
    struct socket *s = handle->data;
    struct ph__dns *d = s->dns;
    free(s);
    release(d);
}

/* ---- sockets of c-ares ---- */

static void on_ready(uv_poll_t *poll, int status, int events)
{
    const struct socket *s = poll->data;
    struct ph__dns *d = s->dns;
    bool readable = status < 0 || events & UV_READABLE;
    bool writable = status < 0 || events & UV_WRITABLE;
    ares_process_fd(d->channel, readable ? s->fd : ARES_SOCKET_BAD,
                    writable ? s->fd : ARES_SOCKET_BAD);
    go_on(d);
}

static struct socket *find_socket(struct ph__dns *d, ares_socket_t fd)
{
    struct ph__link *l = d->sockets.next;
    for (; l != &d->sockets; l = l->next) {
        struct socket *s = ph__of(l, struct socket, link);
        if (s->fd == fd)
            return s;
    }
    return NULL;
}

static struct socket *watch_socket(struct ph__dns *d, ares_socket_t fd)
{
    struct socket *s = calloc(1, sizeof(*s));
    if (!s || uv_poll_init_socket(d->loop, &s->poll, fd)) {
        free(s);
        return NULL;
    }
    s->poll.data = s;
    s->dns = d;
    s->fd = fd;
    d->handles++;
    ph__list_append(&d->sockets, &s->link);
    return s;
}

/* c-ares tells what it waits for; for neither, the socket is about to go. */
static void on_socket(void *user, ares_socket_t fd, int readable, int writable)
{
    struct ph__dns *d = user;
    int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
    struct socket *s = find_socket(d, fd);
    if (!s && events)
        s = watch_socket(d, fd);
    if (s && !events) {
        ph__list_remove(&s->link);
        uv_close((uv_handle_t *)&s->poll, on_socket_closed);
    } else if (events && (!s || uv_poll_start(&s->poll, events, on_ready))) {
        d->broken = true;
        ph__dns_tell_soon(d);
    }
}

/* ---- time, and what is to be told ---- */

static void on_timer(uv_timer_t *timer)
{
    struct ph__dns *d = timer->data;
    if (d->broken)
        ares_cancel(d->channel);
    else
        ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    d->broken = false;
    go_on(d);
}

void ph__dns_tell_soon(struct ph__dns *d)
{
    if (!d->closing)
        (void)uv_timer_start(&d->timer, on_timer, 0, 0);
}

/* The timer waits for what c-ares waits for. */
static void set_timer(struct ph__dns *d)
{
    struct timeval left;
    if (d->broken || !ph__list_empty(&d->done)) {
        ph__dns_tell_soon(d);
    } else if (ares_timeout(d->channel, NULL, &left)) {
        uint64_t ms = (uint64_t)left.tv_sec * 1000;
        ms += (uint64_t)left.tv_usec / 1000 + 1;
        (void)uv_timer_start(&d->timer, on_timer, ms, 0);
    } else {
        uv_timer_stop(&d->timer);
    }
}

static void tell(struct ph__dns *d)
{
    while (!d->closing && !ph__list_empty(&d->done)) {
        struct ph__dns_query *q =
            ph__of(d->done.next, struct ph__dns_query, link);
        ph__list_remove(&q->link);
        q->cb(q->user, &q->reading.answer);
        ph__dns_query_free(q);
    }
}

/* Is somebody waiting for c-ares? */
static bool is_awaited(const struct ph__dns *d)
{
    const struct ph__link *l = d->asked.next;
    for (; l != &d->asked; l = l->next)
        if (ph__of(l, struct ph__dns_query, link)->cb)
            return true;
    return false;
}

/* c-ares cannot forget one query, only all of them. */
static void forget_cancelled(struct ph__dns *d)
{
    if (!ph__list_empty(&d->asked) && !is_awaited(d))
        ares_cancel(d->channel);
}

/* After c-ares has run. */
static void go_on(struct ph__dns *d)
{
    tell(d);
    if (d->closing)
        return;
    forget_cancelled(d);
    set_timer(d);
}

/* ---- the calls ---- */

static bool is_loopback(const struct ares_addr_port_node *server)
{
    static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
    if (server->family == AF_INET)
        return ntohl(server->addr.addr4.s_addr) >> 24 == IN_LOOPBACKNET;
    return !memcmp(&server->addr.addr6, &loopback, sizeof(loopback));
}

static bool all_servers_are_ours(ares_channel channel)
{
    struct ares_addr_port_node *servers = NULL;
    if (ares_get_servers_ports(channel, &servers) || !servers)
        return false;
    bool ours = true;
    for (const struct ares_addr_port_node *s = servers; s; s = s->next)
        ours = ours && is_loopback(s);
    ares_free_data(servers);
    return ours;
}

static int code_of(int rc)
{
    switch (rc) {
    case ARES_SUCCESS:
        return PH_OK;
    case ARES_ENOMEM:
        return PH_E_NOMEM;
    case ARES_EBADSTR:
        return PH_E_INVALID;
    default:
        return PH_E_SYSTEM;
    }
}

/* ares_library_init() is for Windows: elsewhere there is nothing global. */
static int open_channel(struct ph__dns *d, const struct ph__dns_options *opts)
{
    struct ares_options o = {.flags = ARES_FLAG_EDNS,
                             .ednspsz = PH__DNS_UDP,
                             .timeout = (int)opts->timeout_ms,
                             .tries = (int)opts->tries,
                             .sock_state_cb = on_socket,
                             .sock_state_cb_data = d};
    int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB;
    int ignored;
    if (opts->timeout_ms)
        mask |= ARES_OPT_TIMEOUTMS;
    if (opts->tries)
        mask |= ARES_OPT_TRIES;
    int rc = ares_init_options(&d->channel, &o, mask);
    if (rc)
        return code_of(rc);
    if (opts->servers)
        rc = ares_set_servers_ports_csv(d->channel, opts->servers);
    if (!rc)
        rc = ares_save_options(d->channel, &d->saved, &ignored);
    if (rc) {
        ares_destroy_options(&d->saved);
        ares_destroy(d->channel);
    }
    return code_of(rc);
}

int ph__dns_new(struct ph__dns **out, uv_loop_t *loop,
                const struct ph__dns_options *options)
{
    static const struct ph__dns_options plain = {0};
    if (!options)
        options = &plain;
    struct ph__dns *d = calloc(1, sizeof(*d));
    if (!d)
        return PH_E_NOMEM;
    d->loop = loop;
    ph__list_init(&d->sockets);
    ph__list_init(&d->asked);
    ph__list_init(&d->done);
    int rc = open_channel(d, options);
    if (rc) {
        free(d);
        return rc;
    }
    d->trusted = options->trust || all_servers_are_ours(d->channel);
    uv_timer_init(loop, &d->timer);
    d->timer.data = d;
    d->handles = 1;
    *out = d;
    return PH_OK;
}

int ph__dns_ask(struct ph__dns_query **out, struct ph__dns *d,
                enum ph__dns_type type, const char *name, ph__dns_cb cb,
                void *user)
{
    struct ph__dns_query *q = calloc(1, sizeof(*q));
    if (!q)
        return PH_E_NOMEM;
    q->dns = d;
    q->type = type;
    q->cb = cb;
    q->user = user;
    ph__list_append(&d->asked, &q->link);
    /* One that does not fit is no name either. */
    size_t len = strlen(name);
    if (len < sizeof(q->name))
        memcpy(q->name, name, len);
    ph__dns_begin(q);
    set_timer(d);
    *out = q;
    return PH_OK;
}

void ph__dns_cancel(struct ph__dns_query *q)
{
    if (!q)
        return;
    struct ph__dns *d = q->dns;
    if (q->is_done)
        ph__dns_query_free(q);
    else
        q->cb = NULL; /* until c-ares forgets it */
    forget_cancelled(d);
    set_timer(d);
}

static void free_all(struct ph__link *queries)
{
    while (!ph__list_empty(queries))
        ph__dns_query_free(ph__of(queries->next, struct ph__dns_query, link));
}

void ph__dns_close(struct ph__dns *d, void (*closed)(void *user), void *user)
{
    d->closing = true;
    d->closed = closed;
    d->closed_user = user;
    struct ph__link *l = d->asked.next;
    for (; l != &d->asked; l = l->next)
        ph__of(l, struct ph__dns_query, link)->cb = NULL;
    ares_destroy(d->channel);
    free_all(&d->done);
    ares_destroy_options(&d->saved);
    uv_close((uv_handle_t *)&d->timer, on_timer_closed);
}
