#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message/limits.h"
#include "message/recipients.h"

static int add(struct ph__recipients *r, const char *address)
{
    struct ph_slice both = {address, strlen(address)};
    return ph__recipients_add(r, both, both);
}

static void the_same_mailbox_is_one_recipient(void **state)
{
    static const struct {
        const char *address;
        size_t count; /* after it */
    } cases[] = {
        {"ann@x.org", 1},     {"ann@x.org", 1},        {"ann@X.ORG", 1},
        {"Ann@x.org", 2}, /* RFC 5321 2.4 */
        {"ann@x.or", 3},      {"ann@x.orgg", 4},       {"\"a@B\"@x.org", 5},
        {"\"a@b\"@x.org", 6}, {"\"a@B\"@X.org", 6},    {"postmaster", 7},
        {"Postmaster", 8},    {"postmaster@x.org", 9},
    };
    struct ph__recipients r;
    ph__recipients_init(&r);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(add(&r, cases[i].address), PH_OK);
        assert_int_equal(r.count, cases[i].count);
    }
    assert_string_equal(ph__recipients_get(&r, 0), "ann@x.org");
    assert_string_equal(ph__recipients_get(&r, 8), "postmaster@x.org");
    assert_null(ph__recipients_get(&r, 9));
    ph__recipients_done(&r);
}

static int add_typed(struct ph__recipients *r, const char *typed,
                     const char *wire)
{
    return ph__recipients_add(r, (struct ph_slice){typed, strlen(typed)},
                              (struct ph_slice){wire, strlen(wire)});
}

/* U24; few are compared one by one, many through a table. */
static void what_goes_over_the_wire_decides(void **state)
{
    struct ph__recipients r;
    char typed[40], wire[40], upper[40];
    ph__recipients_init(&r);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 50; i++) {
            snprintf(typed, sizeof(typed), "u%d@\xC3\xBC.org", i);
            snprintf(wire, sizeof(wire), "u%d@xn--tda.org", i);
            snprintf(upper, sizeof(upper), "u%d@XN--TDA.ORG", i);
            assert_int_equal(add_typed(&r, round ? wire : typed, wire), PH_OK);
            assert_int_equal(add_typed(&r, upper, upper), PH_OK);
        }
        assert_int_equal(r.count, 50);
    }
    assert_string_equal(ph__recipients_get(&r, 49), "u49@\xC3\xBC.org");
    assert_string_equal(ph__recipients_wire(&r, 49), "u49@xn--tda.org");
    assert_null(ph__recipients_wire(&r, 50));
    assert_int_equal(add(&r, "\xC3\xBC@x.org"), PH_OK);
    assert_ptr_equal(ph__recipients_get(&r, 50), ph__recipients_wire(&r, 50));
    ph__recipients_done(&r);
}

static void a_hundred_thousand_keep_their_order_and_no_more_fit(void **state)
{
    char address[40];
    struct ph__recipients r;
    ph__recipients_init(&r);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < PH__MAILBOXES_MAX; i++) {
            snprintf(address, sizeof(address), "user%d@%s.org", i,
                     round ? "EXAMPLE" : "example");
            assert_int_equal(add(&r, address), PH_OK);
        }
        assert_int_equal(r.count, PH__MAILBOXES_MAX);
    }
    assert_string_equal(ph__recipients_get(&r, 77777), "user77777@example.org");
    assert_int_equal(add(&r, "one@too.many"), PH_E_LIMIT);
    ph__recipients_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_mailbox_is_one_recipient),
        cmocka_unit_test(what_goes_over_the_wire_decides),
        cmocka_unit_test(a_hundred_thousand_keep_their_order_and_no_more_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
