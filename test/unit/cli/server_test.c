#include "scene.h"

#include "cli/server.h"

enum { WORDS = 12 };

struct given {
    const char *words[WORDS];
    int status;
    uint16_t port;
    enum ph_tls tls;
    bool login;
};

static int settle(struct cli_server *s, const char *const *words,
                  const char *fallback)
{
    char *argv[WORDS + 2] = {(char *)"try"};
    int argc = 1, id, status = EXIT_DONE;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    struct cli_args args = {
        .argc = argc, .argv = argv, .tables = {cli_server_options}};
    cli_server_init(s);
    while (!status && (id = cli_next(&args)) != CLI_END)
        status = id == CLI_BAD ? EXIT_USAGE_ERROR
                               : cli_server_option(s, id, args.value);
    return status ? status : cli_server_finish(s, fallback);
}

/* The table of "Which server" in --help. */
static const struct given defaults[] = {
    {{"-s", "smtp://mx"}, 0, 25, PH_TLS_OPPORTUNISTIC, false},
    {{"-s", "smtp://mx:2525"}, 0, 2525, PH_TLS_OPPORTUNISTIC, false},
    {{"-s", "smtp://mx:587"}, 0, 587, PH_TLS_REQUIRED, false},
    {{"-s", "smtp://a:b@mx"}, 0, 587, PH_TLS_REQUIRED, true},
    {{"-s", "smtp://a:b@mx:25"}, 0, 25, PH_TLS_REQUIRED, true},
    {{"-s", "smtp://mx", "--user", "a", "--password", "b"},
     0,
     587,
     PH_TLS_REQUIRED,
     true},
    {{"-s", "smtp://a:b@mx", "--tls", "none"}, 0, 587, PH_TLS_NONE, true},
    {{"-s", "smtp://mx", "--tls=required"}, 0, 25, PH_TLS_REQUIRED, false},
    {{"-s", "smtp://mx:587", "--tls=opportunistic"},
     0,
     587,
     PH_TLS_OPPORTUNISTIC,
     false},
    {{"-s", "mx:"}, 0, 0, PH_TLS_OPPORTUNISTIC, false},
    {{"-s", "mx:", "--tls=required", "--tls-cert=/dev/null"},
     0,
     0,
     PH_TLS_REQUIRED,
     false},
    {{"-s", "smtps://mx"}, 0, 465, PH_TLS_IMPLICIT, false},
    {{"-s", "smtps://a:b@mx"}, 0, 465, PH_TLS_IMPLICIT, true},
    {{"-s", "smtps://mx:2465", "--tls=required"},
     0,
     2465,
     PH_TLS_IMPLICIT,
     false},
    {{"-s", "smtp+unix:///s"}, 0, 25, PH_TLS_NONE, false},
    {{"-s", "smtp+unix:///s", "--tls", "required"},
     0,
     25,
     PH_TLS_REQUIRED,
     false},
    {{"-s", "lmtp://mx:24"}, 0, 24, PH_TLS_OPPORTUNISTIC, false},
    {{"-s", "lmtp://a:b@mx:24"}, 0, 24, PH_TLS_REQUIRED, true},
    {{"-s", "lmtp://mx:24", "--tls", "none"}, 0, 24, PH_TLS_NONE, false},
    {{"-s", "lmtp+unix:///s"}, 0, 25, PH_TLS_NONE, false},
    {{"-s", "smtp://a@mx", "--oauth-token=t"}, 0, 587, PH_TLS_REQUIRED, true},
    {{"-s", "smtp://a@mx", "--password-command=pass mx"},
     0,
     587,
     PH_TLS_REQUIRED,
     true},
    {{"-s", "smtp://a@mx", "--oauth-token-command", "oama access a"},
     0,
     587,
     PH_TLS_REQUIRED,
     true},
    {{"-s", "smtp://mx", "--auth=EXTERNAL", "--tls-cert=/dev/null"},
     0,
     587,
     PH_TLS_REQUIRED,
     true},
    {{"-s", "smtp://mx", "--tls-cert=/dev/null"},
     0,
     25,
     PH_TLS_OPPORTUNISTIC,
     false},
    {{"--account", "gmail"}, 0, 465, PH_TLS_IMPLICIT, false},
    {{"-a", "outlook"}, 0, 587, PH_TLS_REQUIRED, false},
    {{"-a", "outlook", "--tls", "none"}, 0, 587, PH_TLS_NONE, false},
    {{"-a", "gmail", "-s", "smtp://mx"}, 0, 25, PH_TLS_OPPORTUNISTIC, false},
};

