/* Every allocation fails once: it is told once, and everything is released. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc/wrap.h"
#include "dns/dns.h"
#include "nameserver.h"

static const struct zone zone[] = {
    {.name = "mail.test",
     .type = PH__DNS_MX,
     .records = {{"mail.test", PH__DNS_MX, 60, "1 a.mail.test"}}},
    {0}};

struct life {
    unsigned told;
    enum ph__dns_status status;
};

static void on_answer(void *user, const struct ph__dns_answer *a)
{
    struct life *life = user;
    life->told++;
    life->status = a->status;
}

/* With the nth allocation failing; false when there is no nth. */
static bool live_with(long n, const char *name, enum ph__dns_type type)
{
    uv_loop_t loop;
    struct nameserver server;
    struct ph__dns *dns = NULL;
    struct ph__dns_query *query;
    struct life life = {0};
    assert_int_equal(uv_loop_init(&loop), 0);
    nameserver_init(&server, &loop, zone);
    struct ph__dns_options o = {.servers = server.address};
    wrap_fail_at(n);
    int rc = ph__dns_new(&dns, &loop, &o);
    if (!rc)
        rc = ph__dns_ask(&query, dns, type, name, on_answer, &life);
    uv_run(&loop, UV_RUN_DEFAULT);
    bool failed = wrap_failed();
    wrap_fail_at(0);
    assert_int_equal(life.told, !rc);
    assert_int_equal(rc == PH_E_NOMEM || life.status == PH__DNS_NOMEM, failed);
    assert_int_equal(rc == PH_OK && life.status == PH__DNS_FOUND, !failed);
    if (dns)
        ph__dns_close(dns, NULL, NULL);
    nameserver_close(&server);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return failed;
}

static void a_question_survives_it(void **state)
{
    long n = 1;
    while (live_with(n, "mail.test", PH__DNS_MX))
        n++;
    assert_true(n > 5);
}

static void an_answer_of_our_own_survives_it(void **state)
{
    long n = 1;
    while (live_with(n, "localhost", PH__DNS_A))
        n++;
    assert_true(n > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_survives_it),
        cmocka_unit_test(an_answer_of_our_own_survives_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
