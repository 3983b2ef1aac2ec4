/* Which hosts take a domain's mail, by what the DNS says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mx/route.h"

enum { RECORDS = 16 };

struct mx {
    uint16_t preference;
    const char *host;
};

struct reading {
    const char *label;
    enum ph__dns_status status;
    bool renounced;
    struct mx records[4]; /* in the order of use, as dns/answer.h has them */
    const char *own;
    const char *hosts; /* NULL: there is nobody */
    enum ph_outcome outcome;
    enum ph_code code;
};

/* DL-01, DL-02, DL-03, DL-04 */
static const struct reading readings[] = {
    {"by preference",
     PH__DNS_FOUND,
     false,
     {{10, "a.test"}, {10, "b.test"}, {20, "c.test"}},
     "us.test",
     "a.test b.test c.test ",
     PH_UNSENT,
     PH_OK},
    {"one that is listed twice is tried once",
     PH__DNS_FOUND,
     false,
     {{10, "a.test"}, {20, "A.Test"}, {30, "b.test"}},
     NULL,
     "a.test b.test ",
     PH_UNSENT,
     PH_OK},
    {"with MX records the domain itself is no host, even if it is the best",
     PH__DNS_FOUND,
     false,
     {{10, "a.test"}},
     NULL,
     "a.test ",
     PH_UNSENT,
     PH_OK},
    {"without them it is (implicit MX)",
     PH__DNS_NO_DATA,
     false,
     {{0}},
     "us.test",
     "example.test ",
     PH_UNSENT,
     PH_OK},
    {"null MX",
     PH__DNS_NO_DATA,
     true,
     {{0}},
     NULL,
     NULL,
     PH_REFUSED,
     PH_E_PERMANENT},
    {"no such domain",
     PH__DNS_NO_NAME,
     false,
     {{0}},
     NULL,
     NULL,
     PH_REFUSED,
     PH_E_RESOLVE},
    {"not a name at all",
     PH__DNS_BAD_NAME,
     false,
     {{0}},
     NULL,
     NULL,
     PH_REFUSED,
     PH_E_RESOLVE},
    {"a name server in trouble",
     PH__DNS_TROUBLE,
     false,
     {{0}},
     NULL,
     NULL,
     PH_DEFERRED,
     PH_E_CONNECT},
    {"none in time",
     PH__DNS_TIMEOUT,
     false,
     {{0}},
     NULL,
     NULL,
     PH_DEFERRED,
     PH_E_CONNECT},
    {"MX records of which none can be used: not the domain itself",
     PH__DNS_GARBAGE,
     false,
     {{0}},
     NULL,
     NULL,
     PH_DEFERRED,
     PH_E_CONNECT},
    {"out of memory",
     PH__DNS_NOMEM,
     false,
     {{0}},
     NULL,
     NULL,
     PH_DEFERRED,
     PH_E_NOMEM},
    /* RFC 5321 5.1 */
    {"ourselves, and whoever is no better, are left out",
     PH__DNS_FOUND,
     false,
     {{10, "a.test"}, {20, "b.test"}, {20, "US.test"}, {30, "c.test"}},
     "us.test",
     "a.test ",
     PH_UNSENT,
     PH_OK},
    {"we are the best one",
     PH__DNS_FOUND,
     false,
     {{10, "us.test"}, {20, "b.test"}},
     "us.test",
     NULL,
     PH_REFUSED,
     PH_E_PERMANENT},
    {"we are the domain itself",
     PH__DNS_NO_DATA,
     false,
     {{0}},
     "Example.test",
     NULL,
     PH_REFUSED,
     PH_E_PERMANENT},
};

static void make_answer(struct ph__dns_answer *out,
                        struct ph__dns_record records[RECORDS],
                        const struct reading *c)
{
    *out = (struct ph__dns_answer){.status = c->status,
                                   .renounced = c->renounced,
                                   .authentic = true,
                                   .name = "example.test",
                                   .records = records};
    for (; out->count < 4 && c->records[out->count].host; out->count++) {
        struct ph__dns_record *r = &records[out->count];
        r->service.priority = c->records[out->count].preference;
        snprintf(r->host, sizeof(r->host), "%s", c->records[out->count].host);
    }
}

static void check_hosts(const char *label, const struct ph__route *r,
                        const char *expected)
{
    char found[RECORDS * 64] = "";
    for (size_t i = 0; i < r->count; i++) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof(found) - used, "%s ", r->hosts[i].name);
    }
    if (strcmp(found, expected) != 0)
        fail_msg("%s: %s", label, found);
}

