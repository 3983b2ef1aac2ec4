/* From a target to an open connection: names, a race, perhaps a proxy. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/parts.h"

/* A failure before anything has begun: told from the loop. */
static void refuse(struct ph__conn *c, int code, const char *what)
{
    enum ph_stage stage =
        code == PH_E_RESOLVE ? PH_STAGE_RESOLVE : PH_STAGE_CONNECT;
    ph__conn_doom(c, code, stage, what);
}

/* ---- the race is over ---- */

static void on_won(void *user, int fd, const struct sockaddr *peer)
{
    struct ph__conn *c = user;
    struct ph__dial *d = c->dial;
    char where[PH__NET_WHERE];
    ph__race_name(where, sizeof(where), peer);
    if (*d->host)
        ph__net_remember(c->net, d->host, d->port, peer);
    int rc = ph__conn_watch(c, fd);
    if (rc) {
        close(fd);
        ph__conn_fail(c, PH_E_SYSTEM, PH_STAGE_CONNECT, uv_strerror(rc));
        return;
    }
    if (d->talk) {
        ph__conn_say_to_proxy(c, where);
        return;
    }
    memcpy(c->where, where, sizeof(where));
    ph__conn_opened(c);
}

static void on_lost(void *user, int error, const char *what)
{
    struct ph__conn *c = user;
    enum ph_code code = PH_E_CONNECT;
    if (error == UV_EMFILE || error == UV_ENFILE)
        code = PH_E_SYSTEM;
    if (error == UV_ENOMEM || error == UV_ENOBUFS)
        code = PH_E_NOMEM;
    char detail[PH__RACE_TEXT + sizeof("proxy ")];
    snprintf(detail, sizeof(detail), "%s%s", c->dial->talk ? "proxy " : "",
             what);
    ph__conn_die(c);
    c->events->failed(c->user, code, PH_STAGE_CONNECT, detail);
}

static const struct ph__race_events race_events = {.won = on_won,
                                                   .lost = on_lost};

/* ---- names ---- */

static enum ph_code code_of(enum ph__dns_status status)
{
    switch (status) {
    case PH__DNS_NO_NAME:
    case PH__DNS_NO_DATA:
    case PH__DNS_BAD_NAME:
        return PH_E_RESOLVE;
    case PH__DNS_NOMEM:
        return PH_E_NOMEM;
    case PH__DNS_FOUND:
    case PH__DNS_TROUBLE:
    case PH__DNS_TIMEOUT:
    case PH__DNS_GARBAGE:
        break;
    }
    return PH_E_CONNECT;
}

/* Of two bad answers: one that may be better another time says more than one
 * that will not, and a name that has no address in the other family exists. */
static enum ph__dns_status worse(enum ph__dns_status a, enum ph__dns_status b)
{
    enum ph_code code_a = code_of(a), code_b = code_of(b);
    if (code_a != code_b)
        return code_b == PH_E_RESOLVE || code_a == PH_E_NOMEM ? a : b;
    return b == PH__DNS_NO_DATA ? b : a;
}

static void fail_to_resolve(struct ph__conn *c, enum ph__dns_status status)
{
    enum ph_code code = code_of(status);
    /* Only the server's own name decides about its recipients. */
    if (c->dial->talk)
        ph__conn_fail(c, code == PH_E_RESOLVE ? PH_E_CONNECT : code,
                      PH_STAGE_CONNECT, ph__dns_words(status));
    else
        ph__conn_fail(c, code, PH_STAGE_RESOLVE, ph__dns_words(status));
}

