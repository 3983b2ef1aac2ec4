#include "scene.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"
#include "cli/options.h"

/* The file as "[a]k=v|k=v[b]", and what was said. */
static const char *read_as(struct ph__buf *out, const char *data, size_t len,
                           int *status)
{
    struct cli_config c = {0};
    ph__buf_clear(out);
    scene_listen();
    *status = cli_config_read(&c, scene_file(data, len), false);
    const char *said = scene_said();
    for (size_t i = 0; i < c.count; i++) {
        const struct cli_setting *s = &c.settings[i];
        bool first = i && !c.settings[i - 1].key;
        int rc = s->key ? ph__buf_format(out, "%s%s=%s", first ? "" : "|",
                                         s->key, s->value)
                        : ph__buf_format(out, "[%s]", s->value);
        assert_int_equal(rc, PH_OK);
    }
    cli_config_done(&c);
    return said;
}

static const struct {
    const char *label, *input, *expected;
} good[] = {
    {"nothing", "", ""},
    {"remarks", "# a = b\n ; [x\n\n  \t\n", ""},
    {"a section", "[work]\nuser = ann\n", "[work]user=ann"},
    {"empty ones", "[ a ]\n[b]", "[a][b]"},
    {"blanks", "\t[a] \n  k\t=\t v w \t\n", "[a]k=v w"},
    {"no blanks, no last line end", "[a]\nk=v\nl=w", "[a]k=v|l=w"},
    {"CRLF", "[a]\r\nk = v\r\n", "[a]k=v"},
    {"no remark behind a value", "[a]\nk = p;w #x", "[a]k=p;w #x"},
    {"= in a value", "[a]\nk = b==", "[a]k=b=="},
    {"nothing in a value", "[a]\nk =", "[a]k="},
    {"quotes are of the value", "[a]\nk = \"v \"", "[a]k=\"v \""},
};

static void lines_are_sections_settings_and_remarks(void **state)
{
    struct ph__buf out = PH__BUF(1024);
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        int status;
        const char *said =
            read_as(&out, good[i].input, strlen(good[i].input), &status);
        if (status || strcmp(ph__buf_text(&out), good[i].expected) != 0)
            fail_msg("%s: %s, %s", good[i].label, ph__buf_text(&out), said);
        scene_done(NULL);
    }
    ph__buf_done(&out);
}

static const struct {
    const char *input;
    size_t len;
    const char *line; /* of the error */
} bad[] = {
    {TEXT("user = ann"), ":1: "},
    {TEXT("\n\n[a]\nsesame\n"), ":4: "},
    {TEXT("[a"), ":1: "},
    {TEXT("[]"), ":1: "},
    {TEXT("[ ]"), ":1: "},
    {TEXT("[a]\n[b] sesame"), ":2: "},
    {TEXT("[a]\n\n[A]"), ":3: "},
    {TEXT("[a]\nk = sesame\001"), ":2: "},
    {TEXT("[a]\nk = sesame\0x"), ":2: "},
    {TEXT("[a]\n\0"), ":2: "},
    {TEXT("[a]\nk = sesame\rx"), ":2: "},
};

static void wrong_lines_are_named_by_number_and_not_shown(void **state)
{
    struct ph__buf out = PH__BUF(1024);
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        int status;
        const char *said = read_as(&out, bad[i].input, bad[i].len, &status);
        assert_int_equal(status, EXIT_BAD_CONFIG);
        assert_non_null(strstr(said, bad[i].line));
        assert_null(strstr(said, "sesame")); /* U38 */
        scene_done(NULL);
    }
    ph__buf_done(&out);
}

/* What is cut anywhere is read as far as it goes, or refused. */
static void a_file_may_end_anywhere(void **state)
{
    static const char whole[] = "# x\n[a]\nkey = value\n\n[b]\nk = v\n";
    static const char all[] = "[a]key=value[b]k=v";
    struct ph__buf out = PH__BUF(1024);
    (void)state;
    for (size_t len = 0; len < sizeof(whole); len++) {
        int status;
        read_as(&out, whole, len, &status);
        assert_true(status == EXIT_DONE || status == EXIT_BAD_CONFIG);
        assert_memory_equal(ph__buf_text(&out), all, out.len);
        scene_done(NULL);
    }
    ph__buf_done(&out);
}

