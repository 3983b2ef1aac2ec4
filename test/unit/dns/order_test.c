/* Random where the RFCs want it; the seed makes it the same each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/order.h"

enum { RUNS = 1000 };

static struct ph__dns_record make(const char *host, unsigned priority,
                                  unsigned weight)
{
    struct ph__dns_record r = {.service = {.priority = (uint16_t)priority,
                                           .weight = (uint16_t)weight}};
    memcpy(r.host, host, strlen(host));
    return r;
}

/* DL-01 */
static void equal_preferences_share_the_first_place(void **state)
{
    unsigned first[3] = {0};
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        struct ph__dns_record r[] = {make("z", 30, 0), make("a", 10, 0),
                                     make("b", 10, 0), make("y", 20, 0),
                                     make("c", 10, 0)};
        ph__dns_order_mx(r, 5, seed);
        assert_string_equal(r[3].host, "y");
        assert_string_equal(r[4].host, "z");
        first[r[0].host[0] - 'a']++;
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(first[i], 250, 420); /* a third each */
}

/* RFC 2782: a weight is a share. */
static void weights_decide_among_equal_priorities(void **state)
{
    unsigned first[3] = {0};
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        struct ph__dns_record r[] = {make("x", 2, 65535), make("a", 1, 0),
                                     make("b", 1, 30), make("c", 1, 10)};
        ph__dns_order_srv(r, 4, seed);
        assert_string_equal(r[3].host, "x");
        first[r[0].host[0] - 'a']++;
    }
    assert_in_range(first[0], 1, 60);
    assert_in_range(first[1], 650, 820);
    assert_in_range(first[2], 160, 320);
}

static void nothing_is_lost_on_the_way(void **state)
{
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        struct ph__dns_record r[PH__DNS_RECORDS];
        unsigned seen[PH__DNS_RECORDS] = {0};
        for (unsigned i = 0; i < PH__DNS_RECORDS; i++) {
            r[i] = make("h", i % 3, i % 5 * 65535 / 5);
            r[i].service.port = (uint16_t)i;
        }
        ph__dns_order_srv(r, PH__DNS_RECORDS, seed);
        for (unsigned i = 0; i < PH__DNS_RECORDS; i++)
            seen[r[i].service.port]++;
        for (unsigned i = 0; i < PH__DNS_RECORDS; i++)
            assert_int_equal(seen[i], 1);
    }
    ph__dns_order_mx(NULL, 0, 0);
    ph__dns_order_srv(NULL, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_preferences_share_the_first_place),
        cmocka_unit_test(weights_decide_among_equal_priorities),
        cmocka_unit_test(nothing_is_lost_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
