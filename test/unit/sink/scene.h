/* A sink on a loop of its own, and raw sockets as its clients. */
#ifndef TEST_SINK_SCENE_H
#define TEST_SINK_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sink/sink.h"

struct scene {
    uv_loop_t loop;
    struct ph__sink *sink;
    struct ph__sink_options opts;
    unsigned messages;
    unsigned differences;
    unsigned done;
    unsigned closed;
};

/* opts are set before; `listen` is chosen. Returns ph__sink_new()'s code. */
int scene_start(struct scene *s);
/* Closes the sink unless it is, and proves that the loop is left empty. */
void scene_stop(struct scene *s);
void scene_close_sink(struct scene *s);
int scene_dial(struct scene *s);
void scene_send(int fd, const char *text);
/* Runs the loop until the client has heard `wanted`, or to its end if NULL.
 * All it heard goes to `out`, HEARD_MAX octets. */
enum { HEARD_MAX = 65536 };
void scene_hear(char *out, struct scene *s, int fd, const char *wanted);

#endif