/* `remembered` is set if the address that won the last time is among them. */
static int add_addresses(struct ph__conn *c, const struct ph__dns_answer *a,
                         bool v6, bool *remembered)
{
    struct ph__dial *d = c->dial;
    const struct sockaddr *last = ph__net_recall(c->net, d->host, d->port);
    int rc = PH_OK;
    *remembered = false;
    for (size_t i = 0; !rc && i < a->count; i++) {
        struct sockaddr_in in = {.sin_family = AF_INET,
                                 .sin_port = htons(d->port),
                                 .sin_addr = a->records[i].a};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                                   .sin6_port = htons(d->port),
                                   .sin6_addr = a->records[i].aaaa};
        const void *address = v6 ? (const void *)&in6 : (const void *)&in;
        socklen_t len = v6 ? sizeof(in6) : sizeof(in);
        bool first = last && !memcmp(last, address, len);
        *remembered = *remembered || first;
        rc = ph__race_add(d->race, address, len, first);
    }
    return rc;
}

/* RFC 8305 3: IPv6 starts at once, IPv4 when the other answer is there or does
 * not come soon. */
static void run(struct ph__conn *c, bool at_once, bool is_last)
{
    ph__race_go(c->dial->race, at_once ? 0 : c->net->resolution_ms);
    if (is_last)
        ph__race_no_more(c->dial->race);
}

static void answered(struct ph__conn *c, const struct ph__dns_answer *a,
                     bool v6)
{
    struct ph__dial *d = c->dial;
    bool is_last = !d->v4 && !d->v6;
    bool remembered;
    int rc = add_addresses(c, a, v6, &remembered);
    d->found = d->found || a->count;
    d->status =
        d->status == PH__DNS_FOUND ? a->status : worse(d->status, a->status);
    if (rc || a->status == PH__DNS_NOMEM)
        ph__conn_fail(c, PH_E_NOMEM, PH_STAGE_RESOLVE, ph_strerror(PH_E_NOMEM));
    else if (d->found)
        run(c, v6 || is_last || remembered, is_last);
    else if (is_last)
        fail_to_resolve(c, d->status);
}

static void on_aaaa(void *user, const struct ph__dns_answer *a)
{
    struct ph__conn *c = user;
    c->dial->v6 = NULL;
    answered(c, a, true);
}

static void on_a(void *user, const struct ph__dns_answer *a)
{
    struct ph__conn *c = user;
    c->dial->v4 = NULL;
    answered(c, a, false);
}

static void resolve(struct ph__conn *c, const char *host)
{
    struct ph__dial *d = c->dial;
    struct ph__dns *dns;
    int rc = ph__net_take_dns(&dns, c->net);
    if (rc) {
        refuse(c, rc, "the resolver cannot be set up");
        return;
    }
    d->resolves = true;
    if (d->family != PH__FAMILY_IPV4)
        rc = ph__dns_ask(&d->v6, dns, PH__DNS_AAAA, host, on_aaaa, c);
    if (!rc && d->family != PH__FAMILY_IPV6)
        rc = ph__dns_ask(&d->v4, dns, PH__DNS_A, host, on_a, c);
    if (!rc)
        return;
    ph__dns_cancel(d->v6);
    d->v6 = NULL;
    refuse(c, rc, ph_strerror(rc));
}

/* ---- where to ---- */

static void run_to(struct ph__conn *c, const void *address, socklen_t len)
{
    struct ph__race *r = c->dial->race;
    int rc = ph__race_add(r, address, len, false);
    if (rc) {
        refuse(c, rc, ph_strerror(rc));
        return;
    }
    ph__race_go(r, 0);
    ph__race_no_more(r);
}

static void dial_unix(struct ph__conn *c, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(c->where, sizeof(c->where), "unix:%s", path);
    size_t len = strlen(path);
    if (!len || len >= sizeof(address.sun_path)) {
        refuse(c, PH_E_CONNECT, uv_strerror(UV_ENAMETOOLONG));
        return;
    }
    memcpy(address.sun_path, path, len);
    run_to(c, &address, sizeof(address));
}

