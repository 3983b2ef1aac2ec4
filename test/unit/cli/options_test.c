#include "scene.h"

#include <unistd.h>

#include "cli/options.h"
#include "cli/server.h"

enum { PLAIN = 1, VALUE, MAYBE, COUNTED };

static const struct cli_option table[] = {
    CLI_HEADING("Things:"),
    {PLAIN, 'p', "plain", NULL, "no argument"},
    {VALUE, 'm', "value", "TEXT", "an argument"},
    {MAYBE, 0, "maybe", "[N]", "one or none"},
    {0, 0, NULL, NULL, NULL}};
static const struct cli_option other[] = {
    {COUNTED, 'v', "verbose", NULL, "in another table"},
    {0, 0, NULL, NULL, NULL}};

struct step {
    int id;
    const char *value;
};
struct given {
    const char *label;
    const char *argv[8]; /* behind the command's name */
    struct step steps[8];
    const char *said;
};

static const struct given cases[] = {
    {"nothing", {NULL}, {{CLI_END, NULL}}, ""},
    {"long, its value behind a blank",
     {"--value", "x"},
     {{VALUE, "x"}, {CLI_END, NULL}},
     ""},
    {"long, its value behind =",
     {"--value=x=y"},
     {{VALUE, "x=y"}, {CLI_END, NULL}},
     ""},
    {"a value may look like an option",
     {"--value", "--plain", "--plain"},
     {{VALUE, "--plain"}, {PLAIN, NULL}, {CLI_END, NULL}},
     ""},
    {"an empty value", {"--value", ""}, {{VALUE, ""}, {CLI_END, NULL}}, ""},
    {"short, in all three forms",
     {"-p", "-mx", "-m", "y"},
     {{PLAIN, NULL}, {VALUE, "x"}, {VALUE, "y"}, {CLI_END, NULL}},
     ""},
    {"letters together",
     {"-vv", "-pv"},
     {{COUNTED, NULL},
      {COUNTED, NULL},
      {PLAIN, NULL},
      {COUNTED, NULL},
      {CLI_END, NULL}},
     ""},
    {"an optional value, given and not",
     {"--maybe=3", "--maybe"},
     {{MAYBE, "3"}, {MAYBE, NULL}, {CLI_END, NULL}},
     ""},
    {"unknown",
     {"--nothing=secret"},
     {{CLI_BAD, NULL}},
     "posthaste: try: unknown option --nothing: see posthaste try --help\n"},
    {"the beginning of a name is not the name",
     {"--val", "x"},
     {{CLI_BAD, NULL}},
     "posthaste: try: unknown option --val: see posthaste try --help\n"},
    {"unknown letter",
     {"-px"},
     {{PLAIN, NULL}, {CLI_BAD, NULL}},
     "posthaste: try: unknown option -x: see posthaste try --help\n"},
    {"value missing",
     {"--plain", "--value"},
     {{PLAIN, NULL}, {CLI_BAD, NULL}},
     "posthaste: try: an argument is missing behind --value: see posthaste "
     "try --help\n"},
    {"value missing behind a letter",
     {"-m"},
     {{CLI_BAD, NULL}},
     "posthaste: try: an argument is missing behind -m: see posthaste try "
     "--help\n"},
    {"value too many",
     {"--plain=x"},
     {{CLI_BAD, NULL}},
     "posthaste: try: no argument may follow --plain: see posthaste try "
     "--help\n"},
    {"an operand",
     {"--plain", "word"},
     {{PLAIN, NULL}, {CLI_BAD, NULL}},
     "posthaste: try: this is not an option: word: see posthaste try --help\n"},
    {"an operand behind --",
     {"--", "--plain"},
     {{CLI_BAD, NULL}},
     "posthaste: try: this is not an option: --plain: see posthaste try "
     "--help\n"},
    {"a lone -",
     {"-"},
     {{CLI_BAD, NULL}},
     "posthaste: try: this is not an option: -: see posthaste try --help\n"},
};

static void play(const struct given *c)
{
    char *argv[10] = {(char *)"try"};
    int argc = 1;
    for (; argc < 9 && c->argv[argc - 1]; argc++)
        argv[argc] = (char *)c->argv[argc - 1];
    struct cli_args args = {
        .argc = argc, .argv = argv, .tables = {table, other}};
    for (const struct step *s = c->steps;; s++) {
        assert_int_equal(cli_next(&args), s->id);
        if (s->id == CLI_END || s->id == CLI_BAD)
            return;
        if (s->value)
            assert_string_equal(args.value, s->value);
        else
            assert_null(args.value);
    }
}

static void options_are_read_as_getopt_reads_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        scene_listen();
        play(&cases[i]);
        assert_string_equal(scene_said(), cases[i].said);
    }
}

static void an_error_is_one_line_whatever_is_in_it(void **state)
{
    (void)state; /* S34 */
    scene_listen();
    cli_error("%s", "a\nb\x1b[2J\x80");
    assert_string_equal(scene_said(), "posthaste: a?b?[2J?\n");
}

/* Standard output, as standard error is kept. */
static const char *help_of(const struct cli_option *const *tables, size_t count)
{
    fflush(stdout);
    FILE *file = tmpfile();
    int real = dup(1);
    static char text[16384];
    assert_non_null(file);
    dup2(fileno(file), 1);
    cli_help("usage: x", tables, count);
    fflush(stdout);
    dup2(real, 1);
    close(real);
    rewind(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void help_comes_from_the_tables(void **state)
{
    (void)state;
    const struct cli_option *const tables[] = {table, other};
    assert_string_equal(help_of(tables, 2),
                        "usage: x\n"
                        "\n"
                        "Things:\n"
                        "  -p, --plain           no argument\n"
                        "  -m, --value TEXT      an argument\n"
                        "      --maybe[=N]       one or none\n"
                        "  -v, --verbose         in another table\n");
}

static void help_fits_eighty_columns(void **state)
{
    (void)state;
    const struct cli_option *const tables[] = {cli_server_options};
    const char *line = help_of(tables, 1);
    assert_non_null(strstr(line, "--tls-insecure"));
    while (*line) {
        size_t len = strcspn(line, "\n");
        assert_true(len <= 80);
        line += len + (line[len] == '\n');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_as_getopt_reads_them),
        cmocka_unit_test(an_error_is_one_line_whatever_is_in_it),
        cmocka_unit_test(help_comes_from_the_tables),
        cmocka_unit_test(help_fits_eighty_columns),
    };
    return cmocka_run_group_tests(tests, NULL, scene_done);
}
