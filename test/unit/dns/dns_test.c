/* Names asked for on a loop, of a name server that the test plays. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "dns/dns.h"
#include "nameserver.h"

struct scene {
    uv_loop_t loop;
    struct nameserver server;
    struct ph__dns *dns;
    struct ph__dns_query *query;
    struct ph__buf log; /* a status a line, with what was found */
    bool closed;
    void (*then)(struct scene *s);
};

static void on_closed(void *user)
{
    struct scene *s = user;
    assert_false(s->closed);
    s->closed = true;
}

static void close_dns(struct scene *s)
{
    ph__dns_close(s->dns, on_closed, s);
    s->dns = NULL;
}

static void begin(struct scene *s, const struct zone *zone,
                  struct ph__dns_options options)
{
    memset(s, 0, sizeof(*s));
    s->log = PH__BUF(10000);
    assert_int_equal(uv_loop_init(&s->loop), 0);
    nameserver_init(&s->server, &s->loop, zone);
    if (!options.servers)
        options.servers = s->server.address;
    assert_int_equal(ph__dns_new(&s->dns, &s->loop, &options), PH_OK);
}

static void end(struct scene *s)
{
    if (s->dns)
        close_dns(s);
    nameserver_close(&s->server);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_true(s->closed);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    ph__buf_done(&s->log);
}

static void on_answer(void *user, const struct ph__dns_answer *a)
{
    struct scene *s = user;
    assert_false(s->closed);
    s->query = NULL;
    ph__buf_format(&s->log, "%s%s %s", ph__dns_words(a->status),
                   a->authentic ? " authentic" : "", a->name);
    for (size_t i = 0; i < a->count; i++)
        ph__buf_format(&s->log, " %s", a->records[i].host);
    ph__buf_add_char(&s->log, '\n');
    if (s->then)
        s->then(s);
}

static void ask(struct scene *s, enum ph__dns_type type, const char *name)
{
    assert_int_equal(ph__dns_ask(&s->query, s->dns, type, name, on_answer, s),
                     PH_OK);
}

