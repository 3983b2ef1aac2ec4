#include "scene.h"

#include "cli/hide.h"

/* U38: what other users see in the list of processes. */
static const struct {
    const char *given;
    const char *before; /* an option in front of it, or NULL */
    const char *seen;
} cases[] = {
    {"hunter2", "--password", "*******"},
    {"tok/en=", "--oauth-token", "*******"},
    {"--password=hunter2", NULL, "--password=*******"},
    {"--oauth-token=abc", NULL, "--oauth-token=***"},
    {"smtp://ann:hunter2@mx:25", NULL, "smtp://ann:*******@mx:25"},
    {"smtp://ann:hunter2@mx", "--server", "smtp://ann:*******@mx"},
    {"--server=smtps://ann:p:w@mx", NULL, "--server=smtps://ann:***@mx"},
    {"-ssmtp://ann:hunter2@mx", NULL, "-ssmtp://ann:*******@mx"},
    {"smtp://ann:un/encoded@x@mx", NULL, "smtp://ann:************@mx"},
    {"smtp+unix://ann:x@/run/s", NULL, "smtp+unix://ann:*@/run/s"},
    {"socks5://ann:hunter2@px:1080", "--proxy", "socks5://ann:*******@px:1080"},
    {"--proxy=http://ann:p%40w@[::1]:3128", NULL,
     "--proxy=http://ann:*****@[::1]:3128"},
    {"--oauth-token-command=oama access ann", NULL,
     "--oauth-token-command=oama access ann"},
    {"smtp://ann@mx:25", NULL, "smtp://ann@mx:25"},
    {"smtp://mx:25", NULL, "smtp://mx:25"},
    {"--password-file=secret", NULL, "--password-file=secret"},
    {"secret", "--password-file", "secret"},
    {"ann@example.org", "--to", "ann@example.org"},
};

static void secrets_leave_the_argument_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *given = strdup(cases[i].given);
        char *before = strdup(cases[i].before ? cases[i].before : "--x");
        char *argv[] = {(char *)"posthaste", before, given, NULL};
        char **copy;
        assert_true(cli_hide_secrets(&copy, 3, argv));
        assert_string_equal(given, cases[i].seen);
        assert_string_equal(copy[2], cases[i].given);
        assert_string_equal(copy[0], "posthaste");
        assert_null(copy[3]);
        cli_hide_free(copy);
        free(given);
        free(before);
    }
}

static void an_option_at_the_end_hides_nothing(void **state)
{
    (void)state;
    char last[] = "--password";
    char *argv[] = {last, NULL};
    char **copy;
    assert_true(cli_hide_secrets(&copy, 1, argv));
    assert_string_equal(last, "--password");
    cli_hide_free(copy);
    cli_hide_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_leave_the_argument_list),
        cmocka_unit_test(an_option_at_the_end_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
