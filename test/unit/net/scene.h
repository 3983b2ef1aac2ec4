/* A connection and a server for it, on one loop that only the test runs. */
#ifndef TEST_NET_SCENE_H
#define TEST_NET_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certs.h"
#include "net/conn.h"
#include "tls/tls.h"

enum { PLENTY = 64 * 1024 * 1024 };

struct scene;

/* What the server does; all may be NULL. */
struct script {
    void (*accepted)(struct scene *s);
    void (*received)(struct scene *s, const char *data, size_t len);
};

struct server {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } listener, guest;
    const struct script *script;
    bool has_guest;
    bool stays; /* listens on when a guest has come, for the next one */
    bool ended; /* the guest closed its side, or the connection broke */
    int status; /* libuv's, of the guest's end */
    struct ph__buf got;
    const char *cert; /* TLS from the first octet, or from server_start_tls */
    struct ph__tls *tls;
    bool closed_tls; /* it said close_notify */
    int tls_rc;
    char path[108];
    char input[64 * 1024];
};

struct scene {
    uv_loop_t loop;
    struct ph__net *net;
    struct ph__conn *conn; /* NULL once closed */
    struct ph__conn_target target;
    struct server server;
    /* The events, a word each: "opened received failed ". */
    struct ph__buf log;
    struct ph__buf got;
    size_t sent;
    enum ph_code code;
    enum ph_stage stage;
    char detail[1500];
    bool closed;
    /* Runs after each event, unless NULL. Without one, `failed` closes. */
    void (*then)(struct scene *s, const char *event);
    void *data; /* the test's own */
};

/* A server on 127.0.0.1, and a connection that has not dialled. */
void scene_init(struct scene *s, const struct script *script);
/* Another connection, once the one before has closed. */
void scene_connect(struct scene *s);
/* Closes what is open, runs the loop down: it must end empty (C04). */
void scene_done(struct scene *s);
void scene_dial(struct scene *s);
/* Runs the loop until it has nothing to do. */
void scene_run(struct scene *s);
/* Says what the test expects to have happened, word for word. */
void scene_expect(struct scene *s, const char *log);
void scene_expect_failure(struct scene *s, enum ph_code code,
                          enum ph_stage stage, const char *what);
void scene_close(struct scene *s);
/* Writes text, which must fit. */
void scene_say(struct scene *s, const char *text);
/* TLS that trusts the test CA. */
void scene_start_tls(struct scene *s, const char *name);

/* Not every machine has IPv6. */
bool scene_has_v6(void);

void server_listen_tcp(struct scene *s, const char *address);
void server_listen_unix(struct scene *s);
void server_stop_listening(struct scene *s);
void server_start_tls(struct scene *s);
void server_say(struct scene *s, const char *data, size_t len);
void server_say_raw(struct scene *s, const char *data, size_t len);
void server_close(struct scene *s); /* with close_notify if TLS is up */
void server_cut(struct scene *s);   /* without */
void server_reset(struct scene *s);
void server_read(struct scene *s, bool on);

extern const struct script script_echo;
extern const struct script script_silent;

#endif
