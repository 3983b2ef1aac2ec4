#include "scene.h"

#include "cli/command.h"
#include "cli/options.h"

/* ---- words: no shell (S26) ---- */

static const struct {
    const char *line;
    const char *words[6];
} good[] = {
    {"pass", {"pass"}},
    {" pass  show\tmx ", {"pass", "show", "mx"}},
    {"sh -c 'echo  \"$X\"; exit 1'", {"sh", "-c", "echo  \"$X\"; exit 1"}},
    {"a \"b c\" d", {"a", "b c", "d"}},
    {"a b\\ c \\'d \\\\", {"a", "b c", "'d", "\\"}},
    {"a \"b\\\"c\" 'd\\e'", {"a", "b\"c", "d\\e"}},
    {"a '' \"\"", {"a", "", ""}},
    {"a b'c d'\"e f\"g", {"a", "bc de fg"}},
    {"a $HOME `id` *|;>&", {"a", "$HOME", "`id`", "*|;>&"}},
    {"a b\\", {"a", "b\\"}},
    {"a b c d e", {"a", "b", "c", "d", "e"}},
};

static void a_line_is_cut_into_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        char **words;
        size_t n = 0;
        assert_int_equal(cli_command_words(&words, good[i].line), PH_OK);
        for (; good[i].words[n]; n++)
            assert_string_equal(words[n], good[i].words[n]);
        assert_null(words[n]);
        free(words);
    }
}

static void what_is_no_command_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   " \t", "'",         "a 'b",
                                      "\"", "''",  "a \"b\\\"", "'a' \"b c"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        char **words = NULL;
        assert_int_equal(cli_command_words(&words, bad[i]), PH_E_INVALID);
        assert_null(words);
    }
}

/* ---- runs ---- */

struct heard {
    int times;
    bool has_line;
    char line[CLI_COMMAND_LINE + 8];
    char why[200];
};

static void hear(void *user, const char *line, const char *why)
{
    struct heard *h = user;
    h->times++;
    h->has_line = line != NULL;
    snprintf(h->line, sizeof(h->line), "%s", line ? line : "");
    snprintf(h->why, sizeof(h->why), "%s", why);
}

static struct heard heard;

static void run(const char *line, unsigned secs, bool kill)
{
    uv_loop_t loop;
    struct cli_command *c;
    char **words;
    heard = (struct heard){0};
    assert_int_equal(cli_command_words(&words, line), PH_OK);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(cli_command_start(&c, &loop, words, secs, hear, &heard),
                     PH_OK);
    if (kill)
        cli_command_kill(c);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0); /* no handle is left */
    assert_int_equal(heard.times, 1);
    free(words);
}

static const struct {
    const char *command;
    const char *line; /* NULL = fails, with these words: */
    const char *why;
} runs[] = {
    {"printf secret", "secret", ""},
    {"printf 'secret\\r\\nmore\\n'", "secret", ""},
    {"printf ' a b \\n'", " a b ", ""},
    /* Whoever keeps its output open is not waited for. */
    {"sh -c 'echo secret; yes &'", "secret", ""},
    {"sh -c 'printf sec; printf ret; echo; cat /dev/zero | head -c 200000'",
     "secret", ""},
    {"sh -c 'cat; echo x'", "x", ""}, /* there is no input */
    {"sh -c 'echo secret; exit 3'", NULL,
     "the command sh ended with exit status 3"},
    {"sh -c 'kill -9 $$'", NULL, "the command sh was ended by signal 9"},
    {"true", NULL, "the command true printed no first line"},
    {"echo", NULL, "the command echo printed no first line"},
    {"printf 'a\\tb\\n'", NULL,
     "the command printf printed a control character"},
    {"printf 'a\\000b\\n'", NULL,
     "the command printf printed a control character"},
    {"printf 'a\\rb\\n'", NULL,
     "the command printf printed a control character"},
    {"/nowhere/pass mx", NULL,
     "the command pass cannot be run: no such file or directory"},
    {"head -c 65536 /dev/zero", NULL,
     "the command head printed a line of more than 65535 octets"},
    {"cat /dev/zero", NULL,
     "the command cat printed a line of more than 65535 octets"},
};

static void the_first_line_is_the_secret(void **state)
{
    (void)state; /* U29 */
    for (size_t i = 0; i < COUNT(runs); i++) {
        run(runs[i].command, CLI_COMMAND_SECS, false);
        assert_string_equal(heard.why, runs[i].why);
        assert_int_equal(heard.has_line, runs[i].line != NULL);
        assert_string_equal(heard.line, runs[i].line ? runs[i].line : "");
    }
}

static void a_long_token_fits(void **state)
{
    (void)state; /* U29: no limit below 64 KiB */
    run("sh -c 'head -c 65535 /dev/zero | tr \\\\0 t; echo'", CLI_COMMAND_SECS,
        false);
    assert_string_equal(heard.why, "");
    assert_int_equal(strlen(heard.line), CLI_COMMAND_LINE);
}

static void a_command_ends_when_it_has_to(void **state)
{
    (void)state;
    run("sleep 1000", 0, false);
    assert_string_equal(heard.why, "the command sleep did not end in time");
    run("sleep 1000", CLI_COMMAND_SECS, true);
    assert_non_null(strstr(heard.why, "was killed"));
    assert_false(heard.has_line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_cut_into_words),
        cmocka_unit_test(what_is_no_command_is_refused),
        cmocka_unit_test(the_first_line_is_the_secret),
        cmocka_unit_test(a_long_token_fits),
        cmocka_unit_test(a_command_ends_when_it_has_to),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
