/* Several addresses, one connection. No verdict here depends on how long
 * anything takes. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "deaf.h"
#include "net/race.h"

enum { NEVER_MS = 1000000 };

struct scene {
    uv_loop_t loop;
    int server; /* on 127.0.0.1; who comes stays in its queue */
    uint16_t port;
    struct ph__race *race;
    int fd; /* of the winner */
    char peer[100];
    int error;
    char what[2000];
    unsigned told;
    bool closed;
};

static void on_race_closed(void *user)
{
    struct scene *s = user;
    assert_false(s->closed);
    s->closed = true;
}

static void close_race(struct scene *s)
{
    if (s->race)
        ph__race_close(s->race, on_race_closed, s);
    s->race = NULL;
}

static void on_won(void *user, int fd, const struct sockaddr *peer)
{
    struct scene *s = user;
    s->told++;
    s->fd = fd;
    ph__race_name(s->peer, sizeof(s->peer), peer);
    close_race(s);
}

static void on_lost(void *user, int error, const char *what)
{
    struct scene *s = user;
    s->told++;
    s->error = error;
    snprintf(s->what, sizeof(s->what), "%s", what);
    close_race(s);
}

static const struct ph__race_events events = {.won = on_won, .lost = on_lost};

static void begin_from(struct scene *s, unsigned delay_ms, const char *from)
{
    struct sockaddr_in in;
    socklen_t len = sizeof(in);
    memset(s, 0, sizeof(*s));
    s->fd = -1;
    assert_int_equal(uv_loop_init(&s->loop), 0);
    s->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->server >= 0);
    assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &in), 0);
    assert_int_equal(bind(s->server, (void *)&in, sizeof(in)), 0);
    assert_int_equal(listen(s->server, 8), 0);
    assert_int_equal(getsockname(s->server, (void *)&in, &len), 0);
    s->port = ntohs(in.sin_port);
    if (from)
        assert_int_equal(uv_ip4_addr(from, 0, &in), 0);
    assert_int_equal(ph__race_new(&s->race, &s->loop, delay_ms,
                                  from ? (void *)&in : NULL, &events, s),
                     PH_OK);
}

static void begin(struct scene *s, unsigned delay_ms)
{
    begin_from(s, delay_ms, NULL);
}

static void add(struct scene *s, const char *address, bool first)
{
    struct sockaddr_storage where = {0};
    socklen_t len = sizeof(struct sockaddr_in);
    if (uv_ip4_addr(address, s->port, (void *)&where)) {
        len = sizeof(struct sockaddr_in6);
        assert_int_equal(uv_ip6_addr(address, s->port, (void *)&where), 0);
    }
    assert_int_equal(ph__race_add(s->race, (void *)&where, len, first), PH_OK);
}

static void go(struct scene *s)
{
    ph__race_go(s->race, 0);
    ph__race_no_more(s->race);
    assert_int_equal(s->told, 0); /* from the loop */
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

static void end(struct scene *s)
{
    close_race(s);
    close(s->server);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_true(s->closed);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    if (s->fd >= 0)
        close(s->fd);
}

/* "#" stands for the port. */
static void expect(const struct scene *s, const char *got, const char *pattern)
{
    char expected[2000] = "";
    size_t used = 0;
    for (const char *p = pattern; *p; p++)
        used +=
            (size_t)snprintf(expected + used, sizeof(expected) - used,
                             *p == '#' ? "%u" : "%c", *p == '#' ? s->port : *p);
    assert_string_equal(got, expected);
    assert_int_equal(s->told, 1);
}

/* U12, DL-05 */
static void the_first_that_answers_wins(void **state)
{
    struct scene s;
    begin(&s, NEVER_MS); /* what refuses is not waited for */
    add(&s, "127.0.0.2", false);
    add(&s, "255.255.255.255", false);
    add(&s, "127.0.0.3", false);
    add(&s, "127.0.0.1", false);
    go(&s);
    expect(&s, s.peer, "127.0.0.1:#");
    end(&s);
}

/* U12: one that never answers holds nobody up. */
static void one_that_never_answers_is_run_beside(void **state)
{
    struct deaf deaf;
    struct scene s;
    begin(&s, 1);
    deaf_init(&deaf, "127.0.0.2", s.port);
    add(&s, "127.0.0.2", false);
    add(&s, "127.0.0.1", false);
    go(&s);
    expect(&s, s.peer, "127.0.0.1:#");
    end(&s);
    deaf_done(&deaf);
}

static unsigned count_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned count = 0;
    if (!d)
        skip();
    while (readdir(d))
        count++;
    closedir(d);
    return count;
}

