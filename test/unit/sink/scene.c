#include "scene.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int scene_start(struct scene *s)
{
    struct ph__buf why = PH__BUF(1000);
    assert_int_equal(uv_loop_init(&s->loop), 0);
    if (!s->opts.listen)
        s->opts.listen = "127.0.0.1:0";
    s->opts.callback_user = s;
    int rc = ph__sink_new(&s->sink, &s->loop, &s->opts, &why);
    ph__buf_done(&why);
    return rc;
}

static void on_closed(void *user)
{
    struct scene *s = user;
    s->closed++;
}

void scene_close_sink(struct scene *s)
{
    ph__sink_close(s->sink, on_closed, s);
    s->sink = NULL;
}

void scene_stop(struct scene *s)
{
    bool had = s->sink;
    if (had)
        scene_close_sink(s);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    if (had)
        assert_int_equal(s->closed, 1);
    assert_int_equal(uv_loop_close(&s->loop), 0);
}

int scene_dial(struct scene *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(ph__sink_port(s->sink))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (void *)&address, sizeof(address)), 0);
    return fd;
}

void scene_send(int fd, const char *text)
{
    size_t len = strlen(text);
    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

void scene_hear(char *out, struct scene *s, int fd, const char *wanted)
{
    size_t len = 0;
    out[0] = '\0';
    while (!wanted || !strstr(out, wanted)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        uv_run(&s->loop, UV_RUN_NOWAIT);
        if (poll(&ready, 1, 1) == 0)
            continue;
        ssize_t n = recv(fd, out + len, HEARD_MAX - len - 1, MSG_DONTWAIT);
        if (n <= 0)
            break;
        len += (size_t)n;
        out[len] = '\0';
    }
    if (wanted)
        assert_non_null(strstr(out, wanted));
}
