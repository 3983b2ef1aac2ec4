#include "scene.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/server.h"

enum { WORDS = 8 };

static char home[] = "/tmp/cli-test-home-XXXXXX";

static void write_user_file(const char *text, mode_t mode)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/posthaste/config", home);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

/* Server options, then the account, then all is settled. */
static int settle(struct cli_server *s, const char *const *words,
                  const char *system, const char *fallback)
{
    char *argv[WORDS + 2] = {(char *)"try"};
    int argc = 1, id, status = EXIT_DONE;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    struct cli_args args = {
        .argc = argc, .argv = argv, .tables = {cli_server_options}};
    cli_server_init(s);
    s->account.system_path = scene_file(system, strlen(system));
    while (!status && (id = cli_next(&args)) != CLI_END)
        status = id == CLI_BAD ? EXIT_USAGE_ERROR
                               : cli_server_option(s, id, args.value);
    return status ? status : cli_server_finish(s, fallback);
}

/* "host:port user password hello from", with a dash for what is not there. */
static const char *summary(const struct cli_server *s)
{
    static char out[256];
    const struct ph_credentials *c = s->client.session->auth;
    const char *hello = s->client.session->hello;
    const char *from = cli_server_said(s, CLI_FROM);
    const char *user = c && c->user ? c->user : "-";
    const char *password = c && c->password ? c->password : "-";
    snprintf(out, sizeof(out), "%s %s %s %s %s", ph__buf_text(&s->address),
             user, password, hello ? hello : "-", from ? from : "-");
    return out;
}

#define LOGIN "user = ann\npassword = sesame\n"
#define WORK  "[work]\nserver = smtp://mx\n" LOGIN
static const struct {
    const char *label, *user, *system;
    const char *words[WORDS];
    const char *fallback;
    const char *expected;
} cases[] = {
    {"its section", WORK, "", {"-a", "work"}, NULL, "mx:587 ann sesame - -"},
    {"in any case", WORK, "", {"-a", "WORK"}, NULL, "mx:587 ann sesame - -"},
    {"the user's file first",
     "[a]\nserver=smtp://one\n",
     "[a]\nserver=smtp://two\nhello=x\n",
     {"-a", "a"},
     NULL,
     "one:25 - - - -"},
    {"then the system's",
     "",
     "[a]\nserver=smtp://two\n",
     {"-a", "a"},
     NULL,
     "two:25 - - - -"},
    {"then the preset",
     WORK,
     "",
     {"-a", "gmail"},
     NULL,
     "smtp.gmail.com:465 - - - -"},
    {"default where no server is named",
     "[default]\nserver = smtp://mx\nfrom = Ann <a@x>\n",
     "",
     {NULL},
     "",
     "mx:25 - - - Ann <a@x>"},
    {"not where --server is",
     "[default]\nserver = smtp://mx\nhello = x\n",
     "",
     {"-s", "smtp://two"},
     NULL,
     "two:25 - - - -"},
    {"nor where $POSTHASTE_SERVER is",
     "[default]\nserver = smtp://mx\nhello = x\n",
     "",
     {NULL},
     "smtp://env",
     "env:25 - - - -"},
    {"--account before $POSTHASTE_SERVER",
     WORK,
     "",
     {"-a", "work"},
     "smtp://env",
     "mx:587 ann sesame - -"},
    {"which names a server for an account with none",
     "[a]\nhello = x\n",
     "",
     {"-a", "a"},
     "smtp://env",
     "env:25 - - x -"},
    {"options before the account",
     WORK "hello = x\n",
     "",
     {"-a", "work", "--hello=y", "-s", "smtp://two:2525"},
     NULL,
     "two:2525 ann sesame y -"},
    {"one secret replaces another kind",
     WORK,
     "",
     {"-a", "work", "--oauth-token=t"},
     NULL,
     "mx:587 ann - - -"},
    {"a URL's login replaces the account's",
     WORK,
     "",
     {"-a", "work", "-s", "smtp://bob:b@two"},
     NULL,
     "two:587 bob b - -"},
    {"an account leads to another",
     "[default]\naccount = work\nhello = x\n" WORK "hello = y\n",
     "",
     {NULL},
     NULL,
     "mx:587 ann sesame x -"},
    {"of the other file",
     "[a]\naccount = b\n" LOGIN,
     "[b]\nserver = smtp://two\nuser = bob\nhello = y\n",
     {"-a", "a"},
     NULL,
     "two:587 ann sesame y -"},
    {"or to a preset",
     "[a]\naccount = fastmail\n" LOGIN,
     "",
     {"-a", "a"},
     NULL,
     "smtp.fastmail.com:465 ann sesame - -"},
    {"of its own name",
     "[gmail]\naccount = gmail\n" LOGIN,
     "[Gmail]\naccount = gmail\nhello = x\n",
     {"-a", "gmail"},
     NULL,
     "smtp.gmail.com:465 ann sesame x -"},
    {"an inherited URL's login is replaced, too",
     "[a]\naccount = b\n" LOGIN "[b]\nserver = smtp://bob:b@two\n",
     "",
     {"-a", "a"},
     NULL,
     "two:587 ann sesame - -"},
    {"mx: may stand in an account",
     "[a]\nserver = mx:\nhello = x\n",
     "",
     {"-a", "a"},
     NULL,
     " - - x -"},
};

