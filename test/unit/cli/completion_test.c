#include "scene.h"

#include "cli/completion.h"

static void help_says_what_an_argument_is(void **state)
{
    static const struct {
        const char *argument;
        enum cli_wants wants;
    } cases[] = {
        {NULL, CLI_WANTS_NOTHING},
        {"TEXT", CLI_WANTS_TEXT},
        {"N/s", CLI_WANTS_TEXT},
        {"FILE", CLI_WANTS_FILE},
        {"FILE[;cid=ID]", CLI_WANTS_FILE},
        {"TEXT|@FILE", CLI_WANTS_AT_FILE},
        {"DIR", CLI_WANTS_DIR},
        {"URL", CLI_WANTS_URL},
        {"EXT[,EXT]", CLI_WANTS_WORDS},
        {"full|hdrs", CLI_WANTS_WORD},
        {"never|success,failure,delay", CLI_WANTS_WORD},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (cli_wants_of_text(cases[i].argument) != cases[i].wants)
            fail_msg("%s", cases[i].argument);
}

static void a_summary_is_what_help_says_first(void **state)
{
    static const struct {
        const char *help;
        const char *summary;
    } cases[] = {
        {"", ""},
        {"this page", "this page"},
        {"one\nand another", "one and another"},
        {"nothing older (default: 1.2)", "nothing older"},
        {"only these, in order. Default: all", "only these, in order"},
        {"show it; else hide it", "show it"},
        {"when: never, or always", "when: never, or always"},
        {"which of all of them: the first", "which of all of them"},
        {"a.b stays one word", "a.b stays one word"},
        {"(all of it in these)", "(all of it in these)"},
        {"words of seven letters, nothing of which can be left out at all",
         "words of seven letters, nothing of which can be left out at"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char summary[CLI_SUMMARY_MAX];
        struct cli_option option = {1, 0, "x", NULL, cases[i].help};
        cli_summary(summary, &option);
        assert_string_equal(summary, cases[i].summary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_says_what_an_argument_is),
        cmocka_unit_test(a_summary_is_what_help_says_first),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
