/* Where a domain's mail is handed in, told by a name server that the test
 * plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <posthaste.h>

#include "base/buf.h"
#include "dns/dns.h"
#include "unit/dns/nameserver.h"

#define SUBMISSIONS "_submissions._tcp.example.org"
#define SUBMISSION  "_submission._tcp.example.org"

static const struct {
    const char *label;
    const char *domain;
    const char *expected;
    struct zone zone[3];
} cases[] = {
    {"TLS from the first octet comes first, then priority",
     "example.org",
     "mail.example.org:465 tls vouched, b.example.org:587 vouched, "
     "a.example.org:587 vouched",
     {{SUBMISSION, PH__DNS_SRV,
       .records = {{SUBMISSION, PH__DNS_SRV, 60, "20 1 587 a.example.org"},
                   {SUBMISSION, PH__DNS_SRV, 60, "10 1 587 b.example.org"}}},
      {SUBMISSIONS, PH__DNS_SRV,
       .records = {{SUBMISSIONS, PH__DNS_SRV, 60,
                    "99 1 465 mail.example.org"}}}}},
    {"a host elsewhere is not vouched for",
     "example.org",
     "smtp.example.net:587, notexample.org:587",
     {{SUBMISSION, PH__DNS_SRV,
       .records = {{SUBMISSION, PH__DNS_SRV, 60, "1 1 587 smtp.example.net"},
                   {SUBMISSION, PH__DNS_SRV, 60, "2 1 587 notexample.org"}}}}},
    {"unless the record is validated",
     "example.org",
     "smtp.example.net:587 vouched",
     {{SUBMISSION, PH__DNS_SRV, .flags = PACKET_AD,
       .records = {{SUBMISSION, PH__DNS_SRV, 60,
                    "1 1 587 smtp.example.net"}}}}},
    {"renounced",
     "example.org",
     "PH_E_RESOLVE",
     {{SUBMISSION, PH__DNS_SRV,
       .records = {{SUBMISSION, PH__DNS_SRV, 60, "0 0 0 ."}}}}},
    {"nothing", "example.org", "PH_E_RESOLVE", {{.name = NULL}}},
    {"a name server in trouble",
     "example.org",
     "PH_E_CONNECT",
     {{SUBMISSION, PH__DNS_SRV, .flags = 2}}},
    {"a domain in UTF-8",
     "b\xC3\xBC"
     "cher.example",
     "m.xn--bcher-kva.example:465 tls vouched",
     {{"_submissions._tcp.xn--bcher-kva.example", PH__DNS_SRV,
       .records = {{"_submissions._tcp.xn--bcher-kva.example", PH__DNS_SRV, 60,
                    "1 1 465 m.xn--bcher-kva.example"}}}}},
};

struct scene {
    uv_loop_t loop;
    struct nameserver server;
    struct ph__buf told;
};

static void on_found(const struct ph_discovery *found, void *user)
{
    struct scene *s = user;
    assert_int_equal(s->told.len, 0);
    assert_int_equal(!found->count, found->code != PH_OK);
    if (found->code == PH_E_RESOLVE)
        ph__buf_add_text(&s->told, "PH_E_RESOLVE");
    if (found->code == PH_E_CONNECT)
        ph__buf_add_text(&s->told, "PH_E_CONNECT");
    for (size_t i = 0; i < found->count; i++) {
        const struct ph_place *p = &found->places[i];
        ph__buf_format(&s->told, "%s%s:%u%s%s", i ? ", " : "", p->host,
                       (unsigned)p->port, p->implicit_tls ? " tls" : "",
                       p->vouched ? " vouched" : "");
    }
    nameserver_close(&s->server);
}

static void a_domain_says_where_mail_is_handed_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene s = {.told = PH__BUF(4096)};
        assert_int_equal(uv_loop_init(&s.loop), 0);
        nameserver_init(&s.server, &s.loop, cases[i].zone);
        assert_int_equal(ph_discover(&s.loop, cases[i].domain, s.server.address,
                                     on_found, &s),
                         PH_OK);
        assert_int_equal(s.told.len, 0); /* never from inside the call */
        uv_run(&s.loop, UV_RUN_DEFAULT);
        if (strcmp(ph__buf_text(&s.told), cases[i].expected) != 0)
            fail_msg("%s: %s", cases[i].label, ph__buf_text(&s.told));
        assert_int_equal(uv_loop_close(&s.loop), 0);
        ph__buf_done(&s.told);
    }
}

static void what_is_no_domain_is_refused_at_once(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    "[192.0.2.1]", "a b",
                                        "a@b", "x\r\ny",      "-.."};
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(ph_discover(&loop, wrong[i], NULL, on_found, NULL),
                         PH_E_INVALID);
    assert_int_equal(
        ph_discover(&loop, "example.org", "no address", on_found, NULL),
        PH_E_INVALID);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_domain_says_where_mail_is_handed_in),
        cmocka_unit_test(what_is_no_domain_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