static void defaults_are_those_of_the_help(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(defaults); i++) {
        const struct given *c = &defaults[i];
        struct cli_server s;
        assert_int_equal(settle(&s, c->words, NULL), c->status);
        assert_int_equal(s.client.port, c->port);
        assert_int_equal(s.client.session->tls, c->tls);
        bool login = s.client.session->auth || s.client.login;
        assert_int_equal(login, c->login);
        cli_server_done(&s);
    }
}

static const struct {
    const char *words[WORDS];
    int status;
} wrong[] = {
    {{NULL}, 64},
    {{"-s", "mx"}, 64},
    {{"-s", "mx:example.org"}, 64},
    {{"-s", "smtps://mx", "--tls", "none"}, 64},
    {{"-s", "smtps://mx", "--tls", "opportunistic"}, 64},
    {{"-s", "smtp://mx", "--tls", "always"}, 64},
    {{"-s", "smtp://mx", "--user", "a"}, 64},
    {{"-s", "smtp://a@mx"}, 64},
    {{"-s", "smtp://mx", "--password", "b"}, 64},
    {{"-s", "smtp://a@mx", "--password=b", "--password-file=/dev/null"}, 64},
    {{"-s", "smtp://a:b@mx", "--auth", "GSSAPI"}, 64},
    {{"-s", "smtp://a:b@mx", "--auth", "PLAIN,,LOGIN"}, 64},
    {{"-s", "smtp://a:b@mx", "--auth", "SCRAM-SHA-256-PLUS-PLUS-PLUS-PLUS-X"},
     64},
    {{"-s", "smtp://mx", "--auth", "EXTERNAL"}, 64},
    {{"-s", "smtp://a@mx", "--auth=EXTERNAL", "--tls-cert=/dev/null"}, 64},
    {{"-s", "smtp://a@mx", "--oauth-token=t", "--password=p"}, 64},
    {{"-s", "smtp://mx", "--oauth-token=t"}, 64},
    {{"-s", "smtp://a@mx", "--oauth-token="}, 64},
    {{"-s", "smtp://a@mx", "--oauth-token-file=/nowhere/t"}, 66},
    {{"-s", "smtp://a@mx", "--password-command="}, 64},
    {{"-s", "smtp://a@mx", "--password-command=pass 'mx"}, 64},
    {{"-s", "smtp://a:b@mx", "--auth", "PLAIN,"}, 64},
    {{"-s", "smtp://a:b@mx", "--auth", ""}, 64},
    {{"-s", "smtp://mx", "--timeout", "0"}, 64},
    {{"-s", "smtp://mx", "--timeout", "1s"}, 64},
    {{"-s", "smtp://mx", "--timeout", "99999999999999999999"}, 64},
    {{"-s", "smtp://mx", "--hello", "a\r\nMAIL FROM:<x@y>"}, 64}, /* S20 */
    {{"-s", "smtp://mx", "--hello", ""}, 64},
    {{"-s", "smtp://mx", "--hello", "a b"}, 64},
    {{"-s", "smtp://mx", "--user=a\n", "--password=b"}, 64},
    {{"-s", "smtp://mx", "--user=a", "--password=b\n"}, 64},
    {{"-s", "smtp://mx", "--tls-ca", "/nowhere/ca.pem"}, 66},
    {{"-s", "smtp://a@mx", "--password-file", "/nowhere/secret"}, 66},
    {{"-s", "smtp://a@mx", "--password-file", "/dev/null"}, 65},
    {{"-s", "smtp://mx", "--tls-cert", "/nowhere/cert.pem"}, 66},
    {{"-s", "smtp://mx", "--tls-cert=/dev/null", "--tls-key=/nowhere"}, 66},
    {{"-s", "smtp://mx", "--tls-key", "/dev/null"}, 64},
    {{"-s", "smtp://mx", "--tls-min", "1.1"}, 64},
    {{"-s", "smtp://mx", "--tls-min", "TLSv1.3"}, 64},
    {{"-s", "smtp://mx", "--tls-pin", "AAAA"}, 64},
    {{"-s", "smtp://mx", "--tls-pin", "sha256//AAAA"}, 64},
    {{"-s", "smtp://mx", "--tls-pin",
      "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
     64},
    {{"-s", "smtp://mx", "--tls-keylog", "/nowhere/keys"}, 66},
    {{"-s", "smtp://mx", "--bind", "localhost"}, 64},
    {{"-s", "smtp://mx", "--bind", "127.0.0.1", "--ipv6"}, 64},
    {{"-s", "smtp://mx", "--bind", "::1", "--ipv4"}, 64},
    {{"-s", "smtp://mx", "--ipv4", "--ipv6"}, 64},
    {{"-s", "smtp+unix:///s", "--ipv4"}, 64},
    {{"-s", "smtp://mx", "--proxy", "mx:1080"}, 64},
    {{"-s", "smtp://mx", "--proxy", "socks4://mx:1080"}, 64},
    {{"-s", "smtp://mx", "--proxy", "http://mx"}, 64},
    {{"--account", "nosuch"}, 64},
    {{"-s", "lmtp://mx:25"}, 64}, /* LM-05 */
    {{"-s", "lmtp://mx"}, 64},
};

static void what_does_not_fit_together_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct cli_server s;
        scene_listen();
        int status = settle(&s, wrong[i].words, NULL);
        assert_int_equal(strncmp(scene_said(), "posthaste: ", 11), 0);
        assert_int_equal(status, wrong[i].status);
        cli_server_done(&s);
    }
}