static void the_dns_decides_who_is_tried(void **state)
{
    for (size_t i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
        const struct reading *c = &readings[i];
        struct ph__dns_record records[RECORDS] = {0};
        struct ph__dns_answer answer;
        struct ph__route r;
        make_answer(&answer, records, c);
        ph__route_read(&r, "example.test", &answer, c->own);
        check_hosts(c->label, &r, c->hosts ? c->hosts : "");
        if (r.outcome != c->outcome || r.why.code != c->code)
            fail_msg("%s: %s, %s", c->label, ph_outcome_name(r.outcome),
                     ph_strerror(r.why.code));
        if (!c->hosts) {
            assert_int_equal(r.why.stage, PH_STAGE_RESOLVE);
            assert_true(*r.why.detail);
        }
    }
}

static void a_null_mx_says_so(void **state) /* RFC 7505 4.1 */
{
    struct ph__dns_answer answer = {.status = PH__DNS_NO_DATA,
                                    .renounced = true};
    struct ph__route r;
    ph__route_read(&r, "example.test", &answer, NULL);
    assert_int_equal(r.why.reply.code, 0); /* no server has said anything */
    assert_int_equal(r.why.reply.enhanced[0], 5);
    assert_int_equal(r.why.reply.enhanced[1], 1);
    assert_int_equal(r.why.reply.enhanced[2], 10);
}

static void there_is_an_end_to_hosts(void **state)
{
    struct ph__dns_record records[RECORDS] = {0};
    struct ph__dns_answer answer = {
        .status = PH__DNS_FOUND, .records = records, .count = RECORDS};
    struct ph__route r;
    for (unsigned i = 0; i < RECORDS; i++)
        snprintf(records[i].host, sizeof(records[i].host), "mx%u.test", i);
    ph__route_read(&r, "example.test", &answer, NULL);
    assert_int_equal(r.count, PH__MX_HOSTS);
    assert_string_equal(r.hosts[PH__MX_HOSTS - 1].name, "mx9.test");
}

static const struct {
    const char *domain;
    const char *host; /* NULL: none */
} literals[] = {
    {"[127.0.0.1]", "127.0.0.1"},
    {"[IPv6:::1]", "::1"},
    {"[ipv6:2001:db8::25]", "2001:db8::25"},
    {"[::1]", NULL},
    {"[IPv6:127.0.0.1]", NULL},
    {"[x-tag:anything]", NULL},
    {"[IPv6:]", NULL},
    {"[]", NULL},
    {"[", NULL},
};

static void an_address_literal_is_its_own_host(void **state)
{
    for (size_t i = 0; i < sizeof(literals) / sizeof(*literals); i++) {
        struct ph__route r;
        const char *host = literals[i].host;
        assert_true(ph__route_is_literal(literals[i].domain));
        ph__route_literal(&r, literals[i].domain);
        assert_int_equal(r.count, host != NULL);
        assert_int_equal(r.outcome, host ? PH_UNSENT : PH_REFUSED);
        assert_false(r.secure); /* no DANE: RFC 7672 2.2 */
        if (host)
            assert_string_equal(r.hosts[0].name, host);
    }
    assert_false(ph__route_is_literal("example.test"));
}

static const struct {
    enum ph_outcome outcome;
    enum ph_code code;
    bool goes_on;
} verdicts[] = {
    {PH_ACCEPTED, PH_OK, false},
    {PH_REFUSED, PH_E_PERMANENT, false},
    {PH_UNCERTAIN, PH_E_DOUBT, false}, /* it would arrive twice */
    {PH_DEFERRED, PH_E_TEMPORARY, true},
    {PH_UNSENT, PH_E_CONNECT, true},
    {PH_UNSENT, PH_E_TLS, true},
    {PH_UNSENT, PH_E_PERMANENT, true}, /* a greeting of 554 */
    {PH_UNSENT, PH_E_CANCELED, false},
};

static void only_what_is_open_goes_on_to_the_next(void **state)
{
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
        struct ph_recipient_result r = {.outcome = verdicts[i].outcome,
                                        .code = verdicts[i].code};
        assert_int_equal(ph__route_goes_on(&r), verdicts[i].goes_on);
    }
}

static void not_now_outweighs_not_reached(void **state)
{
    struct ph_recipient_result none = {.outcome = PH_UNSENT};
    struct ph_recipient_result deferred = {.outcome = PH_DEFERRED};
    struct ph_recipient_result unsent = {.outcome = PH_UNSENT,
                                         .code = PH_E_CONNECT};
    struct ph_recipient_result refused = {.outcome = PH_REFUSED};
    assert_true(ph__route_outweighs(&unsent, &none));
    assert_true(ph__route_outweighs(&deferred, &unsent));
    assert_false(ph__route_outweighs(&unsent, &deferred));
    assert_true(ph__route_outweighs(&refused, &deferred));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dns_decides_who_is_tried),
        cmocka_unit_test(a_null_mx_says_so),
        cmocka_unit_test(there_is_an_end_to_hosts),
        cmocka_unit_test(an_address_literal_is_its_own_host),
        cmocka_unit_test(only_what_is_open_goes_on_to_the_next),
        cmocka_unit_test(not_now_outweighs_not_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
