#include "scene.h"

#include "cli/dsn.h"

enum { WORDS = 6 };

static int settle(struct ph_parameters *p, const char *const *words)
{
    char *argv[WORDS + 2] = {(char *)"try"};
    int argc = 1, id, status = EXIT_DONE;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    struct cli_args args = {
        .argc = argc, .argv = argv, .tables = {cli_dsn_options}};
    *p = (struct ph_parameters){0};
    while (!status && (id = cli_next(&args)) != CLI_END)
        status = id == CLI_BAD ? EXIT_USAGE_ERROR
                               : cli_dsn_option(p, id, args.value);
    return status;
}

static const struct {
    const char *words[WORDS];
    unsigned notify;
    enum ph_return ret;
    const char *id;
} good[] = {
    {{"--dsn-notify", "never"}, PH_NOTIFY_NEVER, 0, NULL},
    {{"--dsn-notify", "delay"}, PH_NOTIFY_DELAY, 0, NULL},
    {{"--dsn-notify", "success,failure,delay"},
     PH_NOTIFY_SUCCESS | PH_NOTIFY_FAILURE | PH_NOTIFY_DELAY,
     0,
     NULL},
    {{"--dsn-return", "full"}, 0, PH_RETURN_FULL, NULL},
    {{"--dsn-return", "hdrs"}, 0, PH_RETURN_HEADERS, NULL},
    {{"--dsn-id", "QQ = 314+1"}, 0, 0, "QQ = 314+1"},
    {{"--dsn-notify=failure", "--dsn-return=hdrs", "--dsn-id=x"},
     PH_NOTIFY_FAILURE,
     PH_RETURN_HEADERS,
     "x"},
};

static void what_is_asked_for_is_set(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct ph_parameters p;
        assert_int_equal(settle(&p, good[i].words), EXIT_DONE);
        assert_int_equal(p.size, sizeof(p));
        assert_int_equal(p.notify, good[i].notify);
        assert_int_equal(p.ret, good[i].ret);
        if (good[i].id)
            assert_string_equal(p.envelope_id, good[i].id);
        else
            assert_null(p.envelope_id);
    }
}

static const char *const nonsense[][WORDS] = {
    {"--dsn-notify", ""},
    {"--dsn-notify", "always"},
    {"--dsn-notify", "success,"},
    {"--dsn-notify", "never,failure"},
    {"--dsn-notify", "failure,never"},
    {"--dsn-notify", "SUCCESS"},
    {"--dsn-return", "headers"},
    {"--dsn-return", ""},
    {"--dsn-id", ""},
    {"--dsn-id", "a\r\nRSET"},
    {"--dsn-id", "Z\303\274rich"},
    {"--dsn-id", "0123456789012345678901234567890123456789012345678901234567"
                 "8901234567890123456789012345678901234567890"},
};

static void nonsense_is_a_usage_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(nonsense); i++) {
        struct ph_parameters p;
        scene_listen();
        int status = settle(&p, nonsense[i]);
        assert_int_equal(strncmp(scene_said(), "posthaste: --dsn-", 17), 0);
        assert_int_equal(status, EXIT_USAGE_ERROR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_is_set),
        cmocka_unit_test(nonsense_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
