/* When TLSA records count, and what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "mx/dane.h"

#define FOUND   PH__DNS_FOUND
#define NONE    PH__DNS_NO_DATA
#define TROUBLE PH__DNS_TROUBLE

static const struct {
    const char *label;
    struct ph__dane_answer a, aaaa;
    enum ph__dane expected;
} addresses[] = {
    /* RFC 7672 2.2.2 */
    {"both", {FOUND, true}, {FOUND, true}, PH__DANE_ASK},
    {"one, proven to be the only one",
     {FOUND, true},
     {NONE, true},
     PH__DANE_ASK},
    {"the other cannot be looked up",
     {TROUBLE, false},
     {FOUND, true},
     PH__DANE_ASK},
    {"one that nobody vouches for",
     {FOUND, true},
     {FOUND, false},
     PH__DANE_NONE},
    {"in a zone that is not signed",
     {FOUND, false},
     {NONE, false},
     PH__DANE_NONE},
    {"none known: another lookup may find one",
     {TROUBLE, false},
     {NONE, true},
     PH__DANE_AVOID},
    {"none at all", {NONE, true}, {NONE, true}, PH__DANE_AVOID},
};

static void only_a_host_with_secure_addresses_is_asked_for(void **state)
{
    for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
        if (ph__dane_addresses(addresses[i].a, addresses[i].aaaa) !=
            addresses[i].expected)
            fail_msg("%s", addresses[i].label);
}

struct record {
    unsigned usage, selector, matching, len;
};

static const struct {
    const char *label;
    enum ph__dns_status status;
    bool authentic;
    struct record records[3];
    enum ph__dane expected;
} answers[] = {
    {"one that can be used", FOUND, true, {{3, 1, 1, 32}}, PH__DANE_USE},
    {"among others", FOUND, true, {{0, 0, 0, 9}, {2, 0, 2, 64}}, PH__DANE_USE},
    {"a whole certificate", FOUND, true, {{2, 0, 0, 400}}, PH__DANE_USE},
    /* DN-05 */
    {"usages 0 and 1",
     FOUND,
     true,
     {{0, 1, 1, 32}, {1, 1, 1, 32}},
     PH__DANE_BLIND},
    {"unknown matching", FOUND, true, {{3, 1, 9, 32}}, PH__DANE_BLIND},
    {"unknown selector", FOUND, true, {{3, 2, 1, 32}}, PH__DANE_BLIND},
    {"a hash of another length",
     FOUND,
     true,
     {{3, 1, 1, 31}, {3, 1, 2, 32}},
     PH__DANE_BLIND},
    {"nothing to match", FOUND, true, {{3, 1, 0, 0}}, PH__DANE_BLIND},
    {"nobody vouches for them", FOUND, false, {{3, 1, 1, 32}}, PH__DANE_NONE},
    {"proven not to be there", NONE, true, {{0}}, PH__DANE_NONE},
    {"no such name", PH__DNS_NO_NAME, false, {{0}}, PH__DANE_NONE},
    /* DN-02 */
    {"trouble", TROUBLE, false, {{0}}, PH__DANE_AVOID},
    {"too late", PH__DNS_TIMEOUT, false, {{0}}, PH__DANE_AVOID},
    {"garbage", PH__DNS_GARBAGE, false, {{0}}, PH__DANE_AVOID},
    {"out of memory", PH__DNS_NOMEM, false, {{0}}, PH__DANE_AVOID},
};

static void records_count_if_vouched_for(void **state) /* RFC 7672 2.2 */
{
    static const uint8_t data[400];
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        struct ph__dns_record records[3] = {0};
        struct ph__dns_answer a = {.status = answers[i].status,
                                   .authentic = answers[i].authentic,
                                   .records = records};
        for (size_t n = 0; a.status == FOUND && n < 3; n++) {
            const struct record *r = &answers[i].records[n];
            if (!r->usage && !r->len && n)
                break;
            records[n].tlsa.usage = (uint8_t)r->usage;
            records[n].tlsa.selector = (uint8_t)r->selector;
            records[n].tlsa.matching = (uint8_t)r->matching;
            records[n].data = data;
            records[n].len = r->len;
            a.count++;
        }
        if (ph__dane_records(&a) != answers[i].expected)
            fail_msg("%s", answers[i].label);
    }
}

static void names_count_for_trust_anchors(void **state) /* DN-04 */
{
    struct ph__dns_record records[2] = {0};
    records[0].tlsa.usage = records[1].tlsa.usage = 3;
    assert_false(ph__dane_needs_names(records, 2));
    records[1].tlsa.usage = 2;
    assert_true(ph__dane_needs_names(records, 2));
}

static void the_name_has_port_and_protocol(void **state) /* RFC 7672 2.2.3 */
{
    char name[PH__DNS_NAME];
    char host[PH__DNS_NAME];
    assert_true(ph__dane_name(name, 25, "mx.example.test"));
    assert_string_equal(name, "_25._tcp.mx.example.test");
    memset(host, 'a', sizeof(host));
    host[PH__DNS_NAME - 3] = '\0';
    assert_false(ph__dane_name(name, 25, host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_host_with_secure_addresses_is_asked_for),
        cmocka_unit_test(records_count_if_vouched_for),
        cmocka_unit_test(names_count_for_trust_anchors),
        cmocka_unit_test(the_name_has_port_and_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
