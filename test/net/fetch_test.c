/* Policies over HTTPS, from a server that may be any (RFC 8461 3.3, MS-02). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "alloc/wrap.h"
#include "base/buf.h"
#include "certs.h"
#include "cli/fetch.h"
#include "cli/options.h"
#include "mx/limits.h"
#include "net/web.h"

#define HOST "mail.example.test"
#define PATH "/.well-known/mta-sts.txt"
#define URL  "https://" HOST PATH
#define TYPE "Content-Type: text/plain\r\n"
#define OK   "HTTP/1.1 200 OK\r\n" TYPE
#define POLICY                                                                 \
    "version: STSv1\r\nmode: none\r\nmax_age: 1\r\n" /* 40 octets              \
                                                      */
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"
#define GOOD    OK "Content-Length: 40\r\n\r\n" POLICY

/* The asker's side of a fetch; here it is the test's. */
struct ph_fetch {
    struct scene *scene;
    unsigned told;
    bool failed;
    struct ph__buf text;
};

enum reaction { CLOSE, CLOSE_TWICE, GO_ON, WAIT };

enum { FETCHES = 3 };

struct scene {
    uv_loop_t loop;
    struct web web;
    struct cli_fetcher *fetcher;
    struct ph_fetch fetches[FETCHES];
    unsigned started, told;
    enum reaction reaction; /* to an answer */
    bool impatient;
    struct curl_slist *detour; /* whatever the URL says, to our server */
};

static struct scene *scene; /* the one that runs */

CURLMcode __real_curl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode __wrap_curl_multi_add_handle(CURLM *multi, CURL *easy);
void __wrap_ph_fetch_done(struct ph_fetch *fetch, const char *text, size_t len);

CURLMcode __wrap_curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, scene->detour);
    if (scene->impatient)
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 20L);
    return __real_curl_multi_add_handle(multi, easy);
}

static void start(const char *url)
{
    struct ph_fetch *fetch = &scene->fetches[scene->started++];
    assert_true(scene->started <= FETCHES);
    fetch->scene = scene;
    cli_fetcher_start(fetch, url, scene->fetcher);
}

static void close_all(void)
{
    cli_fetcher_close(scene->fetcher);
    web_close(&scene->web);
}

void __wrap_ph_fetch_done(struct ph_fetch *fetch, const char *text, size_t len)
{
    struct scene *s = fetch->scene;
    assert_int_equal(++fetch->told, 1);
    assert_true(s == scene);
    s->told++;
    wrap_pause(true);
    fetch->text = PH__BUF(PH__STS_TEXT_MAX);
    fetch->failed = !text;
    if (text)
        assert_int_equal(ph__buf_add(&fetch->text, text, len), PH_OK);
    wrap_pause(false);
    if (s->reaction == GO_ON && s->started < FETCHES)
        start(URL);
    else if (s->reaction == CLOSE_TWICE)
        cli_fetcher_close(s->fetcher);
    if (s->reaction != WAIT && s->told == s->started &&
        !uv_is_closing((uv_handle_t *)&s->web.listener))
        close_all();
}

/* What the server is to be stands in `s` already. */
static void open_web(struct scene *s)
{
    char to[64];
    scene = s;
    assert_int_equal(uv_loop_init(&s->loop), 0);
    web_open(&s->web, &s->loop);
    snprintf(to, sizeof(to), "::127.0.0.1:%u", (unsigned)s->web.port);
    s->detour = curl_slist_append(NULL, to);
    assert_non_null(s->detour);
}

static int open_scene(struct scene *s, const char *ca)
{
    open_web(s);
    return cli_fetcher_new(&s->fetcher, &s->loop, ca);
}

static void end_scene(struct scene *s)
{
    uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&s->loop), 0);
    assert_int_equal(s->told, s->started);
    for (unsigned i = 0; i < s->started; i++)
        ph__buf_done(&s->fetches[i].text);
    curl_slist_free_all(s->detour);
}

static void fetch_once(struct scene *s, const char *url)
{
    assert_int_equal(open_scene(s, CERTS "ca.pem"), EXIT_DONE);
    start(url);
    uv_run(&s->loop, UV_RUN_DEFAULT);
}

/* ---- what is a policy ---- */

