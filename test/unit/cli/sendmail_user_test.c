#include "scene.h"

#include <pwd.h>
#include <unistd.h>

#include "cli/sendmail_user.h"

static void a_name_is_what_the_entry_says_first(void **state)
{
    static const struct {
        const char *gecos, *login, *expected;
    } cases[] = {
        {"Ann Lee", "ann", "Ann Lee"},
        {"Ann Lee,Room 1,,", "ann", "Ann Lee"},
        {"& the Great", "ann", "Ann the Great"},
        {"&", "", ""},
        {"", "ann", ""},
        {",,,", "ann", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ph__buf out = PH__BUF(64);
        assert_int_equal(
            cli_user_full_name(&out, cases[i].gecos, cases[i].login), PH_OK);
        assert_string_equal(ph__buf_text(&out), cases[i].expected);
        ph__buf_done(&out);
    }
}

static void the_domain_is_the_first_with_a_dot(void **state)
{
    static const struct {
        const char *hello, *mailname, *expected; /* NULL: this host's */
    } cases[] = {
        {"mx.example.org", "other.example\n", "mx.example.org"},
        {"mx", "other.example\n", "other.example"},
        {"[192.0.2.1]", "other.example \nx.example\n", "other.example"},
        {NULL, "other.example", "other.example"},
        {NULL, "other.example\r\n", "other.example"},
        {NULL, "b\303\274cher.example\n", NULL},
        {NULL, "two@signs.example\n", NULL},
        {NULL, "other\n", NULL},
        {NULL, "", NULL},
    };
    char host[256];
    (void)state;
    assert_int_equal(gethostname(host, sizeof(host)), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_user u;
        const char *path =
            scene_file(cases[i].mailname, strlen(cases[i].mailname));
        assert_int_equal(cli_user_find(&u, cases[i].hello, path), PH_OK);
        const char *want = cases[i].expected ? cases[i].expected : host;
        if (strcmp(ph__buf_text(&u.domain), want) != 0)
            fail_msg("case %zu: %s", i, ph__buf_text(&u.domain));
        cli_user_done(&u);
    }
}

static void logname_chooses_among_our_own_names_only(void **state)
{
    const struct passwd *me = getpwuid(getuid());
    struct cli_user u;
    (void)state;
    if (!me || strcmp(me->pw_name, "nobody") == 0)
        skip();
    assert_int_equal(setenv("LOGNAME", "nobody", 1), 0);
    assert_int_equal(cli_user_find(&u, NULL, "/nowhere"), PH_OK);
    assert_string_equal(ph__buf_text(&u.login), getpwuid(getuid())->pw_name);
    cli_user_done(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_what_the_entry_says_first),
        cmocka_unit_test(the_domain_is_the_first_with_a_dot),
        cmocka_unit_test(logname_chooses_among_our_own_names_only),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