static void run(struct scene *s)
{
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

static void expect(struct scene *s, const char *log)
{
    assert_string_equal(ph__buf_text(&s->log), log);
}

static const struct zone zone[] = {
    {.name = "mail.test",
     .type = PH__DNS_MX,
     .flags = PACKET_AD,
     .records = {{"mail.test", PH__DNS_MX, 60, "2 b.mail.test"},
                 {"mail.test", PH__DNS_MX, 60, "1 a.mail.test"}}},
    {.name = "large.test",
     .type = PH__DNS_MX,
     .flags = PACKET_TC,
     .records = {{"large.test", PH__DNS_MX, 60, "1 by-tcp.test"}}},
    {.name = "alias.test",
     .type = PH__DNS_A,
     .records = {{"alias.test", CNAME, 60, "real.test"},
                 {"real.test", PH__DNS_A, 60, "192.0.2.1"}}},
    {.name = "box.corp.test",
     .type = PH__DNS_A,
     .records = {{"box.corp.test", PH__DNS_A, 60, "192.0.2.1"}}},
    {.name = "b.box.corp.test",
     .type = PH__DNS_A,
     .records = {{"b.box.corp.test", PH__DNS_A, 60, "192.0.2.1"}}},
    {.name = "empty.lab.test", .type = PH__DNS_A},
    {.name = "broken.test", .type = PH__DNS_A, .flags = 2},
    {.name = "closed.test", .type = PH__DNS_A, .flags = 5},
    {.name = "mute.test", .type = PH__DNS_A, .silent = true},
    {.name = "slow.test", .type = PH__DNS_A, .held = true},
    {.name = "odd.test",
     .type = PH__DNS_A,
     .records = {{"odd.test", PH__DNS_A, 60, "\\# 0102"}}},
    {0}};

/* The resolver's word counts when it is on loopback, or said to be trusted. */
static void an_answer_comes_from_the_loop(void **state)
{
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    ask(&s, PH__DNS_MX, "mail.test");
    expect(&s, "");
    run(&s);
    expect(&s, "found authentic mail.test a.mail.test b.mail.test\n");
    assert_true(s.server.heard_ad);
    assert_int_equal(s.server.questions, 1);
    end(&s);
}

/* RFC 5452 4.2: who cannot see a question must not guess its number. Eight that
 * happen to be the same come once in 2^112 times. */
static void no_question_has_a_number_to_be_guessed(void **state)
{
    unsigned first = 0, same = 0;
    for (int i = 0; i < 8; i++) {
        struct scene s;
        begin(&s, zone, (struct ph__dns_options){0});
        ask(&s, PH__DNS_MX, "mail.test");
        run(&s);
        first = i ? first : s.server.id;
        same += s.server.id == first;
        end(&s);
    }
    assert_true(same < 8);
}

static void how_a_query_ends_is_told(void **state)
{
    static const struct {
        const char *name, *expected;
        enum ph__dns_type type;
    } cases[] = {
        {"large.test", "found large.test by-tcp.test\n", PH__DNS_MX},
        {"alias.test", "found real.test \n", PH__DNS_A},
        {"none.test", "no such name none.test\n", PH__DNS_MX},
        {"broken.test", "no name server could answer broken.test\n",
         PH__DNS_A}, /* DL-04 */
        {"closed.test", "no name server could answer closed.test\n", PH__DNS_A},
        {"mute.test", "no name server answered in time mute.test\n", PH__DNS_A},
        {"odd.test", "the name server's answer makes no sense odd.test\n",
         PH__DNS_A},
        {"x.onion", "no such name x.onion\n", PH__DNS_A}, /* RFC 7686 */
        {"", "not a name \n", PH__DNS_MX},
        {"a..b", "not a name a..b\n", PH__DNS_A},
        {"a b", "not a name a b\n", PH__DNS_TXT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct scene s;
        bool mute = !strcmp(cases[i].name, "mute.test");
        begin(&s, zone,
              mute ? (struct ph__dns_options){.timeout_ms = 20, .tries = 1}
                   : (struct ph__dns_options){0});
        ask(&s, cases[i].type, cases[i].name);
        expect(&s, "");
        run(&s);
        expect(&s, cases[i].expected);
        end(&s);
    }
}

static void a_name_longer_than_names_are_is_none(void **state)
{
    char name[1000];
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    ask(&s, PH__DNS_A, name);
    run(&s);
    expect(&s, "not a name \n");
    assert_int_equal(s.server.questions, 0);
    end(&s);
}

static void nobody_at_the_servers_port_is_told(void **state)
{
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){.servers = "127.0.0.1:1"});
    ask(&s, PH__DNS_MX, "mail.test");
    run(&s);
    expect(&s, "no name server could answer mail.test\n");
    end(&s);
}