static const struct {
    const char *label, *answer;
    enum web_end end;
} good[] = {
    {"a length", GOOD, WEB_STAYS},
    {"a length, and the end", GOOD, WEB_ENDS},
    {"a length, and cut behind it", GOOD, WEB_CUTS},
    {"chunks",
     OK CHUNKED
     "10\r\nversion: STSv1\r\n\r\n18\r\nmode: none\r\nmax_age: 1\r\n\r\n"
     "0\r\n\r\n",
     WEB_STAYS},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\n" TYPE "Content-Length: 40\r\n\r\n" POLICY,
     WEB_ENDS},
    {"behind a 103", "HTTP/1.1 103 Early\r\nX: y\r\n\r\n" GOOD, WEB_STAYS},
    {"a charset",
     "HTTP/1.1 200 OK\r\nContent-Type: TEXT/Plain;charset=utf-8\r\n"
     "Content-Length: 40\r\n\r\n" POLICY,
     WEB_ENDS},
    {"a cookie", OK "Set-Cookie: a=b\r\nContent-Length: 40\r\n\r\n" POLICY,
     WEB_ENDS},
};

static void a_policy_is_fetched(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        struct scene s = {.web = {.cert = "server",
                                  .answer = good[i].answer,
                                  .end = good[i].end}};
        fetch_once(&s, URL);
        if (strcmp(ph__buf_text(&s.fetches[0].text), POLICY) != 0)
            fail_msg("%s: \"%s\"", good[i].label,
                     ph__buf_text(&s.fetches[0].text));
        end_scene(&s);
    }
}

static void a_policy_may_be_empty_of_words(void **state)
{
    (void)state;
    struct scene s = {
        .web = {.cert = "server", .answer = OK "Content-Length: 0\r\n\r\n"}};
    fetch_once(&s, URL);
    assert_false(s.fetches[0].failed); /* to judge it is the parser's */
    assert_int_equal(s.fetches[0].text.len, 0);
    end_scene(&s);
}

/* No cookie, no secret, no other host's name; on each connection one. */
static void the_request_says_no_more_than_it_must(void **state)
{
    (void)state;
    struct scene s = {.reaction = GO_ON,
                      .web = {.cert = "server",
                              .answer = OK "Set-Cookie: a=b\r\n"
                                           "Alt-Svc: h2=\":1\"\r\n"
                                           "Content-Length: 0\r\n\r\n",
                              .end = WEB_STAYS}};
    fetch_once(&s, URL);
    assert_int_equal(s.web.requests, FETCHES);
    assert_int_equal(s.web.connections, FETCHES);
    assert_string_equal(s.web.request,
                        "GET " PATH " HTTP/1.1\r\nHost: " HOST "\r\n"
                        "User-Agent: posthaste\r\nAccept: */*\r\n\r\n");
    end_scene(&s);
}

/* ---- what is not ---- */

static const struct {
    const char *label, *answer;
    size_t more;
    enum web_end end;
} bad[] = {
    {"moved",
     "HTTP/1.1 301 Moved\r\n" TYPE "Location: " URL "\r\n"
     "Content-Length: 40\r\n\r\n" POLICY,
     0, WEB_STAYS},
    {"moved for now",
     "HTTP/1.1 302 Found\r\n" TYPE
     "Location: /x\r\nContent-Length: 40\r\n\r\n" POLICY,
     0, WEB_ENDS},
    {"absent",
     "HTTP/1.1 404 Not Found\r\n" TYPE "Content-Length: 40\r\n\r\n" POLICY, 0,
     WEB_ENDS},
    {"no text", "HTTP/1.1 204 No Content\r\n" TYPE "\r\n", 0, WEB_STAYS},
    {"a part",
     "HTTP/1.1 206 Part\r\n" TYPE "Content-Range: bytes 0-39/80\r\n"
     "Content-Length: 40\r\n\r\n" POLICY,
     0, WEB_STAYS},
    {"a password",
     "HTTP/1.1 401 Who\r\n" TYPE "WWW-Authenticate: Basic realm=x\r\n"
     "Content-Length: 40\r\n\r\n" POLICY,
     0, WEB_STAYS},
    {"a page",
     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
     "40\r\n\r\n" POLICY,
     0, WEB_ENDS},
    {"nearly text",
     "HTTP/1.1 200 OK\r\nContent-Type: text/plainer\r\nContent-Length: "
     "40\r\n\r\n" POLICY,
     0, WEB_ENDS},
    {"text, they say", "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" POLICY,
     0, WEB_ENDS},
    {"70 KiB, said", OK "Content-Length: 71680\r\n\r\n", 1120, WEB_STAYS},
    {"70 KiB", OK CHUNKED "11800\r\n", 1120, WEB_ENDS},
    {"64 KiB and an octet, said", OK "Content-Length: 65537\r\n\r\nx", 1024,
     WEB_ENDS},
    {"64 KiB and an octet", OK CHUNKED "1\r\nx\r\n10000\r\n", 1024, WEB_ENDS},
    {"a long head", OK, 1120, WEB_STAYS},
    {"cut in the head", "HTTP/1.1 200 OK\r\nContent-", 0, WEB_CUTS},
    {"cut in the text", OK "Content-Length: 41\r\n\r\n" POLICY, 0, WEB_CUTS},
    {"ended in the text", OK "Content-Length: 41\r\n\r\n" POLICY, 0, WEB_ENDS},
    {"cut where the end would tell", OK "\r\n" POLICY, 0, WEB_CUTS},
    {"ended where the end would tell", OK "\r\n" POLICY, 0, WEB_ENDS},
    {"coded", OK "Transfer-Encoding: gzip\r\n\r\n" POLICY, 0, WEB_ENDS},
    {"cut in chunks", OK CHUNKED "28\r\n" POLICY, 0, WEB_ENDS},
    {"closed", "", 0, WEB_ENDS},
    {"HTTP/0.9", POLICY, 0, WEB_ENDS},
};

