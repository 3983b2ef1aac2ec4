#include "net/race.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/list.h"

struct runner {
    struct ph__link link; /* in one of the race's lists */
    struct ph__race *race;
    uv_poll_t poll;
    bool polled; /* libuv knows the handle */
    int fd;      /* -1: none */
    int error;   /* libuv's, of one that failed */
    bool first;
    socklen_t len;
    struct sockaddr_storage address;
};

struct ph__race {
    uv_loop_t *loop;
    const struct ph__race_events *events;
    void *user;
    void (*closed)(void *user);
    void *closed_user;
    uv_timer_t timer; /* until the start, then until the next attempt */
    unsigned delay_ms;
    unsigned handles; /* that libuv still knows */
    unsigned count;   /* of addresses */
    bool started, no_more, over, closing;
    int family; /* of the latest attempt */
    struct ph__link waiting, running, failed;
    struct sockaddr_storage from; /* family AF_UNSPEC: any */
};

static void start_next(struct ph__race *r);

void ph__race_name(char *out, size_t size, const struct sockaddr *address)
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        uv_ip4_name(in, host, sizeof(host));
        snprintf(out, size, "%s:%u", host, (unsigned)ntohs(in->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)address;
        uv_ip6_name(in, host, sizeof(host));
        snprintf(out, size, "[%s]:%u", host, (unsigned)ntohs(in->sin6_port));
    } else {
        const struct sockaddr_un *un = (const void *)address;
        snprintf(out, size, "unix:%s", un->sun_path);
    }
}

/* ---- the end ---- */

static void release(struct ph__race *r)
{
    if (--r->handles)
        return;
    void (*closed)(void *user) = r->closed;
    void *user = r->closed_user;
    free(r);
    closed(user);
}

static void on_runner_closed(uv_handle_t *handle)
{
    struct runner *n = handle->data;
    struct ph__race *r = n->race;
    n->polled = false;
    if (r->closing)
        free(n);
    release(r);
}

static void on_timer_closed(uv_handle_t *handle)
{
    release(handle->data);
}

/* Gives up its socket and its handle. */
static void stop(struct runner *n)
{
    if (n->polled && !uv_is_closing((uv_handle_t *)&n->poll))
        uv_close((uv_handle_t *)&n->poll, on_runner_closed);
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
}

static void discard(struct ph__link *runners)
{
    while (!ph__list_empty(runners)) {
        struct runner *n = ph__of(runners->next, struct runner, link);
        ph__list_remove(&n->link);
        stop(n);
        if (!n->polled)
            free(n);
    }
}

void ph__race_close(struct ph__race *r, void (*closed)(void *user), void *user)
{
    r->closing = true;
    r->closed = closed;
    r->closed_user = user;
    discard(&r->waiting);
    discard(&r->running);
    discard(&r->failed);
    uv_close((uv_handle_t *)&r->timer, on_timer_closed);
}

/* ---- who failed, and why ---- */

/* The more of the way an attempt made, the more its error says; but what we
 * lack ourselves comes before all. */
static int rank(int error)
{
    switch (error) {
    case UV_EMFILE:
    case UV_ENFILE:
    case UV_ENOMEM:
    case UV_ENOBUFS:
        return 5;
    case UV_ECONNREFUSED:
    case UV_ECONNRESET:
        return 4;
    case UV_ETIMEDOUT:
        return 3;
    case UV_EHOSTUNREACH:
    case UV_EACCES:
    case UV_EPERM:
        return 2;
    case UV_ENETUNREACH:
    case UV_EAFNOSUPPORT:
        return 0;
    default:
        return 1;
    }
}

/* Of equal ones the one tried first. */
static struct runner *most_telling(const struct ph__race *r)
{
    struct runner *best = NULL;
    for (struct ph__link *l = r->failed.next; l != &r->failed; l = l->next) {
        struct runner *n = ph__of(l, struct runner, link);
        if (!best || rank(n->error) > rank(best->error))
            best = n;
    }
    return best;
}

/* What was tried, in words. */
struct account {
    char text[PH__RACE_TEXT];
    size_t used;
    unsigned told;
};