static void a_token_of_64_kib_is_read_whole(void **state)
{
    enum { TOKEN = 64 * 1024 };
    static char data[8 + TOKEN];
    struct cli_config c;
    (void)state;
    memset(data, 'x', sizeof(data));
    memcpy(data, "[a]\nk =", 7);
    assert_int_equal(cli_config_read(&c, scene_file(data, sizeof(data)), false),
                     EXIT_DONE);
    const struct cli_setting *s =
        cli_config_next(&c, cli_config_section(&c, "A"));
    assert_int_equal(strlen(s->value), TOKEN + 1);
    assert_null(cli_config_next(&c, s));
    cli_config_done(&c);
}

static void what_is_too_much_is_refused(void **state)
{
    struct ph__buf data = PH__BUF(CLI_CONFIG_OCTETS + 1);
    struct ph__buf out = PH__BUF(1 << 20);
    int status;
    (void)state;
    assert_int_equal(ph__buf_add_text(&data, "[a]\n"), PH_OK);
    for (int i = 1; i < CLI_CONFIG_LINES; i++)
        assert_int_equal(ph__buf_add_text(&data, "k=v\n"), PH_OK);
    read_as(&out, data.data, data.len, &status);
    assert_int_equal(status, EXIT_DONE);
    assert_int_equal(ph__buf_add_text(&data, "k=v\n"), PH_OK);
    assert_non_null(
        strstr(read_as(&out, data.data, data.len, &status), ":10001: "));
    assert_int_equal(status, EXIT_BAD_CONFIG);
    assert_int_equal(ph__buf_reserve(&data, data.limit - data.len), PH_OK);
    memset(data.data, '\n', data.limit);
    read_as(&out, data.data, data.limit, &status);
    assert_int_equal(status, EXIT_BAD_CONFIG);
    read_as(&out, data.data, data.limit - 1, &status);
    assert_int_equal(status, EXIT_DONE);
    ph__buf_done(&data);
    ph__buf_done(&out);
}

static void a_file_that_is_not_there_has_nothing_in_it(void **state)
{
    struct cli_config c;
    (void)state;
    assert_int_equal(cli_config_read(&c, "/nowhere/x", false), EXIT_DONE);
    assert_null(cli_config_section(&c, "a"));
    cli_config_done(&c);
    assert_int_equal(cli_config_read(&c, "/dev/null/x", false), EXIT_DONE);
    cli_config_done(&c);
}

static void what_is_no_file_of_ones_own_is_refused(void **state)
{
    struct cli_config c;
    const char *path = scene_file(TEXT("[a]\n"));
    (void)state;
    scene_listen();
    assert_int_equal(cli_config_read(&c, "/tmp", false), EXIT_BAD_CONFIG);
    assert_int_equal(cli_config_read(&c, "/dev/null", false), EXIT_BAD_CONFIG);
    assert_int_equal(chmod(path, 0602), 0);
    assert_int_equal(cli_config_read(&c, path, false), EXIT_BAD_CONFIG);
    assert_non_null(strstr(scene_said(), "chmod o-w"));
}

static void who_else_may_read_it_is_known(void **state)
{
    static const struct {
        mode_t mode;
        bool shared;
    } cases[] = {{0600, false}, {0400, false}, {0710, false},
                 {0640, true},  {0604, true},  {0644, true}};
    const char *path = scene_file(TEXT("[a]\n"));
    struct cli_config c;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(chmod(path, cases[i].mode), 0);
        assert_int_equal(cli_config_read(&c, path, false), EXIT_DONE);
        assert_int_equal(c.shared, cases[i].shared);
        cli_config_done(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_sections_settings_and_remarks),
        cmocka_unit_test(wrong_lines_are_named_by_number_and_not_shown),
        cmocka_unit_test(a_file_may_end_anywhere),
        cmocka_unit_test(a_token_of_64_kib_is_read_whole),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(a_file_that_is_not_there_has_nothing_in_it),
        cmocka_unit_test(what_is_no_file_of_ones_own_is_refused),
        cmocka_unit_test(who_else_may_read_it_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
