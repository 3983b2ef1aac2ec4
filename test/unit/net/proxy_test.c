/* What is said to a proxy, and what it may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/proxy.h"

#define OCTETS(text) (text), sizeof(text) - 1

static const struct ph__proxy socks = {.kind = PH__PROXY_SOCKS5};
static const struct ph__proxy socks_user = {
    .kind = PH__PROXY_SOCKS5, .user = "joe", .password = "pw"};
static const struct ph__proxy http = {.kind = PH__PROXY_HTTP};
static const struct ph__proxy http_user = {
    .kind = PH__PROXY_HTTP, .user = "Aladdin", .password = "open sesame"};

static const struct {
    const char *label;
    const struct ph__proxy *proxy;
    const char *host;
    const char *input;
    size_t input_len;
    const char *said; /* all of it */
    size_t said_len;
    const char *problem; /* "": up; NULL: goes on */
    size_t rest;         /* octets that are the server's */
} cases[] = {
    {"SOCKS, to an address", &socks, "192.0.2.1",
     OCTETS("\5\0\5\0\0\1\1\2\3\4\5\6"),
     OCTETS("\5\1\0\5\1\0\1\300\0\2\1\0\31"), "", 0},
    {"SOCKS, to an IPv6 address, from a name", &socks, "2001:db8::1",
     OCTETS("\5\0\5\0\0\3\2ab\5\6"),
     OCTETS("\5\1\0\5\1\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\31"), "",
     0},
    {"SOCKS, to a name, and the server speaks at once", &socks, "mail.test",
     OCTETS("\5\0\5\0\0\4aaaaaaaaaaaaaaaabb220 hello\r\n"),
     OCTETS("\5\1\0\5\1\0\3\11mail.test\0\31"), "", 11},
    {"SOCKS from a name of no octets", &socks, "a", OCTETS("\5\0\5\0\0\3\0bb"),
     OCTETS("\5\1\0\5\1\0\3\1a\0\31"), "", 0},
    {"SOCKS with a password", &socks_user, "a",
     OCTETS("\5\2\1\0\5\0\0\1\1\2\3\4\5\6"),
     OCTETS("\5\2\0\2\1\3joe\2pw\5\1\0\3\1a\0\31"), "", 0},
    {"SOCKS with a password that nobody wants", &socks_user, "a",
     OCTETS("\5\0\5\0\0\1\1\2\3\4\5\6"), OCTETS("\5\2\0\2\5\1\0\3\1a\0\31"), "",
     0},
    {"SOCKS with a password that is wrong", &socks_user, "a",
     OCTETS("\5\2\1\1"), OCTETS("\5\2\0\2\1\3joe\2pw"),
     "it refuses user and password", 0},
    {"SOCKS that takes nothing we have", &socks_user, "a", OCTETS("\5\377"),
     OCTETS("\5\2\0\2"), "it takes neither passwords nor nobody", 0},
    {"SOCKS that wants a password", &socks, "a", OCTETS("\5\2"),
     OCTETS("\5\1\0"), "it wants a user and a password", 0},
    {"SOCKS that refuses", &socks, "a", OCTETS("\5\0\5\5\0\1\0\0\0\0\0\0"),
     OCTETS("\5\1\0\5\1\0\3\1a\0\31"), "it refuses: connection refused", 5},
    {"SOCKS that refuses in its own way", &socks, "a",
     OCTETS("\5\0\5\100\0\1\0"), OCTETS("\5\1\0\5\1\0\3\1a\0\31"),
     "it refuses: for a reason of its own", 0},
    {"SOCKS of another version", &socks, "a", OCTETS("\4\0"), OCTETS("\5\1\0"),
     "it does not speak SOCKS 5", 0},
    {"a mail server where SOCKS should be", &socks, "a",
     OCTETS("220 hello\r\n"), OCTETS("\5\1\0"), "it does not speak SOCKS 5", 9},
    {"SOCKS with another version later", &socks, "a", OCTETS("\5\0\4\0\0\1\1"),
     OCTETS("\5\1\0\5\1\0\3\1a\0\31"), "it does not speak SOCKS 5", 0},
    {"SOCKS with another version of passwords", &socks_user, "a",
     OCTETS("\5\2\5\0"), OCTETS("\5\2\0\2\1\3joe\2pw"),
     "it does not speak SOCKS 5", 0},
    {"SOCKS from an address of no kind", &socks, "a", OCTETS("\5\0\5\0\0\2\1"),
     OCTETS("\5\1\0\5\1\0\3\1a\0\31"), "it does not speak SOCKS 5", 0},

#define CONNECT(where) "CONNECT " where " HTTP/1.1\r\nHost: " where "\r\n"
    {"HTTP", &http, "mail.test", OCTETS("HTTP/1.1 200 OK\r\n\r\n"),
     OCTETS(CONNECT("mail.test:25") "\r\n"), "", 0},
    {"HTTP to an IPv6 address, and the server speaks at once", &http, "::1",
     OCTETS("HTTP/1.0 299 \r\nContent-Length: 5\r\nA:\r\n\r\n220 a\r\n"),
     OCTETS(CONNECT("[::1]:25") "\r\n"), "", 7},
    {"HTTP with a password", &http_user, "a", OCTETS("HTTP/1.1 200\r\n\r\n"),
     OCTETS(CONNECT("a:25") "Proxy-Authorization: Basic "
                            "QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"),
     "", 0},
    {"HTTP that says wait", &http, "a",
     OCTETS("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"),
     OCTETS(CONNECT("a:25") "\r\n"), "", 1},
    {"HTTP that refuses", &http, "a",
     OCTETS("HTTP/1.1 403 For\xff"
            "bidden\r\nA: b\r\n\r\nno"),
     OCTETS(CONNECT("a:25") "\r\n"), "it refuses: 403 For?bidden", 2},
    {"HTTP that wants a password", &http, "a",
     OCTETS("HTTP/1.1 407 Who?\r\n\r\n"), OCTETS(CONNECT("a:25") "\r\n"),
     "it wants a user and a password", 0},
    {"HTTP that wants another password", &http_user, "a",
     OCTETS("HTTP/1.1 407 Who?\r\n\r\n"),
     OCTETS(CONNECT("a:25") "Proxy-Authorization: Basic "
                            "QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n"),
     "it refuses user and password", 0},
#define IS_NO_HTTP(label, input, rest)                                         \
    {                                                                          \
        label, &http, "a", OCTETS(input), OCTETS(CONNECT("a:25") "\r\n"),      \
            "it does not speak HTTP", rest                                     \
    }
    IS_NO_HTTP("a mail server where HTTP should be", "220 hello\r\n", 10),
    IS_NO_HTTP("HTTP 2", "HTTP/2 200\r\n", 6),
    IS_NO_HTTP("a bare line feed", "HTTP/1.1 200 OK\n\n", 1),
    IS_NO_HTTP("a bare line feed in a field", "HTTP/1.1 200 OK\r\nA: b\n\r\n",
               2),
    IS_NO_HTTP("a bare CR", "HTTP/1.1 200 O\rK\r\n", 0),
    IS_NO_HTTP("a NUL", "HTTP/1.1 200 O\0K\r\n", 0),
    IS_NO_HTTP("two digits", "HTTP/1.1 20\r\n", 0),
    IS_NO_HTTP("four digits", "HTTP/1.1 2000\r\n", 0),
    IS_NO_HTTP("a code below all", "HTTP/1.1 099 a\r\n", 0),
    IS_NO_HTTP("no blank", "HTTP/1.1-200 a\r\n", 0),
    IS_NO_HTTP("no version", "HTTP/1.x 200 a\r\n", 0),
    IS_NO_HTTP("an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", 20),
    IS_NO_HTTP("no colon", "HTTP/1.1 200 OK\r\nA b\r\n\r\n", 2),
    IS_NO_HTTP("no name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n", 2),
    IS_NO_HTTP("a line that goes on",
               "HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\n\r\n", 2),
    IS_NO_HTTP("a blank before the colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
               2),
};