/* "ADDRESS: ERROR", if it fits and leaves room for the last words. */
static bool add_failure(struct account *a, const char *before,
                        const struct runner *n)
{
    enum { LAST = sizeof(", and 32 more)") };
    char name[sizeof(struct sockaddr_un) + sizeof("unix:")];
    char one[sizeof(name) + 128];
    ph__race_name(name, sizeof(name), (const void *)&n->address);
    snprintf(one, sizeof(one), "%s%s: %s", before, name, uv_strerror(n->error));
    size_t len = strlen(one);
    if (a->used + len > sizeof(a->text) - LAST)
        return false;
    memcpy(a->text + a->used, one, len + 1);
    a->used += len;
    a->told++;
    return true;
}

static void report(struct ph__race *r)
{
    struct account a = {.used = 0};
    struct runner *best = most_telling(r);
    bool fits = add_failure(&a, "", best);
    struct ph__link *l = r->failed.next;
    for (; fits && l != &r->failed; l = l->next) {
        struct runner *n = ph__of(l, struct runner, link);
        if (n != best)
            fits = add_failure(&a, a.told == 1 ? " (also tried: " : ", ", n);
    }
    size_t room = sizeof(a.text) - a.used;
    if (a.told < r->count)
        snprintf(a.text + a.used, room, ", and %u more)", r->count - a.told);
    else if (r->count > 1)
        snprintf(a.text + a.used, room, ")");
    r->events->lost(r->user, best->error, a.text);
}

/* ---- attempts ---- */

static void on_timer(uv_timer_t *timer)
{
    struct ph__race *r = timer->data;
    r->started = true;
    if (r->over)
        report(r);
    else
        start_next(r);
}

static void set_timer(struct ph__race *r, unsigned ms)
{
    (void)uv_timer_start(&r->timer, on_timer, ms, 0);
}

static void fail(struct runner *n, int error)
{
    n->error = error;
    stop(n);
    ph__list_remove(&n->link);
    ph__list_append(&n->race->failed, &n->link);
}

static void win(struct runner *n)
{
    struct ph__race *r = n->race;
    int fd = n->fd;
    n->fd = -1; /* the caller's */
    stop(n);
    ph__list_remove(&n->link);
    ph__list_append(&r->failed, &n->link); /* where it is freed from */
    discard(&r->running);
    discard(&r->waiting);
    uv_timer_stop(&r->timer);
    r->over = true;
    r->events->won(r->user, fd, (const void *)&n->address);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct runner *n = poll->data;
    struct ph__race *r = n->race;
    int error = 0;
    char octet;
    socklen_t len = sizeof(error);
    if (getsockopt(n->fd, SOL_SOCKET, SO_ERROR, &error, &len))
        error = errno;
    error = error ? uv_translate_sys_error(error) : status;
    /* It may have been open and reset since: last words make it open. */
    if (error && recv(n->fd, &octet, 1, MSG_PEEK) != 1) {
        fail(n, error);
        start_next(r);
        return;
    }
    win(n);
}

