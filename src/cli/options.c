#include <getopt.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/color.h"
#include "cli/options.h"

enum { OPTIONS_MAX = 96, LETTERS_MAX = 3 * OPTIONS_MAX + 3, HELP_COLUMN = 24 };

/* What getopt_long() wants to be told, made from our tables. */
struct spec {
    struct option longs[OPTIONS_MAX + 1];
    char letters[LETTERS_MAX];
    size_t count;
    size_t used; /* of letters */
};

static int argument_kind(const struct cli_option *o)
{
    if (!o->argument)
        return no_argument;
    return o->argument[0] == '[' ? optional_argument : required_argument;
}

static void add_option(struct spec *spec, const struct cli_option *o)
{
    int kind = argument_kind(o);
    if (!o->id || spec->count == OPTIONS_MAX)
        return;
    spec->longs[spec->count++] =
        (struct option){.name = o->name, .has_arg = kind, .val = o->id};
    if (!o->letter)
        return;
    spec->letters[spec->used++] = o->letter;
    for (int colons = kind; colons > 0; colons--) /* none, ":" or "::" */
        spec->letters[spec->used++] = ':';
    spec->letters[spec->used] = '\0';
}

static void make_spec(struct spec *spec, const struct cli_args *args)
{
    *spec = (struct spec){.letters = "+:", .used = 2};
    for (size_t i = 0; i < CLI_TABLES && args->tables[i]; i++)
        for (const struct cli_option *o = args->tables[i]; o->name; o++)
            add_option(spec, o);
}

static int id_of_letter(const struct cli_args *args, int letter)
{
    for (size_t i = 0; i < CLI_TABLES && args->tables[i]; i++)
        for (const struct cli_option *o = args->tables[i]; o->name; o++)
            if (o->id && o->letter == letter)
                return o->id;
    return CLI_BAD;
}

/* getopt_long() would take "--pass" for "--password". */
static bool name_known(const struct spec *spec, const char *word)
{
    size_t len = strcspn(word, "=");
    for (size_t i = 0; i < spec->count; i++)
        if (strlen(spec->longs[i].name) == len &&
            memcmp(spec->longs[i].name, word, len) == 0)
            return true;
    return false;
}

static int complain(const struct cli_args *args, const char *what,
                    const char *word, size_t len)
{
    cli_error("%s: %s %.*s: see posthaste %s --help", args->argv[0], what,
              (int)len, word, args->argv[0]);
    return CLI_BAD;
}

/* `word` is what getopt_long() stumbled over. */
static int explain(const struct cli_args *args, const struct spec *spec,
                   int found, const char *word)
{
    char letter[3] = {'-', (char)optopt, '\0'};
    bool is_long = word[0] == '-' && word[1] == '-';
    size_t len = is_long ? strcspn(word, "=") : 2;
    const char *name = is_long ? word : letter;
    if (found == ':')
        return complain(args, "an argument is missing behind", name, len);
    if (is_long && name_known(spec, word + 2))
        return complain(args, "no argument may follow", name, len);
    return complain(args, "unknown option", name, len);
}

int cli_next(struct cli_args *args)
{
    struct spec spec;
    make_spec(&spec, args);
    int at = args->at ? args->at : 1;
    const char *word = at < args->argc ? args->argv[at] : "";
    if (strncmp(word, "--", 2) == 0 && word[2] && !name_known(&spec, word + 2))
        return complain(args, "unknown option", word, strcspn(word, "="));
    opterr = 0;
    optind = args->at; /* 0 makes getopt forget an earlier argv */
    int found =
        getopt_long(args->argc, args->argv, spec.letters, spec.longs, NULL);
    args->at = optind;
    args->value = optarg;
    if (found == '?' || found == ':')
        return explain(args, &spec, found, word);
    if (found == -1 && optind < args->argc && args->operand &&
        !*args->operand) {
        *args->operand = args->argv[args->at++];
        return cli_next(args);
    }
    if (found == -1 && optind < args->argc)
        return complain(args, "this is not an option:", args->argv[optind],
                        strlen(args->argv[optind]));
    if (found == -1)
        return CLI_END;
    bool is_long = strncmp(word, "--", 2) == 0;
    return is_long ? found : id_of_letter(args, found);
}

static void print_option(const struct cli_option *o)
{
    char left[80];
    char letter[3] = {'-', o->letter, '\0'};
    bool optional = argument_kind(o) == optional_argument;
    const char *between = !o->argument ? "" : optional ? "[=" : " ";
    const char *argument = !o->argument ? "" : o->argument + optional;
    snprintf(left, sizeof(left), "  %s%s --%s%s%s", o->letter ? letter : "  ",
             o->letter ? "," : " ", o->name, between, argument);
    bool fits = strlen(left) + 1 <= HELP_COLUMN;
    printf("%-*s%s", fits ? HELP_COLUMN : 0, left, fits ? "" : "\n");
    for (const char *line = o->help; line;) {
        size_t len = strcspn(line, "\n");
        printf("%*s%.*s\n", line == o->help && fits ? 0 : HELP_COLUMN, "",
               (int)len, line);
        line = line[len] ? line + len + 1 : NULL;
    }
}

void cli_help(const char *usage, const struct cli_option *const *tables,
              size_t count)
{
    printf("%s\n", usage);
    for (size_t i = 0; i < count && tables[i]; i++)
        for (const struct cli_option *o = tables[i]; o->name; o++) {
            if (o->id)
                print_option(o);
            else
                printf("\n%s\n", o->name);
        }
}

void cli_error(const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len < 0)
        return;
    if ((size_t)len >= sizeof(text))
        len = sizeof(text) - 1;
    ph__text_make_printable(text, (size_t)len, false);
    fprintf(stderr, "%sposthaste:%s %s\n", cli_color_on(stderr, CLI_TINT_BAD),
            cli_color_off(stderr, CLI_TINT_BAD), text);
}

int cli_take_options(struct cli_args *args, cli_take_cb take, void *user)
{
    int id;
    int status = EXIT_DONE;
    while (!status && (id = cli_next(args)) != CLI_END)
        status = id == CLI_BAD ? EXIT_USAGE_ERROR : take(user, id, args->value);
    return status;
}

int cli_usage(const char *what, const char *value, const char *advice)
{
    cli_error("%s%s%s: %s", what, value ? " " : "", value ? value : "", advice);
    return EXIT_USAGE_ERROR;
}

int cli_number(unsigned *out, const char *option, const char *value,
               unsigned least)
{
    uint64_t number;
    if (!ph__text_to_u64(value, strlen(value), &number) || number < least ||
        number > 1000000) {
        cli_error("%s %s: give a number from %u to 1000000", option, value,
                  least);
        return EXIT_USAGE_ERROR;
    }
    *out = (unsigned)number;
    return EXIT_DONE;
}

void cli_trace(void *user, const char *line)
{
    (void)user;
    enum cli_tint tint = cli_tint_of_dialogue(line);
    fprintf(stderr, "%s%s%s\n", cli_color_on(stderr, tint), line,
            cli_color_off(stderr, tint));
}