static void the_losers_are_closed(void **state)
{
    struct deaf deaf[2];
    struct scene s;
    begin(&s, 1);
    deaf_init(&deaf[0], "127.0.0.2", s.port);
    deaf_init(&deaf[1], "127.0.0.3", s.port);
    add(&s, "127.0.0.2", false);
    add(&s, "127.0.0.3", false);
    add(&s, "127.0.0.1", false);
    unsigned before = count_descriptors();
    go(&s);
    expect(&s, s.peer, "127.0.0.1:#");
    assert_int_equal(count_descriptors(), before + 1);
    end(&s);
    deaf_done(&deaf[0]);
    deaf_done(&deaf[1]);
}

/* DL-06; RFC 8305 4. The order shows in what is told. */
static void families_take_turns_and_ipv6_begins(void **state)
{
    static const char *const order[] = {
        "[::1]:", "127.0.0.2:", "[::2]:", "127.0.0.3:"};
    struct scene s;
    begin(&s, NEVER_MS);
    add(&s, "127.0.0.2", false);
    add(&s, "127.0.0.3", false);
    add(&s, "::1", false);
    add(&s, "::2", false);
    go(&s);
    if (strncmp(s.what, order[0], strlen(order[0])))
        print_message("no IPv6 here: '%s'\n", s.what);
    else
        for (int i = 1; i < 4; i++)
            assert_true(strstr(s.what, order[i - 1]) <
                        strstr(s.what, order[i]));
    end(&s);
}

static void the_one_to_be_first_is(void **state)
{
    struct scene s;
    begin(&s, NEVER_MS);
    add(&s, "127.0.0.2", false);
    add(&s, "127.0.0.3", true);
    go(&s);
    expect(&s, s.what,
           "127.0.0.3:#: connection refused (also tried: "
           "127.0.0.2:#: connection refused)");
    assert_int_equal(s.error, UV_ECONNREFUSED);
    end(&s);
}

static void what_says_most_is_told_first(void **state)
{
    struct scene s;
    begin(&s, NEVER_MS);
    add(&s, "255.255.255.255", false);
    add(&s, "127.0.0.2", false);
    go(&s);
    assert_int_equal(s.error, UV_ECONNREFUSED);
    assert_non_null(strstr(s.what, ": connection refused (also tried: "
                                   "255.255.255.255:"));
    end(&s);
}

static void an_address_is_tried_once(void **state)
{
    struct scene s;
    begin(&s, NEVER_MS);
    add(&s, "127.0.0.2", false);
    add(&s, "127.0.0.2", true);
    go(&s);
    expect(&s, s.what, "127.0.0.2:#: connection refused");
    end(&s);
}

static void only_so_many_are_tried_and_told(void **state)
{
    char address[30];
    struct scene s;
    begin(&s, NEVER_MS);
    for (int i = 1; i <= 2 * PH__RACE_ADDRESSES; i++) {
        snprintf(address, sizeof(address), "127.101.102.%d", i);
        add(&s, address, false);
    }
    go(&s);
    assert_true(strlen(s.what) < PH__RACE_TEXT);
    const char *more = strstr(s.what, ", and ");
    assert_non_null(more);
    unsigned told = 1, rest = (unsigned)strtoul(more + 6, NULL, 10);
    for (const char *p = strstr(s.what, ": 127."); p;
         p = strstr(p + 1, ", 127."))
        told++;
    assert_int_equal(told + rest, PH__RACE_ADDRESSES);
    assert_string_equal(s.what + strlen(s.what) - 6, " more)");
    end(&s);
}