static void the_nearest_that_says_it_wins(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_server s;
        write_user_file(cases[i].user, 0600);
        int status =
            settle(&s, cases[i].words, cases[i].system, cases[i].fallback);
        if (status || strcmp(summary(&s), cases[i].expected) != 0)
            fail_msg("%s: %d, %s", cases[i].label, status,
                     status ? "" : summary(&s));
        cli_server_done(&s);
    }
}

/* The file, the line that is named, and the status. */
static const struct {
    const char *text;
    const char *words[WORDS];
    int status;
    const char *line;
} wrong[] = {
    {"[a]\nserver = smtp://mx\npasword = sesame\n", {"-a", "a"}, 78, ":3: "},
    {"[a]\nserver = smtp://mx\n[b]\nsesame = 1\n", {"-a", "a"}, 78, ":4: "},
    {"[a]\nWhich server: = x\n", {"-a", "a"}, 78, ":2: "},
    {"[a]\nhello = x\n#\nhello = y\n", {"-a", "a"}, 78, ":4: "},
    {"[a]\ntls-insecure = true\n", {"-a", "a"}, 78, ":2: "},
    {"[a]\npassword-file = secret\n", {"-a", "a"}, 78, ":2: "},
    {"[a]\npassword-file = -\n", {"-a", "a"}, 78, ":2: "},
    {"[a]\ntimeout = soon\n", {"-a", "a"}, 78, ":2: "},
    {"[a]\naccount = b\n[b]\naccount = a\n", {"-a", "a"}, 78, ":4: "},
    {"[a]\naccount = nosuch\n", {"-a", "a"}, 78, ":2: "},
    {"[default]\naccount = nosuch\n", {NULL}, 78, ":2: "},
    /* What is found later is of the account, or perhaps of the options. */
    {"\n[a]\ntls = always\nserver = smtp://mx\n", {"-a", "a"}, 78, ":2: "},
    {"[a]\nhello = x\n", {"-a", "a"}, 78, ":1: "},
    {"[a]\nserver = smtp://mx\n" LOGIN "password-command = x\n",
     {"-a", "a"},
     78,
     ":1: "},
    {"[a]\nserver = smtp://ann:sesame@mx:port\n", {"-a", "a"}, 78, ":1: "},
    {"[a]\nserver = smtp://mx\n", {"-a", "a", "--tls=always"}, 64, ":1: "},
    {"[a]\nserver = smtp://mx\n", {"-a", "b"}, 64, "known are a, gmail, "},
};

