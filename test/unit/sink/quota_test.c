#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sink/quota.h"

static void limits_are_read_and_said_again(void **state)
{
    struct ph__buf text = PH__BUF(200);
    struct ph__sink_quotas q;
    assert_int_equal(
        ph__sink_quota_parse(&q, ",RCPTDOMAINMAX=1, rcptmax=999999", &text),
        PH_OK);
    assert_int_equal(q.max[PH__SINK_QUOTA_RCPT], 999999);
    assert_int_equal(q.max[PH__SINK_QUOTA_MAIL], 0);
    assert_true(ph__sink_quota_any(&q));
    assert_int_equal(ph__sink_quota_add(&text, &q), PH_OK);
    assert_string_equal(text.data, " RCPTMAX=999999 RCPTDOMAINMAX=1");
    ph__buf_done(&text);
    assert_int_equal(ph__sink_quota_parse(&q, "", &text), PH_OK);
    assert_false(ph__sink_quota_any(&q));
}

static void limits_that_make_no_sense_are_explained(void **state)
{
    static const char *const bad[] = {
        "MAILMAX",    "MAILMAX=",        "MAILMAX=0",
        "MAILMAX=01", "MAILMAX=1000000", "MAILMAX=1 MAILMAX=1",
        "MAILMAX=x",  "MAILMA=1",        "MAILMAXX=1",
        "=1",         "RCPTMAX=1;"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ph__buf why = PH__BUF(400);
        struct ph__sink_quotas q = {.max = {7}};
        assert_int_equal(ph__sink_quota_parse(&q, bad[i], &why), PH_E_INVALID);
        assert_true(why.len > 0);
        assert_int_equal(q.max[0], 7); /* written on success only */
        ph__buf_done(&why);
    }
}

static void the_names_of_domains_are_limited_in_octets_too(void **state)
{
    struct ph__sink_domains d = {.names = PH__BUF(PH__SINK_DOMAINS_MAX)};
    char name[100];
    int rc = PH_OK;
    uint32_t n = 0;
    for (; !rc && n < PH__SINK_QUOTA_MAX; n++) {
        int len = snprintf(name, sizeof(name), "d%u.example.org", n);
        rc = ph__sink_domains_add(&d, (struct ph_slice){name, (size_t)len},
                                  PH__SINK_QUOTA_MAX);
    }
    assert_int_equal(rc, PH_E_LIMIT);
    assert_true(n < 6000);
    struct ph_slice known = {"D0.EXAMPLE.ORG", 14};
    assert_int_equal(ph__sink_domains_add(&d, known, PH__SINK_QUOTA_MAX),
                     PH_OK);
    ph__buf_done(&d.names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_read_and_said_again),
        cmocka_unit_test(limits_that_make_no_sense_are_explained),
        cmocka_unit_test(the_names_of_domains_are_limited_in_octets_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
