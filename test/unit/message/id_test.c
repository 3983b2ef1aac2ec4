#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/id.h"
#include "message/limits.h"

static void ids_have_two_sides_of_dot_atoms(void **state)
{
    static const struct {
        const char *id;
        bool valid;
    } cases[] = {
        {"a@b", true},          {"1.2.3@mx.example.org", true},
        {"a+b=c@x_y", true},    {"a@[127.0.0.1]", true},
        {"a@[IPv6:::1]", true}, {"", false},
        {"a", false},           {"@b", false},
        {"a@", false},          {"a@b@c", false},
        {"a..b@c", false},      {".a@b", false},
        {"a.@b", false},        {"a@.b", false},
        {"a b@c", false},       {"<a@b>", false},
        {"a@b>", false},        {"a@b\r\nBcc: c", false}, /* S22 */
        {"a@[]", false},        {"a@[x", false},
        {"a@[x>]", false},      {"\xC3\xBC@b", false},
        {"\"a\"@b", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (ph__id_is_valid(cases[i].id, strlen(cases[i].id)) != cases[i].valid)
            fail_msg("%s", cases[i].id);
}

static void ids_are_limited(void **state)
{
    char id[PH__MESSAGE_ID_MAX + 1];
    memset(id, 'a', sizeof(id));
    id[100] = '@';
    assert_true(ph__id_is_valid(id, PH__MESSAGE_ID_MAX));
    assert_false(ph__id_is_valid(id, PH__MESSAGE_ID_MAX + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_have_two_sides_of_dot_atoms),
        cmocka_unit_test(ids_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