/* As a connection would: what is to be said is said before more is heard. */
struct run {
    struct ph__talk *talk;
    struct ph__buf said;
    size_t taken;
    int rc;
};

static void say(struct run *r)
{
    struct ph__buf *out = ph__talk_output(r->talk);
    assert_int_equal(ph__buf_add(&r->said, ph__buf_text(out), out->len), 0);
    ph__buf_clear(out);
}

static void begin(struct run *r, size_t i)
{
    const char *why;
    *r = (struct run){.said = PH__BUF(10000)};
    assert_int_equal(
        ph__talk_new(&r->talk, cases[i].proxy, cases[i].host, 25, &why), PH_OK);
    say(r);
}

static void hear(struct run *r, const char *data, size_t len)
{
    if (r->rc || ph__talk_up(r->talk))
        return;
    size_t taken = 0;
    char *copy = malloc(len ? len : 1); /* of its size: overruns are caught */
    assert_non_null(copy);
    memcpy(copy, data, len);
    r->rc = ph__talk_receive(r->talk, copy, len, &taken);
    free(copy);
    assert_true(taken <= len);
    r->taken += taken;
    say(r);
}

static void expect(struct run *r, size_t i)
{
    const char *label = cases[i].label;
    const char *problem = ph__talk_problem(r->talk);
    if (strcmp(problem, cases[i].problem))
        fail_msg("%s: '%s', not '%s'", label, problem, cases[i].problem);
    assert_int_equal(r->rc, *problem ? PH_E_CONNECT : PH_OK);
    assert_int_equal(ph__talk_up(r->talk), !*problem);
    if (r->taken != cases[i].input_len - cases[i].rest)
        fail_msg("%s: %zu octets left", label, cases[i].input_len - r->taken);
    if (r->said.len != cases[i].said_len ||
        memcmp(r->said.data, cases[i].said, r->said.len))
        fail_msg("%s: it said '%s'", label, r->said.data);
    ph__buf_done(&r->said);
    ph__talk_free(r->talk);
}