static void what_is_for_one_server_is_not_for_exchangers(void **state)
{
    (void)state;
    static const char *const options[] = {
        "--account=gmail",      "--tls-name=a",
        "--tls-pin=a",          "--user=a",
        "--password=a",         "--password-file=a",
        "--password-command=a", "--oauth-token=a",
        "--oauth-token-file=a", "--oauth-token-command=a",
        "--auth=PLAIN",         "--auth-id=a",
        "--auth-plaintext",     "--auth-two-step"};
    for (size_t i = 0; i < COUNT(options); i++) {
        const char *words[] = {"-s", "mx:", options[i], NULL};
        size_t name = strcspn(options[i], "=");
        struct cli_server s;
        scene_listen();
        assert_int_equal(settle(&s, words, NULL), EXIT_USAGE_ERROR);
        const char *said = scene_said() + strlen("posthaste: ");
        assert_int_equal(strncmp(said, options[i], name), 0);
        assert_int_equal(said[name], ':');
        cli_server_done(&s);
    }
}

static void scheme_and_options_say_which_dialect_is_spoken(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS];
        bool lmtp, chunking;
    } cases[] = {{{"-s", "smtp://mx"}, false, false},
                 {{"-s", "smtp://mx", "--chunking"}, false, true},
                 {{"-s", "lmtp://mx:24"}, true, false},
                 {{"-s", "lmtp+unix:///s", "--chunking"}, true, true}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_server s;
        assert_int_equal(settle(&s, cases[i].words, NULL), EXIT_DONE);
        assert_int_equal(s.client.session->lmtp, cases[i].lmtp);
        assert_int_equal(s.client.session->chunking, cases[i].chunking);
        cli_server_done(&s);
    }
}

