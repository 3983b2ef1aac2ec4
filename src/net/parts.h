/* net/parts.h - what the files of this layer share; nobody else includes it.
 *
 * A connection is a socket watched by one uv_poll_t. libuv's own streams
 * write with writev(2), which raises SIGPIPE; MSG_NOSIGNAL does not, and a
 * library must not touch the process's signals to prevent it (C11). */
#ifndef NET_PARTS_H
#define NET_PARTS_H

#include "base/buf.h"
#include "net/conn.h"
#include "net/race.h"
#include "net/shared.h"

enum {
    PH__NET_SLICES = 64,      /* gathered by one write */
    PH__NET_KEEP = 64 * 1024, /* octets of the caller's that are copied */
    PH__NET_RECORDS = PH__NET_KEEP / PH__NET_RECORD + 2,
    /* Those encrypted, and what TLS says by itself. */
    PH__NET_OUT_MAX = 2 * PH__NET_KEEP,
    PH__NET_WHERE = 264 /* a host name, "unix:/path" or "[address]:port" */
};

enum ph__conn_phase {
    PH__CONN_NEW,
    PH__CONN_DIALLING, /* names, and the race */
    PH__CONN_PROXY,    /* the socket leads to a proxy */
    PH__CONN_OPEN,
    PH__CONN_DEAD
};

/* A failure found where `failed` must not run: told when the timer fires. */
struct ph__conn_doom {
    enum ph_code code; /* PH_OK: none */
    enum ph_stage stage;
    const char *what; /* static */
};

/* Octets of the caller's as one record in `out`, which ends at `end`. */
struct ph__conn_record {
    size_t end;
    size_t octets;
};

/* What only dialling needs. */
struct ph__dial {
    struct ph__race *race;
    struct ph__dns_query *v6, *v4; /* under way, or NULL */
    bool resolves;                 /* holds the resolver */
    bool found;                    /* an address, at least */
    enum ph__dns_status status;    /* the answer that says most, if not */
    enum ph__family family;
    char host[PH__DNS_NAME]; /* a name that is dialled, to remember; or "" */
    uint16_t port;
    struct ph__talk *talk;      /* with a proxy, or NULL */
    char behind[PH__NET_WHERE]; /* the proxy: "host:port" */
};

struct ph__conn {
    struct ph__net *net;
    const struct ph__conn_events *events;
    void *user;
    void (*closed)(void *user);
    void *closed_user;

    uv_timer_t timer;
    uv_poll_t poll; /* exists while fd >= 0, and until it has closed */
    int fd;
    unsigned handles; /* that libuv still knows */
    enum ph__conn_phase phase;
    bool idle;
    bool closing;
    uint64_t deadline; /* UINT64_MAX: none */
    uint64_t timer_at; /* when the timer fires; UINT64_MAX: it does not */
    struct ph__conn_doom doom;

    struct ph__dial *dial; /* until it is open */
    bool was_open;
    char where[PH__NET_WHERE];

    struct ph__tls *tls;
    struct ph__buf out; /* what the kernel did not take yet */
    size_t out_sent;    /* of it, the kernel's by now */
    size_t kept;        /* octets of the caller's in it, not yet told as sent */
    struct ph__conn_record records[PH__NET_RECORDS]; /* with TLS, those kept */
    size_t record_count;
};

/* May events still be told? Ask after each one: anything may happen in it. */
static inline bool ph__conn_alive(const struct ph__conn *c)
{
    return c->phase == PH__CONN_OPEN && !c->closing;
}

/* conn.c */
void ph__conn_fail(struct ph__conn *c, enum ph_code code, enum ph_stage stage,
                   const char *what);
void ph__conn_doom(struct ph__conn *c, enum ph_code code, enum ph_stage stage,
                   const char *what);
/* No event any more, and no failure told: the caller got an error code. */
void ph__conn_die(struct ph__conn *c);

/* One of the handles is gone. */
void ph__conn_release(struct ph__conn *c);
/* The server is reached. */
void ph__conn_opened(struct ph__conn *c);

/* watch.c: the socket and its poll handle. */
int ph__conn_watch(struct ph__conn *c, int fd); /* 0 or libuv's error */
void ph__conn_unwatch(struct ph__conn *c);
/* Octets, and room if `out` has some. */
void ph__conn_await(struct ph__conn *c);

/* dial.c: stop looking for addresses, and for proxies. */
void ph__conn_hang_up(struct ph__conn *c);

/* through.c: `where` is the proxy. */
void ph__conn_say_to_proxy(struct ph__conn *c, const char *where);
void ph__conn_proxy_ready(struct ph__conn *c, int status, int ready);

/* stream.c */
void ph__conn_receive(struct ph__conn *c, const char *data, size_t len);
void ph__conn_read(struct ph__conn *c, size_t times);
void ph__conn_read_rest(struct ph__conn *c);
/* What the kernel takes of it now, or -1: lost, which will be told. */
ssize_t ph__conn_offer(struct ph__conn *c, const char *data, size_t len);
/* Octets as they are. PH_OK (also when the connection is lost: that will be
 * told), PH_E_NOMEM, PH_E_LIMIT. */
int ph__conn_push(struct ph__conn *c, const char *data, size_t len);
bool ph__conn_drain(struct ph__conn *c); /* `out`; true when it is empty */
void ph__conn_flush(struct ph__conn *c); /* the same, and tells */
void ph__conn_lost(struct ph__conn *c, int error); /* errno, 0 = end of file */

/* secure.c */
void ph__conn_decrypt(struct ph__conn *c, const char *data, size_t len);
ptrdiff_t ph__conn_encrypt(struct ph__conn *c, const struct ph_slice *slices,
                           size_t count);
void ph__conn_say_goodbye(struct ph__conn *c);

#endif