static void what_is_no_policy_has_failed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct scene s = {.web = {.cert = "server",
                                  .answer = bad[i].answer,
                                  .more = bad[i].more,
                                  .end = bad[i].end}};
        fetch_once(&s, URL);
        if (!s.fetches[0].failed || s.web.requests != 1)
            fail_msg("%s: \"%s\"", bad[i].label,
                     ph__buf_text(&s.fetches[0].text));
        end_scene(&s);
    }
}

static void as_much_as_may_be_is_fetched(void **state)
{
    (void)state;
    struct scene s = {.web = {.cert = "server",
                              .answer = OK "Content-Length: 65536\r\n\r\n",
                              .more = 1024}};
    fetch_once(&s, URL);
    assert_int_equal(s.fetches[0].text.len, PH__STS_TEXT_MAX);
    end_scene(&s);
}

/* ---- who may say so ---- */

static const struct {
    const char *label, *cert, *url, *ca;
    bool good;
} hosts[] = {
    {"a wildcard", "wildcard", "https://mta-sts.example.test" PATH, "ca.pem",
     true},
    {"a chain", "chain", URL, "ca.pem", true},
    {"another name", "wrong-name", URL, "ca.pem", false},
    {"a name as common name", "name-in-cn", URL, "ca.pem", false},
    {"two labels for a wildcard", "wildcard",
     "https://mta-sts.sub.example.test" PATH, "ca.pem", false},
    {"expired", "expired", URL, "ca.pem", false},
    {"not yet valid", "not-yet", URL, "ca.pem", false},
    {"issued by somebody", "unknown-ca", URL, "ca.pem", false},
    {"issued by itself", "self-signed", URL, "ca.pem", false},
    {"for clients", "for-clients", URL, "ca.pem", false},
    {"not for the system", "server", URL, NULL, false},
    {"no TLS", NULL, URL, "ca.pem", false},
    {"no TLS asked for", NULL, "http://" HOST PATH, "ca.pem", false},
    {"a file", NULL, "file:///etc/hostname", "ca.pem", false},
};

static void only_the_host_itself_is_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        struct scene s = {.web = {.cert = hosts[i].cert, .answer = GOOD}};
        char ca[1024];
        snprintf(ca, sizeof(ca), CERTS "%s", hosts[i].ca ? hosts[i].ca : "");
        assert_int_equal(open_scene(&s, hosts[i].ca ? ca : NULL), EXIT_DONE);
        start(hosts[i].url);
        uv_run(&s.loop, UV_RUN_DEFAULT);
        if (s.fetches[0].failed == hosts[i].good)
            fail_msg("%s: %s", hosts[i].label,
                     s.fetches[0].failed ? "failed" : "was believed");
        /* Nobody was asked, but to see that certificate. */
        if (hosts[i].cert && strcmp(hosts[i].cert, "name-in-cn") != 0)
            assert_int_equal(s.web.requests, hosts[i].good);
        end_scene(&s);
    }
}

/* ---- ends ---- */

static void who_says_nothing_is_given_up(void **state)
{
    (void)state;
    struct scene s = {.impatient = true, .web = {.cert = "server"}};
    fetch_once(&s, URL);
    assert_true(s.fetches[0].failed);
    end_scene(&s);
}