static void the_network_goes_the_way_that_was_said(void **state)
{
    (void)state;
    static const char *const words[] = {"-s",
                                        "smtp://mx",
                                        "--bind",
                                        "::1",
                                        "--ipv6",
                                        "--proxy",
                                        "http://ann:p%40w@[2001:db8::1]:3128",
                                        NULL};
    struct cli_server s;
    assert_int_equal(settle(&s, words, NULL), EXIT_DONE);
    const struct ph_network *n = s.client.network;
    assert_string_equal(n->bind_address, "::1");
    assert_int_equal(n->family, PH_FAMILY_IPV6);
    assert_int_equal(n->proxy, PH_PROXY_HTTP);
    assert_string_equal(n->proxy_host, "2001:db8::1");
    assert_int_equal(n->proxy_port, 3128);
    assert_string_equal(n->proxy_user, "ann");
    assert_string_equal(n->proxy_password, "p@w");
    cli_server_done(&s);
}

static void what_encrypts_reaches_the_client(void **state)
{
    (void)state;
#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    static const char *const words[] = {
        "-s",        "smtp://mx", "--tls-pin",  PIN,         "--tls-pin", PIN,
        "--tls-min", "1.3",       "--tls-cert", "/dev/null", NULL};
    struct cli_server s;
    assert_int_equal(settle(&s, words, NULL), EXIT_DONE);
    assert_string_equal(s.client.tls_pins[1], PIN);
    assert_null(s.client.tls_pins[2]);
    assert_true(s.client.tls_1_3);
    assert_string_equal(s.client.tls_key_file, "/dev/null");
    assert_null(s.client.tls_key_log);
    cli_server_done(&s);
}

static void a_token_is_not_a_password(void **state)
{
    (void)state;
    static const char *const words[] = {"-s",
                                        "smtp://ann:unused@mx",
                                        "--oauth-token",
                                        "ya29.x",
                                        "--auth",
                                        "XOAUTH2,OAUTHBEARER",
                                        NULL};
    struct cli_server s;
    assert_int_equal(settle(&s, words, NULL), EXIT_DONE);
    assert_string_equal(s.client.session->auth->token, "ya29.x");
    assert_null(s.client.session->auth->password);
    cli_server_done(&s);
}

static void an_account_brings_mechanisms_and_limits(void **state)
{
    (void)state;
    static const char *const words[] = {
        "-a", "Outlook", "--user", "a", "--oauth-token", "t", NULL};
    static const char *const ours[] = {
        "-a",           "outlook", "--user", "a",
        "--password=p", "--auth",  "LOGIN",  NULL};
    struct cli_server s;
    assert_int_equal(settle(&s, words, "smtp://theirs"), EXIT_DONE);
    assert_string_equal(s.client.host, "smtp-mail.outlook.com");
    assert_string_equal(s.client.session->auth->mechanisms, "XOAUTH2,LOGIN");
    assert_int_equal(s.client.connections, 3);
    cli_server_done(&s);
    assert_int_equal(settle(&s, ours, NULL), EXIT_DONE);
    assert_string_equal(s.client.session->auth->mechanisms, "LOGIN");
    cli_server_done(&s);
}

static void an_unknown_account_is_answered_with_all_there_are(void **state)
{
    (void)state;
    static const char *const words[] = {"-a", "nosuch", NULL};
    struct cli_server s;
    scene_listen();
    int status = settle(&s, words, NULL);
    const char *said = scene_said();
    assert_int_equal(status, 64);
    assert_non_null(strstr(said, "no account nosuch: known are gmail, "));
    assert_non_null(strstr(said, "yandex"));
    cli_server_done(&s);
}

