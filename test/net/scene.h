/* scene.h - a loop with a sink and a client on it, and books that must
 * balance. */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include <posthaste.h>

#include "certs.h"
#include "sink/sink.h"

enum { JOBS = 512 };

struct scene {
    uv_loop_t loop;
    struct ph__sink *sink;
    struct ph__sink_options sink_options;
    struct ph__sink_counts counts; /* when the sink closed */
    struct ph_client *client;
    struct ph_session_options session;
    struct ph_client_options options;
    size_t sent;
    size_t completed[JOBS];
    size_t total_completed;
    enum ph_outcome outcome[JOBS];
    enum ph_stage stage[JOBS];
    int code[JOBS];
    char detail[256]; /* of the latest that had one */
    bool secure;
    size_t commits;
    struct ph_job *held;
    bool hold;
    bool close_in_callback;
    bool abort_in_callback;
    size_t abort_at_line; /* of the trace, from 1; 0 = none */
    size_t lines;
    bool client_closed;
    char trace[1 << 16];
};

/* One submission and where its result goes. */
struct slot {
    struct scene *scene;
    size_t index;
};

void scene_init(struct scene *s);
/* Once the options are as wanted: makes sink and client. */
void scene_start(struct scene *s);
void scene_submit(struct scene *s, size_t count);
struct ph_message *scene_message(void);
void scene_run(struct scene *s);
void scene_close_sink(struct scene *s);
void scene_client_closed(void *user); /* a ph_closed_cb: closes the sink too */
void scene_sent(const struct ph_result *result, void *user);
/* Closes what is left, and checks what must hold after every test. */
void scene_end(struct scene *s);
size_t scene_count(const struct scene *s, enum ph_outcome outcome);

#endif