/* RFC 8305 3: what was waited for comes early, and the wait is over. */
static void the_start_may_be_put_forward(void **state)
{
    struct scene s;
    begin(&s, NEVER_MS);
    add(&s, "127.0.0.1", false);
    ph__race_go(s.race, NEVER_MS);
    ph__race_go(s.race, NEVER_MS);
    uv_run(&s.loop, UV_RUN_NOWAIT);
    assert_int_equal(s.told, 0);
    go(&s);
    expect(&s, s.peer, "127.0.0.1:#");
    end(&s);
}

/* RFC 8305 6 */
static void an_address_that_comes_late_takes_part(void **state)
{
    struct scene s;
    begin(&s, NEVER_MS);
    add(&s, "255.255.255.255", false); /* fails at once */
    ph__race_go(s.race, 0);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    assert_int_equal(s.told, 0); /* there may be more */
    add(&s, "127.0.0.1", false);
    go(&s);
    expect(&s, s.peer, "127.0.0.1:#");
    end(&s);
}

static void without_another_address_it_is_lost(void **state)
{
    struct scene s;
    begin(&s, NEVER_MS);
    add(&s, "127.0.0.2", false);
    ph__race_go(s.race, 0);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    assert_int_equal(s.told, 0);
    go(&s);
    expect(&s, s.what, "127.0.0.2:#: connection refused");
    end(&s);
}

static void our_end_may_be_chosen(void **state)
{
    struct sockaddr_in ours;
    socklen_t len = sizeof(ours);
    char name[100];
    struct scene s;
    begin_from(&s, NEVER_MS, "127.0.0.9");
    add(&s, "127.0.0.1", false);
    go(&s);
    assert_int_equal(getsockname(s.fd, (void *)&ours, &len), 0);
    uv_ip4_name(&ours, name, sizeof(name));
    assert_string_equal(name, "127.0.0.9");
    end(&s);
}

/* 198.51.100.1 (TEST-NET-2): no address of anybody's. */
static void an_end_that_is_not_ours_is_told(void **state)
{
    struct scene s;
    begin_from(&s, NEVER_MS, "198.51.100.1");
    add(&s, "127.0.0.1", false);
    go(&s);
    expect(&s, s.what, "127.0.0.1:#: address not available");
    end(&s);
}

static void closing_is_silent_at_any_time(void **state)
{
    enum { NEW, HELD, RUNNING, REFUSED, OVER, TIMES };
    for (int when = NEW; when < TIMES; when++) {
        struct deaf deaf;
        struct scene s;
        begin(&s, NEVER_MS);
        deaf_init(&deaf, "127.0.0.2", s.port);
        add(&s, when == OVER ? "255.255.255.255" : "127.0.0.2", false);
        if (when == REFUSED)
            add(&s, "127.0.0.3", true);
        if (when != NEW)
            ph__race_go(s.race, when == HELD ? NEVER_MS : 0);
        if (when >= RUNNING)
            ph__race_no_more(s.race);
        if (when != OVER)
            uv_run(&s.loop, UV_RUN_NOWAIT);
        close_race(&s);
        assert_false(s.closed);
        uv_run(&s.loop, UV_RUN_DEFAULT);
        assert_int_equal(s.told, 0);
        end(&s);
        deaf_done(&deaf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_answers_wins),
        cmocka_unit_test(one_that_never_answers_is_run_beside),
        cmocka_unit_test(the_losers_are_closed),
        cmocka_unit_test(families_take_turns_and_ipv6_begins),
        cmocka_unit_test(the_one_to_be_first_is),
        cmocka_unit_test(what_says_most_is_told_first),
        cmocka_unit_test(an_address_is_tried_once),
        cmocka_unit_test(only_so_many_are_tried_and_told),
        cmocka_unit_test(the_start_may_be_put_forward),
        cmocka_unit_test(an_address_that_comes_late_takes_part),
        cmocka_unit_test(without_another_address_it_is_lost),
        cmocka_unit_test(our_end_may_be_chosen),
        cmocka_unit_test(an_end_that_is_not_ours_is_told),
        cmocka_unit_test(closing_is_silent_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