static void no_error_shows_the_password(void **state)
{
    (void)state; /* U38 */
    static const char *const cases[][WORDS] = {
        {"-s", "smtp://ann:open sesame@mx:port", "--user", "ann"},
        {"-s", "smtp://mx", "--proxy", "http://ann:sesame@mx:port"},
        {"-s", "smtp://a@mx", "--password-command=sh -c 'echo sesame"},
        {"-s", "smtp://a@mx", "--password=sesame\n"},
        {"-s", "smtp://a@mx", "--oauth-token=sesame\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli_server s;
        scene_listen();
        int status = settle(&s, cases[i], NULL);
        assert_null(strstr(scene_said(), "sesame"));
        assert_int_equal(status, 64);
        cli_server_done(&s);
    }
}

static void options_win_over_the_url(void **state)
{
    (void)state;
    static const char *const words[] = {
        "-s",          "smtp://ann:one@mx", "--user", "bob", "--auth",
        "login,plain", "--password",        "two",    NULL};
    struct cli_server s;
    assert_int_equal(settle(&s, words, NULL), EXIT_DONE);
    assert_string_equal(s.client.session->auth->user, "bob");
    assert_string_equal(s.client.session->auth->password, "two");
    assert_string_equal(s.client.session->auth->mechanisms, "login,plain");
    assert_string_equal(ph__buf_text(&s.address), "mx:587");
    cli_server_done(&s);
}

static void the_environment_names_a_server_when_no_option_does(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    static const char *const one[] = {"-s", "smtp://mine", NULL};
    struct cli_server s;
    assert_int_equal(settle(&s, none, "smtps://[::1]"), EXIT_DONE);
    assert_string_equal(s.client.host, "::1");
    assert_string_equal(ph__buf_text(&s.address), "[::1]:465");
    cli_server_done(&s);
    assert_int_equal(settle(&s, one, "smtps://theirs"), EXIT_DONE);
    assert_string_equal(s.client.host, "mine");
    cli_server_done(&s);
}

static void a_password_file_gives_its_first_line(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
        int status;
        const char *password;
    } files[] = {
        {TEXT("secret\n"), EXIT_DONE, "secret"},
        {TEXT("secret"), EXIT_DONE, "secret"},
        {TEXT("secret\r\n"), EXIT_DONE, "secret"},
        {TEXT(" p w \nuser: ann\n"), EXIT_DONE, " p w "},
        {TEXT("\nsecret\n"), EXIT_BAD_DATA, NULL},
        {TEXT("a\tb\n"), EXIT_BAD_DATA, NULL},
    };
    for (size_t i = 0; i < COUNT(files); i++) {
        const char *path = scene_file(files[i].data, files[i].len);
        const char *words[] = {"-s", "smtp://ann@mx", "--password-file", path,
                               NULL};
        struct cli_server s;
        scene_listen();
        int status = settle(&s, words, NULL);
        scene_said();
        assert_int_equal(status, files[i].status);
        if (files[i].password)
            assert_string_equal(s.client.session->auth->password,
                                files[i].password);
        cli_server_done(&s);
    }
}

/* Somebody's own accounts are not for a test. */
static int be_nobody(void **state)
{
    (void)state;
    return setenv("XDG_CONFIG_HOME", "/nowhere", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_help),
        cmocka_unit_test(what_is_for_one_server_is_not_for_exchangers),
        cmocka_unit_test(what_does_not_fit_together_is_refused),
        cmocka_unit_test(scheme_and_options_say_which_dialect_is_spoken),
        cmocka_unit_test(the_network_goes_the_way_that_was_said),
        cmocka_unit_test(what_encrypts_reaches_the_client),
        cmocka_unit_test(a_token_is_not_a_password),
        cmocka_unit_test(an_account_brings_mechanisms_and_limits),
        cmocka_unit_test(an_unknown_account_is_answered_with_all_there_are),
        cmocka_unit_test(no_error_shows_the_password),
        cmocka_unit_test(options_win_over_the_url),
        cmocka_unit_test(the_environment_names_a_server_when_no_option_does),
        cmocka_unit_test(a_password_file_gives_its_first_line),
    };
    return cmocka_run_group_tests(tests, be_nobody, scene_done);
}