/* Whose AD counts: not that of an address beyond this machine. */
static void a_servers_list_must_be_one(void **state)
{
    struct ph__dns *dns = NULL;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(
        ph__dns_new(&dns, &loop, &(struct ph__dns_options){.servers = "x:y"}),
        PH_E_INVALID);
    assert_null(dns);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* 192.0.2.9 (TEST-NET-1) stands second: it is listed, and never asked. */
static void a_far_servers_word_counts_only_if_it_is_trusted(void **state)
{
    for (int trust = 0; trust < 2; trust++) {
        char servers[100];
        struct scene s;
        begin(&s, zone, (struct ph__dns_options){0});
        snprintf(servers, sizeof(servers), "%s,192.0.2.9:53", s.server.address);
        close_dns(&s);
        run(&s);
        s.closed = false;
        struct ph__dns_options o = {.servers = servers, .trust = trust};
        assert_int_equal(ph__dns_new(&s.dns, &s.loop, &o), PH_OK);
        ask(&s, PH__DNS_MX, "mail.test");
        run(&s);
        expect(&s, trust ? "found authentic mail.test a.mail.test b.mail.test\n"
                         : "found mail.test a.mail.test b.mail.test\n");
        end(&s);
    }
}

static void on_address(void *user, const struct ph__dns_answer *a)
{
    char text[INET6_ADDRSTRLEN];
    struct scene *s = user;
    ph__buf_format(&s->log, "%s", ph__dns_words(a->status));
    for (size_t i = 0; i < a->count; i++) {
        inet_ntop(s->then ? AF_INET6 : AF_INET, &a->records[i].a, text,
                  sizeof(text));
        ph__buf_format(&s->log, " %s", text);
    }
}

static void some_addresses_need_no_server(void **state)
{
    static const struct {
        const char *name, *v4, *v6;
    } cases[] = {
        {"192.0.2.1", "found 192.0.2.1", "the name has no such record"},
        {"2001:db8::1", "the name has no such record", "found 2001:db8::1"},
        {"localhost", "found 127.0.0.1", "found ::1"},
        {"www.LocalHost.", "found 127.0.0.1", "found ::1"},
        {"no.such.invalid", "no such name", "no such name"}, /* RFC 6761 6.4 */
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
        bool v6 = i % 2;
        struct scene s;
        begin(&s, NULL, (struct ph__dns_options){0});
        s.then = v6 ? close_dns : NULL; /* only says which family */
        assert_int_equal(ph__dns_ask(&s.query, s.dns,
                                     v6 ? PH__DNS_AAAA : PH__DNS_A,
                                     cases[i / 2].name, on_address, &s),
                         PH_OK);
        expect(&s, "");
        run(&s);
        expect(&s, v6 ? cases[i / 2].v6 : cases[i / 2].v4);
        assert_int_equal(s.server.questions, 0);
        end(&s);
    }
}

/* What resolv.conf says may be said by LOCALDOMAIN, which c-ares reads. */
static void short_names_are_searched_for(void **state)
{
    static const struct {
        const char *name, *asked, *expected;
        enum ph__dns_type type;
    } cases[] = {
        {"box", "box.lab.test box.corp.test ", "found box.corp.test \n",
         PH__DNS_A},
        {"b.box", "b.box b.box.lab.test b.box.corp.test ",
         "found b.box.corp.test \n", PH__DNS_A},
        {"box.", "box ", "no such name box\n", PH__DNS_A},
        {"none", "none.lab.test none.corp.test none ", "no such name none\n",
         PH__DNS_A},
        /* It exists: a namesake elsewhere is another host. */
        {"empty", "empty.lab.test ",
         "the name has no such record empty.lab.test\n", PH__DNS_A},
        {"box", "box ", "no such name box\n", PH__DNS_MX},
    };
    assert_int_equal(setenv("LOCALDOMAIN", "lab.test corp.test", 1), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct scene s;
        begin(&s, zone, (struct ph__dns_options){0});
        ask(&s, cases[i].type, cases[i].name);
        run(&s);
        expect(&s, cases[i].expected);
        assert_string_equal(s.server.asked, cases[i].asked);
        end(&s);
    }
    assert_int_equal(unsetenv("LOCALDOMAIN"), 0);
}

/* A name of /etc/hosts with an IPv4 address, other than localhost. */
static bool find_in_hosts_file(char *name, size_t size)
{
    char line[500], address[100], first[256];
    bool found = false;
    FILE *f = fopen("/etc/hosts", "re");
    while (f && !found && fgets(line, sizeof(line), f))
        found = sscanf(line, "%99s %255s", address, first) == 2 &&
                strchr(address, '.') && !strchr(first, '#') &&
                strncmp(first, "localhost", 9) != 0;
    if (f)
        fclose(f);
    snprintf(name, size, "%s", found ? first : "");
    return found;
}

static void the_hosts_file_is_read_first(void **state)
{
    char name[256];
    struct scene s;
    if (!find_in_hosts_file(name, sizeof(name)))
        skip();
    begin(&s, NULL, (struct ph__dns_options){0});
    assert_int_equal(
        ph__dns_ask(&s.query, s.dns, PH__DNS_A, name, on_address, &s), PH_OK);
    run(&s);
    assert_memory_equal(s.log.data, "found ", 6);
    assert_int_equal(s.server.questions, 0);
    end(&s);
}

/* U13: c-ares cannot forget one query, but nobody waits for it. */
static void a_cancelled_query_does_not_hold_the_loop(void **state)
{
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    ask(&s, PH__DNS_A, "slow.test");
    while (!s.server.held_count)
        uv_run(&s.loop, UV_RUN_ONCE);
    ph__dns_cancel(s.query);
    ph__dns_cancel(NULL);
    assert_false(uv_loop_alive(&s.loop) && uv_run(&s.loop, UV_RUN_NOWAIT));
    nameserver_release(&s.server);
    run(&s);
    expect(&s, "");
    end(&s);
}

static void of_two_queries_one_may_be_cancelled(void **state)
{
    struct ph__dns_query *other;
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    ask(&s, PH__DNS_A, "slow.test");
    other = s.query;
    ask(&s, PH__DNS_MX, "mail.test");
    ph__dns_cancel(other);
    run(&s);
    expect(&s, "found authentic mail.test a.mail.test b.mail.test\n");
    end(&s);
}

static void an_answer_that_waits_to_be_told_may_be_cancelled(void **state)
{
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    ask(&s, PH__DNS_A, "a..b");
    ph__dns_cancel(s.query);
    run(&s);
    expect(&s, "");
    end(&s);
}

static void closing_ends_what_was_asked_in_silence(void **state)
{
    static const char *const names[] = {"mail.test", "slow.test", "a..b"};
    for (size_t i = 0; i < 3; i++) {
        struct scene s;
        begin(&s, zone, (struct ph__dns_options){0});
        ask(&s, PH__DNS_A, names[i]);
        if (i == 1)
            while (!s.server.held_count)
                uv_run(&s.loop, UV_RUN_ONCE);
        close_dns(&s);
        assert_false(s.closed); /* from the loop */
        run(&s);
        expect(&s, "");
        end(&s);
    }
}

static void close_here(struct scene *s)
{
    close_dns(s);
}

static void closing_is_legal_inside_the_callback(void **state)
{
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    s.then = close_here;
    ask(&s, PH__DNS_A, "a..b");
    ask(&s, PH__DNS_A, "c..d");
    ask(&s, PH__DNS_MX, "mail.test");
    run(&s);
    expect(&s, "not a name a..b\n");
    end(&s);
}

static void ask_on(struct scene *s)
{
    s->then = NULL;
    ask(s, PH__DNS_MX, "mail.test");
}

static void asking_is_legal_inside_the_callback(void **state)
{
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    s.then = ask_on;
    ask(&s, PH__DNS_MX, "none.test");
    run(&s);
    expect(&s, "no such name none.test\n"
               "found authentic mail.test a.mail.test b.mail.test\n");
    end(&s);
}

static void closing_needs_nobody_who_listens(void **state)
{
    struct scene s;
    begin(&s, zone, (struct ph__dns_options){0});
    ph__dns_close(s.dns, NULL, NULL);
    s.dns = NULL;
    s.closed = true;
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_from_the_loop),
        cmocka_unit_test(no_question_has_a_number_to_be_guessed),
        cmocka_unit_test(how_a_query_ends_is_told),
        cmocka_unit_test(a_name_longer_than_names_are_is_none),
        cmocka_unit_test(nobody_at_the_servers_port_is_told),
        cmocka_unit_test(a_servers_list_must_be_one),
        cmocka_unit_test(a_far_servers_word_counts_only_if_it_is_trusted),
        cmocka_unit_test(some_addresses_need_no_server),
        cmocka_unit_test(short_names_are_searched_for),
        cmocka_unit_test(the_hosts_file_is_read_first),
        cmocka_unit_test(a_cancelled_query_does_not_hold_the_loop),
        cmocka_unit_test(of_two_queries_one_may_be_cancelled),
        cmocka_unit_test(an_answer_that_waits_to_be_told_may_be_cancelled),
        cmocka_unit_test(closing_ends_what_was_asked_in_silence),
        cmocka_unit_test(closing_is_legal_inside_the_callback),
        cmocka_unit_test(asking_is_legal_inside_the_callback),
        cmocka_unit_test(closing_needs_nobody_who_listens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
