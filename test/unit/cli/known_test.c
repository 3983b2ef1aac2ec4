#include "scene.h"

#include "cli/known.h"

static uint64_t mark_of(struct cli_known *k, const char *address)
{
    uint64_t mark = 0;
    assert_int_equal(cli_known_mark(k, address, &mark), PH_OK);
    assert_true(mark != 0);
    return mark;
}

static void one_mailbox_has_one_mark(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {{"ann@x.org", "ann@x.org", true},
                 {"ann@x.org", "ann@X.Org", true},
                 {"ann@x.org", "Ann@x.org", false},
                 {"ann@x.org", "ann@x.orga", false},
                 {"\"ann\"@x.org", "ann@x.org", true},
                 {"\"a@b\"@x.org", "\"a@B\"@x.org", false},
                 {"a@b\xC3\xBC"
                  "cher.de",
                  "a@xn--bcher-kva.de", true}};
    struct cli_known k;
    assert_int_equal(cli_known_init(&k), PH_OK);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(mark_of(&k, cases[i].a) == mark_of(&k, cases[i].b),
                         cases[i].same);
    cli_known_done(&k);
}

static void what_is_no_address_has_none(void **state)
{
    (void)state;
    static const char *const cases[] = {"", "nobody", "a@", "@x.org", "a b@x"};
    struct cli_known k;
    assert_int_equal(cli_known_init(&k), PH_OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t mark = 7;
        assert_int_equal(cli_known_mark(&k, cases[i], &mark), PH_E_ADDRESS);
        assert_int_equal(mark, 7);
    }
    cli_known_done(&k);
}

/* Who knows the list cannot know which two addresses share a mark. */
static void each_run_has_a_key_of_its_own(void **state)
{
    (void)state;
    struct cli_known a, b;
    assert_int_equal(cli_known_init(&a), PH_OK);
    assert_int_equal(cli_known_init(&b), PH_OK);
    assert_true(mark_of(&a, "ann@x.org") != mark_of(&b, "ann@x.org"));
    cli_known_done(&a);
    cli_known_done(&b);
}

enum { MANY = 100000, OCTETS_A_ROW = 50 };

static void many_are_known_in_little_room(void **state)
{
    (void)state;
    struct cli_known k;
    assert_int_equal(cli_known_init(&k), PH_OK);
    assert_false(cli_known_has(&k, 5));
    for (uint64_t i = 1; i <= MANY; i++) {
        uint64_t mark = i << 40 | i; /* such as fall into few slots at first */
        assert_false(cli_known_has(&k, mark));
        assert_int_equal(cli_known_reserve(&k), PH_OK);
        cli_known_add(&k, mark);
        cli_known_add(&k, mark);
        assert_true(cli_known_has(&k, mark));
    }
    assert_int_equal(k.count, MANY);
    for (uint64_t i = 1; i <= MANY; i++)
        assert_true(cli_known_has(&k, i << 40 | i));
    /* Half as much again is there while it grows. */
    assert_true(k.size * sizeof(*k.slots) * 3 / 2 <= MANY * OCTETS_A_ROW);
    cli_known_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_mailbox_has_one_mark),
        cmocka_unit_test(what_is_no_address_has_none),
        cmocka_unit_test(each_run_has_a_key_of_its_own),
        cmocka_unit_test(many_are_known_in_little_room),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