static void each_proxy_is_understood_however_it_is_cut(void **state)
{
    struct run r;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (size_t cut = 0; cut <= cases[i].input_len; cut++) {
            begin(&r, i);
            hear(&r, cases[i].input, cut);
            hear(&r, cases[i].input + cut, cases[i].input_len - cut);
            expect(&r, i);
        }
        begin(&r, i);
        for (size_t at = 0; at < cases[i].input_len; at++)
            hear(&r, cases[i].input + at, 1);
        expect(&r, i);
    }
}

static void nothing_less_than_the_whole_is_enough(void **state)
{
    struct run r;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        if (*cases[i].problem)
            continue;
        begin(&r, i);
        hear(&r, cases[i].input, cases[i].input_len - cases[i].rest - 1);
        assert_int_equal(r.rc, PH_OK);
        assert_false(ph__talk_up(r.talk));
        ph__buf_done(&r.said);
        ph__talk_free(r.talk);
    }
}

/* S12: a header without an end. */
static void a_proxy_may_not_go_on_for_ever(void **state)
{
    static const char *const endless[] = {"A: b\r\n", "a"};
    for (size_t i = 0; i < 2; i++) {
        struct run r;
        begin(&r, 16); /* HTTP */
        assert_string_equal(cases[16].label, "HTTP");
        hear(&r, "HTTP/1.1 200 OK\r\n", 17);
        for (size_t n = 0; n < PH__PROXY_HEADER; n++)
            hear(&r, endless[i], strlen(endless[i]));
        assert_int_equal(r.rc, PH_E_CONNECT);
        assert_string_equal(ph__talk_problem(r.talk), "it says too much");
        assert_int_equal(r.taken, PH__PROXY_HEADER + 1);
        ph__buf_done(&r.said);
        ph__talk_free(r.talk);
    }
}

static void refuse(const struct ph__proxy *proxy, const char *host,
                   const char *expected)
{
    struct ph__talk *t = NULL;
    const char *why = NULL;
    assert_int_equal(ph__talk_new(&t, proxy, host, 25, &why), PH_E_INVALID);
    assert_null(t);
    assert_string_equal(why, expected);
}

/* S19: nothing gets into a header that ends a line. */
static void what_cannot_be_said_is_refused(void **state)
{
    static const char *const hosts[] = {"",    "a b",   "a\r\nX: y",
                                        "a/b", "[::1]", "b\xc3\xbc.test"};
    char text[300];
    memset(text, 'a', sizeof(text));
    text[256] = '\0';
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++)
        refuse(&http, hosts[i], "the server's name cannot be told to a proxy");
    refuse(&socks, text, "the server's name cannot be told to a proxy");
    struct ph__proxy p = {.kind = PH__PROXY_SOCKS5, .user = text};
    refuse(&p, "a", "user and password have 1 to 255 octets");
    p.user = "";
    refuse(&p, "a", "user and password have 1 to 255 octets");
    p.user = "joe";
    refuse(&p, "a", "it wants a password with the user");
    p.password = text;
    refuse(&p, "a", "user and password have 1 to 255 octets");
    p = (struct ph__proxy){.kind = PH__PROXY_HTTP, .user = "a:b"};
    refuse(&p, "a", "the user has a colon, or a control character");
    p = (struct ph__proxy){
        .kind = PH__PROXY_HTTP, .user = "a", .password = "b\n"};
    refuse(&p, "a", "the user has a colon, or a control character");
}

static void the_longest_of_all_fit(void **state)
{
    char text[256], name[256];
    memset(text, 'p', 255);
    memset(name, 'n', 255);
    text[255] = name[255] = '\0';
    for (int kind = PH__PROXY_SOCKS5; kind <= PH__PROXY_HTTP; kind++) {
        struct ph__proxy p = {
            .kind = (enum ph__proxy_kind)kind, .user = text, .password = text};
        struct ph__talk *t;
        const char *why;
        assert_int_equal(ph__talk_new(&t, &p, name, 65535, &why), PH_OK);
        ph__talk_free(t);
    }
    ph__talk_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_proxy_is_understood_however_it_is_cut),
        cmocka_unit_test(nothing_less_than_the_whole_is_enough),
        cmocka_unit_test(a_proxy_may_not_go_on_for_ever),
        cmocka_unit_test(what_cannot_be_said_is_refused),
        cmocka_unit_test(the_longest_of_all_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