static void dial_host(struct ph__conn *c, const char *host, uint16_t port)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct ph__dial *d = c->dial;
    bool is_v4 = !uv_ip4_addr(host, port, &v4);
    bool is_v6 = !is_v4 && !uv_ip6_addr(host, port, &v6);
    d->port = port;
    snprintf(c->where, sizeof(c->where), "%s%s", d->talk ? "proxy " : "", host);
    if ((is_v4 && d->family == PH__FAMILY_IPV6) ||
        (is_v6 && d->family == PH__FAMILY_IPV4)) {
        refuse(c, PH_E_CONNECT, "an address of the family that is ruled out");
        return;
    }
    if (is_v4)
        run_to(c, &v4, sizeof(v4));
    else if (is_v6)
        run_to(c, &v6, sizeof(v6));
    else {
        if (strlen(host) < sizeof(d->host))
            snprintf(d->host, sizeof(d->host), "%s", host);
        resolve(c, host);
    }
}

/* Our end rules the other family out. False if it contradicts. */
static bool set_from(struct ph__dial *d, struct sockaddr_storage *from,
                     const struct ph__conn_target *target)
{
    d->family = target->family;
    if (!target->bind_address)
        return true;
    enum ph__family family = PH__FAMILY_IPV4;
    if (uv_ip4_addr(target->bind_address, 0, (struct sockaddr_in *)from)) {
        family = PH__FAMILY_IPV6;
        if (uv_ip6_addr(target->bind_address, 0, (struct sockaddr_in6 *)from))
            return false;
    }
    bool contradicts = target->family && target->family != family;
    d->family = family;
    return !contradicts;
}

/* All that a dial needs to have. */
static int prepare(struct ph__conn *c, const struct ph__conn_target *target,
                   const char **why)
{
    const struct ph__proxy *proxy = target->unix_path ? NULL : target->proxy;
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    struct ph__dial *d = c->dial = calloc(1, sizeof(*d));
    *why = NULL;
    if (!d)
        return PH_E_NOMEM;
    if (!target->unix_path && !set_from(d, &from, target)) {
        *why = "our own address is none, or of the family that is ruled out";
        return PH_E_INVALID;
    }
    bool any = from.ss_family == AF_UNSPEC;
    int rc = ph__race_new(&d->race, c->net->loop, c->net->attempt_ms,
                          any ? NULL : (const struct sockaddr *)&from,
                          &race_events, c);
    if (!rc && proxy && proxy->kind)
        rc = ph__talk_new(&d->talk, proxy, target->host, target->port, why);
    return rc;
}

static void dial_through(struct ph__conn *c,
                         const struct ph__conn_target *target)
{
    snprintf(c->dial->behind, sizeof(c->dial->behind), "%s:%u", target->host,
             (unsigned)target->port);
    dial_host(c, target->proxy->host, target->proxy->port);
}

void ph__conn_dial(struct ph__conn *c, const struct ph__conn_target *target)
{
    if (c->phase != PH__CONN_NEW || c->closing)
        return;
    c->phase = PH__CONN_DIALLING;
    const char *why;
    int rc = prepare(c, target, &why);
    if (rc) {
        snprintf(c->where, sizeof(c->where), "%s",
                 target->host ? target->host : target->unix_path);
        refuse(c, rc, why ? why : ph_strerror(rc));
    } else if (target->unix_path) {
        dial_unix(c, target->unix_path);
    } else if (c->dial->talk) {
        dial_through(c, target);
    } else {
        dial_host(c, target->host, target->port);
    }
}

/* ---- the end of it ---- */

static void on_part_closed(void *user)
{
    ph__conn_release(user);
}

void ph__conn_hang_up(struct ph__conn *c)
{
    struct ph__dial *d = c->dial;
    if (!d)
        return;
    c->dial = NULL;
    ph__dns_cancel(d->v6);
    ph__dns_cancel(d->v4);
    struct ph__dns *unused = d->resolves ? ph__net_drop_dns(c->net) : NULL;
    if (unused) {
        c->handles++;
        ph__dns_close(unused, on_part_closed, c);
    }
    if (d->race) {
        c->handles++;
        ph__race_close(d->race, on_part_closed, c);
    }
    ph__talk_free(d->talk);
    free(d);
}