static int set_up(const struct ph__race *r, int fd, int family)
{
    int on = 1;
    if (family != AF_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (r->from.ss_family == AF_UNSPEC || family == AF_UNIX)
        return 0;
    /* The port is chosen when both ends are known: more of them will do. */
    (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    socklen_t len = r->from.ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                                 : sizeof(struct sockaddr_in6);
    return bind(fd, (const struct sockaddr *)&r->from, len) ? errno : 0;
}

/* 0 when connect(2) is under way or done, else libuv's error. */
static int begin(struct runner *n)
{
    const struct ph__race *r = n->race;
    n->fd = socket(n->address.ss_family,
                   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (n->fd < 0)
        return uv_translate_sys_error(errno);
    int error = set_up(r, n->fd, n->address.ss_family);
    if (!error && connect(n->fd, (const struct sockaddr *)&n->address, n->len))
        error = errno;
    /* Interrupted or not, it goes on by itself. */
    if (error && error != EINPROGRESS && error != EINTR)
        return uv_translate_sys_error(error);
    return 0;
}

static int watch(struct runner *n)
{
    struct ph__race *r = n->race;
    int rc = uv_poll_init_socket(r->loop, &n->poll, n->fd);
    if (rc)
        return rc;
    n->poll.data = n;
    n->polled = true;
    r->handles++;
    return uv_poll_start(&n->poll, UV_WRITABLE, on_ready);
}

/* The family that was not tried last; IPv6 before anything was (AF_UNSPEC). */
static struct runner *choose(const struct ph__race *r)
{
    struct runner *best = NULL;
    int wanted = r->family == AF_INET6 ? AF_INET : AF_INET6;
    for (struct ph__link *l = r->waiting.next; l != &r->waiting; l = l->next) {
        struct runner *n = ph__of(l, struct runner, link);
        if (n->first)
            return n;
        bool better = best && best->address.ss_family != wanted &&
                      n->address.ss_family == wanted;
        if (!best || better)
            best = n;
    }
    return best;
}

/* The next address that connect(2) does not refuse at once. */
static void start_next(struct ph__race *r)
{
    struct runner *n;
    while ((n = choose(r))) {
        r->family = n->address.ss_family;
        int error = begin(n);
        if (!error)
            error = watch(n);
        if (!error) {
            ph__list_remove(&n->link);
            ph__list_append(&r->running, &n->link);
            set_timer(r, r->delay_ms);
            return;
        }
        fail(n, error);
    }
    if (!ph__list_empty(&r->running))
        return;
    uv_timer_stop(&r->timer); /* the next one need not wait for anybody */
    r->over = r->no_more;
    if (r->over)
        set_timer(r, 0); /* told from the loop */
}

/* ---- the calls ---- */

int ph__race_new(struct ph__race **out, uv_loop_t *loop, unsigned delay_ms,
                 const struct sockaddr *from,
                 const struct ph__race_events *events, void *user)
{
    struct ph__race *r = calloc(1, sizeof(*r));
    if (!r)
        return PH_E_NOMEM;
    r->loop = loop;
    r->delay_ms = delay_ms;
    r->events = events;
    r->user = user;
    if (from)
        memcpy(&r->from, from,
               from->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                          : sizeof(struct sockaddr_in6));
    ph__list_init(&r->waiting);
    ph__list_init(&r->running);
    ph__list_init(&r->failed);
    uv_timer_init(loop, &r->timer);
    r->timer.data = r;
    r->handles = 1;
    *out = r;
    return PH_OK;
}

static bool is_among(const struct ph__link *runners,
                     const struct sockaddr *address, socklen_t len)
{
    const struct ph__link *l = runners->next;
    for (; l != runners; l = l->next) {
        const struct runner *n = ph__of(l, struct runner, link);
        if (n->len == len && !memcmp(&n->address, address, len))
            return true;
    }
    return false;
}

int ph__race_add(struct ph__race *r, const struct sockaddr *address,
                 socklen_t len, bool first)
{
    if (r->over || r->count == PH__RACE_ADDRESSES ||
        len > sizeof(struct sockaddr_storage) ||
        is_among(&r->waiting, address, len) ||
        is_among(&r->running, address, len) ||
        is_among(&r->failed, address, len))
        return PH_OK;
    struct runner *n = calloc(1, sizeof(*n));
    if (!n)
        return PH_E_NOMEM;
    n->race = r;
    n->fd = -1;
    n->first = first;
    n->len = len;
    memcpy(&n->address, address, len);
    ph__list_append(&r->waiting, &n->link);
    r->count++;
    return PH_OK;
}

void ph__race_go(struct ph__race *r, unsigned delay_ms)
{
    bool runs = r->started && uv_is_active((uv_handle_t *)&r->timer);
    if (r->over || runs)
        return;
    r->started = r->started || !delay_ms;
    if (r->started)
        start_next(r);
    else if (!uv_is_active((uv_handle_t *)&r->timer))
        set_timer(r, delay_ms);
}

void ph__race_no_more(struct ph__race *r)
{
    r->no_more = true;
    bool idle = ph__list_empty(&r->waiting) && ph__list_empty(&r->running);
    if (!r->over && idle && r->count)
        start_next(r);
}