static void nobody_there_is_a_failure(void **state)
{
    (void)state;
    struct scene s = {.reaction = WAIT};
    assert_int_equal(open_scene(&s, NULL), EXIT_DONE);
    web_close(&s.web);
    start(URL);
    uv_run(&s.loop, UV_RUN_DEFAULT); /* an idle fetcher does not hold it */
    assert_true(s.fetches[0].failed);
    cli_fetcher_close(s.fetcher);
    end_scene(&s);
}

/* `turns` of the loop into the fetches; if `astray`, curl is not told where the
 * host is. False: all that the server says was said before. */
static bool close_after(unsigned turns, bool astray)
{
    struct scene s = {.reaction = WAIT,
                      .web = {.cert = "server",
                              .answer = OK "Content-Length: 41\r\n\r\n",
                              .end = WEB_STAYS}};
    assert_int_equal(open_scene(&s, CERTS "ca.pem"), EXIT_DONE);
    if (astray) {
        curl_slist_free_all(s.detour);
        s.detour = NULL;
    }
    start(URL);
    start(URL);
    for (unsigned i = 0; i < turns; i++)
        uv_run(&s.loop, UV_RUN_NOWAIT);
    bool last = s.web.requests == 2;
    close_all();
    assert_int_equal(s.told, 2);
    assert_true(s.fetches[0].failed && s.fetches[1].failed);
    start(URL); /* nothing more, but an answer */
    assert_true(s.fetches[2].failed);
    end_scene(&s);
    return !last;
}

static void closing_fails_what_is_under_way(void **state)
{
    (void)state;
    unsigned turns = 0;
    while (close_after(turns, false))
        turns++;
    assert_true(turns > 3);
}

static void closing_does_not_wait_for_a_name(void **state)
{
    (void)state;
    close_after(0, true);
    close_after(1, true);
}

static void an_asker_may_close_it(void **state)
{
    (void)state;
    struct scene s = {.reaction = CLOSE_TWICE,
                      .web = {.cert = "server", .answer = GOOD}};
    assert_int_equal(open_scene(&s, CERTS "ca.pem"), EXIT_DONE);
    start(URL);
    start(URL);
    end_scene(&s);
    assert_false(s.fetches[0].failed && s.fetches[1].failed);
}

static void without_its_file_there_is_none(void **state)
{
    (void)state;
    struct scene s = {.reaction = WAIT};
    assert_int_equal(open_scene(&s, CERTS "absent.pem"), EXIT_NO_INPUT);
    assert_null(s.fetcher);
    close_all(); /* NULL is fine */
    end_scene(&s);
}

/* ---- out of memory ---- */

/* False: there is no nth allocation. */
static bool live_with(long n, bool must_fail)
{
    struct scene s = {.web = {.cert = "server", .answer = GOOD}};
    open_web(&s);
    wrap_fail_at(n);
    int status = cli_fetcher_new(&s.fetcher, &s.loop, CERTS "ca.pem");
    if (status == EXIT_DONE)
        start(URL);
    else
        close_all();
    uv_run(&s.loop, UV_RUN_DEFAULT);
    bool failed = wrap_failed();
    wrap_fail_at(0);
    bool fetched = status == EXIT_DONE && !s.fetches[0].failed;
    assert_true(status == EXIT_DONE || status == EXIT_TRY_LATER);
    assert_true(fetched ? !failed || !must_fail : failed);
    if (fetched)
        assert_string_equal(s.fetches[0].text.data, POLICY);
    end_scene(&s);
    return failed;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    long n = 1;
    while (live_with(n, true))
        n++;
    assert_true(n > 4);
}

/* It can do without some of them. */
static void each_allocation_of_curl_may_fail(void **state)
{
    (void)state;
    long n = 1;
    assert_int_equal(curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free,
                                          realloc, strdup, calloc),
                     CURLE_OK);
    while (live_with(n, false))
        n++;
    assert_true(n > 40);
    curl_global_cleanup();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_is_fetched),
        cmocka_unit_test(a_policy_may_be_empty_of_words),
        cmocka_unit_test(the_request_says_no_more_than_it_must),
        cmocka_unit_test(what_is_no_policy_has_failed),
        cmocka_unit_test(as_much_as_may_be_is_fetched),
        cmocka_unit_test(only_the_host_itself_is_believed),
        cmocka_unit_test(who_says_nothing_is_given_up),
        cmocka_unit_test(nobody_there_is_a_failure),
        cmocka_unit_test(closing_fails_what_is_under_way),
        cmocka_unit_test(closing_does_not_wait_for_a_name),
        cmocka_unit_test(an_asker_may_close_it),
        cmocka_unit_test(without_its_file_there_is_none),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_allocation_of_curl_may_fail),
    };
    /* Nobody asked for these. */
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
