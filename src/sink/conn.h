/* sink/conn.h - one accepted connection: the session put on a socket. */
#ifndef SINK_CONN_H
#define SINK_CONN_H

#include "base/list.h"
#include "sink/late.h"
#include "sink/session.h"
#include "tls/tls.h"

enum {
    PH__SINK_READ_BYTES = 65536,
    PH__SINK_LINGER_MS = 2000, /* for the peer to see our last words */
    PH__SINK_TICK_MS = 1000
};

union ph__sink_handle {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

/* What a sink is to its connections. One connection at a time reads, so that
 * they share the memory for it. */
struct ph__sink {
    uv_loop_t *loop;
    struct ph__sink_options opts;
    struct ph__sink_host host;
    struct ph__tls_context *tls;
    struct ph__sink_counts counts;

    union ph__sink_handle listener;
    bool starved;   /* of memory: somebody waits to be accepted */
    bool listening; /* the handle is initialised and not closing */
    bool is_unix;
    uint16_t port;
    struct ph__buf name;
    uv_timer_t tick;
    size_t handles; /* of ours, not yet closed */

    struct ph__link connections;
    struct ph__link idle;    /* in the order of their last octets */
    struct ph__link leaving; /* in the order of their last words */
    struct ph__link slow;    /* owe an octet every tick */
    size_t delivered;        /* connections that brought a message */
    uint64_t plays;          /* of the script, ended */
    struct ph__buf plain;    /* decrypted, while it is being read */

    bool done; /* opts.done was called */
    bool closing;
    void (*closed)(void *user);
    void *closed_user;
    char input[PH__SINK_READ_BYTES];
};

enum ph__sink_phase {
    PH__SINK_TALKING,
    PH__SINK_MUTE,    /* stalled: reads, says nothing */
    PH__SINK_GUSHING, /* an endless reply */
    PH__SINK_LEAVING, /* has said its last words */
    PH__SINK_CLOSING
};

struct ph__sink_conn {
    struct ph__sink *sink;
    struct ph__sink_session session;
    enum ph__sink_phase phase;
    union ph__sink_handle socket;
    uv_timer_t timer; /* for what is late */
    size_t handles;   /* of these two, not yet closed */
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct ph__link all; /* in sink->connections */
    struct ph__link due; /* in idle, leaving or slow, or in none */
    uint64_t since_ms;   /* in idle and leaving */

    struct ph__sink_late late;
    struct ph__tls *tls;
    struct ph__buf wire;   /* encrypted, not yet written */
    struct ph__buf flying; /* libuv's until on_written() */
    size_t gushed;
    bool paused; /* does not read: too many replies wait */
    bool ended;  /* the peer will send nothing more */
    bool delivered;
    char peer[64];
    char tls_version[16];
    char tls_cipher[64];
};

/* Takes what the listener has. PH_E_NOMEM: it still waits there; other failures
 * are the peer's alone. */
int ph__sink_conn_accept(struct ph__sink *sink);
void ph__sink_conn_close(struct ph__sink_conn *c);
/* Says 421, unless a transaction is open. */
void ph__sink_conn_drain(struct ph__sink_conn *c);
void ph__sink_conn_expire(struct ph__sink_conn *c);
/* Another octet of a slow reply. */
void ph__sink_conn_drip(struct ph__sink_conn *c);

/* ---- sink.c: told by the connections ---- */

void ph__sink_opened(struct ph__sink *sink, struct ph__sink_conn *c);
/* The handle is closed and `c` about to be freed. */
void ph__sink_closed(struct ph__sink *sink, struct ph__sink_conn *c);
int ph__sink_deliver(void *conn, struct ph__sink_message *message);
void ph__sink_concluded(void *conn, const char *dialogue);
void ph__sink_played(void *conn, struct ph__sink_difference *difference);

/* ---- listen.c ---- */

/* Binds and listens, and learns name and port. */
int ph__sink_listen(struct ph__sink *sink, uv_connection_cb cb,
                    struct ph__buf *why);

#endif