static void what_is_wrong_is_told_with_file_and_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct cli_server s;
        write_user_file(wrong[i].text, 0600);
        scene_listen();
        int status = settle(&s, wrong[i].words, "", NULL);
        const char *said = scene_said();
        if (status != wrong[i].status || !strstr(said, wrong[i].line))
            fail_msg("case %zu: %d, %s", i, status, said);
        assert_null(strstr(said, "sesame")); /* U38 */
        cli_server_done(&s);
    }
}

static void a_secret_that_others_may_read_is_refused(void **state)
{
    static const char *const secrets[] = {
        "password = sesame", "oauth-token = sesame",
        "server = smtp://ann:sesame@mx", "server = smtp://ann:ses/ame@mx",
        "proxy = http://ann:sesame@mx:3128"};
    static const char *const fine[] = {"password-command = pass mx",
                                       "server = smtp://ann@mx",
                                       "server = smtp://mx:25"};
    static const char *const words[] = {"-a", "gmail", NULL};
    char text[128];
    struct cli_server s;
    (void)state;
    for (size_t i = 0; i < COUNT(secrets) + COUNT(fine); i++) {
        bool secret = i < COUNT(secrets);
        const char *line = secret ? secrets[i] : fine[i - COUNT(secrets)];
        snprintf(text, sizeof(text), "[other]\n%s\n", line);
        for (int mode = 0; mode < 2; mode++) {
            write_user_file(text, mode ? 0640 : 0600);
            scene_listen();
            int status = settle(&s, words, "", NULL);
            const char *said = scene_said();
            assert_int_equal(status, mode && secret ? 78 : 0);
            assert_true(!status || strstr(said, ":2: "));
            assert_null(strstr(said, "ame"));
            cli_server_done(&s);
        }
    }
}

static void switches_and_pins_add_up_as_options_do(void **state)
{
#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    static const char *const words[] = {"-a", "a", NULL};
    struct cli_server s;
    (void)state;
    write_user_file("[a]\naccount = b\ntls-pin = " PIN "\ntls-pin = " PIN
                    "\nchunking = no\ntls-insecure = yes\n"
                    "[b]\nserver = smtp://mx\ntls-pin = " PIN
                    "\nchunking = yes\nipv4 = yes\n",
                    0600);
    assert_int_equal(settle(&s, words, "", NULL), EXIT_DONE);
    assert_string_equal(s.client.tls_pins[1], PIN);
    assert_null(s.client.tls_pins[2]);
    assert_true(s.client.tls_insecure);
    assert_false(s.session.chunking);
    assert_int_equal(s.network.options.family, PH_FAMILY_IPV4);
    cli_server_done(&s);
}

static void a_files_name_may_begin_at_home(void **state)
{
    static const char *const words[] = {"-a", "a", NULL};
    struct cli_server s;
    (void)state;
    write_user_file("[a]\nserver = smtp://ann@mx\n"
                    "password-file = ~/posthaste/config\n",
                    0600);
    assert_int_equal(settle(&s, words, "", NULL), EXIT_DONE);
    assert_string_equal(s.client.session->auth->password, "[a]");
    cli_server_done(&s);
}

static int come_home(void **state)
{
    char path[64];
    (void)state;
    if (!mkdtemp(home))
        return -1;
    snprintf(path, sizeof(path), "%s/posthaste", home);
    unsetenv("SSLKEYLOGFILE");
    return mkdir(path, 0700) || setenv("XDG_CONFIG_HOME", home, 1) ||
           setenv("HOME", home, 1);
}

static int leave(void **state)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/posthaste/config", home);
    unlink(path);
    snprintf(path, sizeof(path), "%s/posthaste", home);
    rmdir(path);
    rmdir(home);
    return scene_done(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_that_says_it_wins),
        cmocka_unit_test(what_is_wrong_is_told_with_file_and_line),
        cmocka_unit_test(a_secret_that_others_may_read_is_refused),
        cmocka_unit_test(switches_and_pins_add_up_as_options_do),
        cmocka_unit_test(a_files_name_may_begin_at_home),
    };
    return cmocka_run_group_tests(tests, come_home, leave);
}
