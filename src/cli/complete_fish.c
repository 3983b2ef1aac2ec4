#include <stdio.h>

#include "cli/completion.h"

static const char head[] =
    "# fish completion of posthaste, made by: posthaste completion fish\n"
    "\n"
    "function __posthaste_on # COMMAND: is it the one that is typed?\n"
    "    set -l words (commandline -opc)\n"
    "    test (count $words) -ge 2; and test $words[2] = $argv[1]\n"
    "end\n"
    "\n"
    "function __posthaste_accounts\n"
    "    sh -c ";

static const char more[] = "end\n"
                           "\n"
                           "function __posthaste_at_files\n"
                           "    set -l word (commandline -ct)\n"
                           "    string match -q -- '@*' $word; or return\n"
                           "    string replace -r '^' @ -- "
                           "(__fish_complete_path (string sub -s 2 -- $word))\n"
                           "end\n"
                           "\n"
                           "complete -c posthaste -f\n";

/* In single quotes. */
static void print_quoted(const char *text)
{
    putchar('\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

static void print_offer(const char *opening, enum cli_wants wants,
                        const char *argument, const char *help)
{
    printf(" -x -a %s", opening);
    cli_wants_print(wants, argument, help);
    putchar('\'');
}

static void print_argument(enum cli_wants wants, const char *argument,
                           const char *help)
{
    switch (wants) {
    case CLI_WANTS_FILE:
        fputs(" -r -F", stdout);
        break;
    case CLI_WANTS_AT_FILE:
        fputs(" -x -a '(__posthaste_at_files)'", stdout);
        break;
    case CLI_WANTS_DIR:
        fputs(" -x -a '(__fish_complete_directories)'", stdout);
        break;
    case CLI_WANTS_WORDS:
        fputs(" -x -a '(__fish_append ,", stdout);
        cli_wants_print(wants, argument, help);
        fputs(")'", stdout);
        break;
    case CLI_WANTS_WORD:
    case CLI_WANTS_STATE:
    case CLI_WANTS_URL:
        print_offer("'", wants, argument, help);
        break;
    case CLI_WANTS_ACCOUNT:
        print_offer("'(__posthaste_accounts)", wants, argument, help);
        break;
    case CLI_WANTS_TEXT:
        fputs(" -x", stdout);
        break;
    case CLI_WANTS_NOTHING:
        break;
    }
}

static void print_option(const struct cli_entry *e, const struct cli_option *o)
{
    char summary[CLI_SUMMARY_MAX];
    bool optional = o->argument && *o->argument == '[';
    cli_summary(summary, o);
    printf("complete -c posthaste -n '__posthaste_on %s'", e->name);
    if (o->letter)
        printf(" -s %c", o->letter);
    printf(" -l %s", o->name);
    if (!optional)
        print_argument(cli_wants(o), o->argument, o->help);
    fputs(" -d ", stdout);
    print_quoted(summary);
    putchar('\n');
}

static void print_command(const struct cli_entry *e)
{
    printf("complete -c posthaste -n __fish_use_subcommand -a %s -d ", e->name);
    print_quoted(e->help);
    putchar('\n');
    for (size_t t = 0; e->tables[t]; t++)
        for (const struct cli_option *o = e->tables[t]; o->name; o++)
            if (o->id)
                print_option(e, o);
    if (!e->operand)
        return;
    printf("complete -c posthaste -n '__posthaste_on %s'", e->name);
    print_argument(cli_wants_of_text(e->operand), e->operand, NULL);
    putchar('\n');
}

void cli_completion_fish(void)
{
    fputs(head, stdout);
    print_quoted(cli_account_names);
    printf("\n%s", more);
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        print_command(e);
}
