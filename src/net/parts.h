/* net/parts.h - what the files of this layer share; nobody else includes it.
 *
 * A connection is a socket watched by one uv_poll_t. libuv's own streams
 * write with writev(2), which raises SIGPIPE; MSG_NOSIGNAL does not, and a
 * library must not touch the process's signals to prevent it (C11). */
#ifndef NET_PARTS_H
#define NET_PARTS_H

#include "base/buf.h"
#include "net/conn.h"
#include "net/lookup.h"

enum {
    PH__NET_READ = 64 * 1024,
    PH__NET_RECORD = 16 * 1024, /* RFC 8446 5.1 */
    PH__NET_SLICES = 64,        /* gathered by one write */
    PH__NET_KEEP = 64 * 1024,   /* octets of the caller's that are copied */
    PH__NET_RECORDS = PH__NET_KEEP / PH__NET_RECORD + 2,
    /* Those encrypted, and what TLS says by itself. */
    PH__NET_OUT_MAX = 2 * PH__NET_KEEP,
    PH__NET_WHERE = 264 /* a host name, "unix:/path" or "[address]:port" */
};

struct ph__net {
    uv_loop_t *loop;
    struct ph__buf plain;       /* decrypted by the read under way */
    struct ph__buf cipher;      /* encrypted by the call under way */
    char stage[PH__NET_RECORD]; /* small slices, on their way to a record */
    char read[PH__NET_READ];
};

enum ph__conn_phase {
    PH__CONN_NEW,
    PH__CONN_DIALLING,
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

    struct ph__lookup *lookup;
    struct addrinfo *addresses; /* of the name, all of them */
    struct addrinfo *next;      /* not tried yet */
    unsigned tried;
    int dial_error; /* libuv's, of the address that failed last */
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

/* To be the last close callback of each handle. */
void ph__conn_handle_closed(uv_handle_t *handle);

/* watch.c: the socket and its poll handle. */
int ph__conn_watch(struct ph__conn *c, int fd); /* 0 or libuv's error */
void ph__conn_unwatch(struct ph__conn *c, uv_close_cb cb);
void ph__conn_await(
    struct ph__conn *c); /* octets, and room if `out` has some */

/* dial.c */
void ph__conn_dialled(struct ph__conn *c);
void ph__conn_hang_up(struct ph__conn *c); /* stop looking for addresses */

/* stream.c */
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
