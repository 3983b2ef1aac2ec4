/* On a real loop, with raw sockets as browsers. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "web/limits.h"
#include "web/web.h"

enum { HEARD_MAX = 1 << 17 };

struct scene {
    uv_loop_t loop;
    struct ph__web *web;
    unsigned port;
    char heard[HEARD_MAX];
};

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof(*s));
    struct ph__buf why = PH__BUF(400);
    struct ph__web_options opts = {"127.0.0.1:0", "posthaste send"};
    assert_non_null(s);
    assert_int_equal(uv_loop_init(&s->loop), 0);
    assert_int_equal(ph__web_new(&s->web, &s->loop, &opts, &why), PH_OK);
    assert_int_equal(sscanf(ph__web_name(s->web), "127.0.0.1:%u", &s->port), 1);
    *state = s;
    return 0;
}

/* Whatever is open: nothing of it stays on the loop. */
static int tear_down(void **state)
{
    struct scene *s = *state;
    ph__web_close(s->web);
    assert_int_equal(uv_run(&s->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    free(s);
    return 0;
}

static int dial(const struct scene *s)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)s->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void on_pulse(uv_timer_t *timer)
{
}

static void ask(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
                     (ssize_t)strlen(text));
}

/* The loop, for as long as it has something to do at once. */
static void turn(struct scene *s)
{
    uv_timer_t pulse;
    uv_timer_init(&s->loop, &pulse);
    uv_timer_start(&pulse, on_pulse, 1000, 0);
    for (int i = 0; i < 5; i++)
        uv_run(&s->loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&pulse, NULL);
    uv_run(&s->loop, UV_RUN_NOWAIT);
}

/* Runs the loop until this was heard, or the end if NULL. */
static const char *hear(struct scene *s, int fd, const char *wanted)
{
    size_t len = 0;
    s->heard[0] = '\0';
    uv_timer_t pulse; /* the web alone keeps no loop going */
    uv_timer_init(&s->loop, &pulse);
    uv_timer_start(&pulse, on_pulse, 1, 1);
    while (!wanted || !strstr(s->heard, wanted)) {
        uv_run(&s->loop, UV_RUN_NOWAIT);
        ssize_t n = recv(fd, s->heard + len, HEARD_MAX - 1 - len, MSG_DONTWAIT);
        if (n == 0)
            break;
        if (n < 0 && errno != EAGAIN)
            fail();
        len += n > 0 ? (size_t)n : 0;
        s->heard[len] = '\0';
    }
    uv_close((uv_handle_t *)&pulse, NULL);
    uv_run(&s->loop, UV_RUN_NOWAIT);
    return s->heard;
}

static void add(struct scene *s)
{
    static const struct ph__sink_to to[] = {{2, 0}};
    const struct ph__sink_message m = {.connection = 1,
                                       .peer = "127.0.0.1:1",
                                       .hello = "x",
                                       .from = "a",
                                       .parameters = "",
                                       .to_count = 1,
                                       .to = to,
                                       .texts = "\0\0b",
                                       .content = "Subject: s\r\n\r\nx\r\n",
                                       .size = 17};
    assert_int_equal(ph__web_add(s->web, &m), PH_OK);
    assert_int_equal(ph__web_dialogue(s->web, "S: 250 ok\n"), PH_OK);
}

static void a_request_is_answered_from_the_loop(void **state)
{
    struct scene *s = *state;
    int fd = dial(s);
    add(s);
    ask(fd, "GET /api/messages/1/source HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: close\r\n\r\n");
    hear(s, fd, NULL);
    assert_memory_equal(s->heard, "HTTP/1.1 200 ", 13);
    assert_non_null(strstr(s->heard, "\r\n\r\nSubject: s\r\n\r\nx\r\n"));
    close(fd);
}

static void a_request_may_come_in_any_pieces(void **state)
{
    struct scene *s = *state;
    static const char request[] = "GET /icon.svg HTTP/1.1\r\nHost: [::1]\r\n"
                                  "Connection: close\r\n\r\n";
    for (size_t cut = 1; cut < sizeof(request) - 1; cut++) {
        int fd = dial(s);
        assert_int_equal(send(fd, request, cut, MSG_NOSIGNAL), (ssize_t)cut);
        turn(s);
        ask(fd, request + cut);
        assert_memory_equal(hear(s, fd, NULL), "HTTP/1.1 200 ", 13);
        assert_non_null(strstr(s->heard, "</svg>"));
        close(fd);
    }
}

static void a_stream_tells_what_comes(void **state)
{
    struct scene *s = *state;
    int fd = dial(s);
    ask(fd, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    hear(s, fd, "data: {\"first\":1,\"last\":0}\n\n");
    add(s);
    hear(s, fd, "data: {\"first\":1,\"last\":1}\n\n");
    add(s);
    add(s);
    hear(s, fd, "data: {\"first\":1,\"last\":3}\n\n");
    close(fd); /* and the server learns of it when it says the next thing */
    add(s);
    turn(s);
}

static void streams_are_limited_and_may_be_open_at_the_end(void **state)
{
    struct scene *s = *state;
    int fds[PH__WEB_STREAMS + 1];
    for (int i = 0; i <= PH__WEB_STREAMS; i++) {
        fds[i] = dial(s);
        ask(fds[i], "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        bool one_too_many = i == PH__WEB_STREAMS;
        hear(s, fds[i], one_too_many ? "too many pages" : "\n\n\r\n");
        assert_memory_equal(s->heard,
                            one_too_many ? "HTTP/1.1 503" : "HTTP/1.1 200", 12);
    }
    ph__web_close(s->web);
    s->web = NULL;
    assert_int_equal(uv_run(&s->loop, UV_RUN_DEFAULT), 0);
    for (int i = 0; i <= PH__WEB_STREAMS; i++)
        close(fds[i]);
}

static void an_address_that_cannot_be_is_explained(void **state)
{
    struct scene *s = *state;
    char taken[40];
    snprintf(taken, sizeof(taken), "127.0.0.1:%u", s->port);
    const struct {
        const char *listen;
        int rc;
    } cases[] = {{"", PH_E_INVALID},
                 {"8025", PH_E_INVALID},
                 {"::1:8025", PH_E_INVALID},
                 {"127.0.0.1:99999", PH_E_INVALID},
                 {taken, PH_E_CONNECT}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf why = PH__BUF(400);
        struct ph__web *web = NULL;
        struct ph__web_options opts = {cases[i].listen, ""};
        assert_int_equal(ph__web_new(&web, &s->loop, &opts, &why), cases[i].rc);
        assert_null(web);
        assert_true(why.len > 0);
        ph__buf_done(&why);
    }
}

static void only_a_loopback_is_not_exposed(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *listen;
        bool exposed;
    } cases[] = {{"127.0.0.1:0", false},
                 {"127.9.9.9:0", false},
                 {"localhost:0", false},
                 {"0.0.0.0:0", true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ph__buf why = PH__BUF(400);
        struct ph__web *web;
        struct ph__web_options opts = {cases[i].listen, ""};
        assert_int_equal(ph__web_new(&web, &s->loop, &opts, &why), PH_OK);
        assert_int_equal(ph__web_is_exposed(web), cases[i].exposed);
        ph__web_close(web);
        ph__buf_done(&why);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_answered_from_the_loop),
        TEST(a_request_may_come_in_any_pieces),
        TEST(a_stream_tells_what_comes),
        TEST(streams_are_limited_and_may_be_open_at_the_end),
        TEST(an_address_that_cannot_be_is_explained),
        TEST(only_a_loopback_is_not_exposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
