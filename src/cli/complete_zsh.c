#include <stdio.h>
#include <string.h>

#include "cli/completion.h"

static const char head[] =
    "#compdef posthaste\n"
    "# zsh completion of posthaste, made by: posthaste completion zsh\n"
    "\n"
    "_posthaste_at_file() {\n"
    "    compset -P @ && _files\n"
    "}\n"
    "\n"
    "_posthaste_list() { # WORD...: several, with commas between\n"
    "    compset -P '*,'\n"
    "    compadd -S '' -- \"$@\"\n"
    "}\n"
    "\n"
    "_posthaste_accounts() { # PROVIDER...\n"
    "    compadd -- \"$@\" $(%s)\n"
    "}\n"
    "\n";

static const char *function_for(enum cli_wants wants)
{
    switch (wants) {
    case CLI_WANTS_FILE:
        return "_files";
    case CLI_WANTS_DIR:
        return "_files -/";
    case CLI_WANTS_AT_FILE:
        return "_posthaste_at_file";
    case CLI_WANTS_WORD:
    case CLI_WANTS_STATE:
        return "compadd --";
    case CLI_WANTS_WORDS:
        return "_posthaste_list";
    case CLI_WANTS_ACCOUNT:
        return "_posthaste_accounts";
    case CLI_WANTS_NOTHING:
    case CLI_WANTS_TEXT:
    case CLI_WANTS_URL: /* has a function of its own */
        break;
    }
    return "";
}

static void print_action(enum cli_wants wants, const char *argument,
                         const char *help)
{
    const char *function = function_for(wants);
    printf("%s%s", *function ? "{" : "", function);
    cli_wants_print(wants, argument, help);
    putchar(*function ? '}' : ' ');
}

/* Text inside single quotes; `marked` mean something to _arguments. */
static void print_quoted(const char *text, const char *marked)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", stdout);
        else if (strchr(marked, *text))
            putchar('\\');
        putchar(*text);
    }
}

/* The colons of schemes would end an action, so a function has them. */
static void print_schemes(const struct cli_entry *e, const struct cli_option *o)
{
    if (!o->id || cli_wants(o) != CLI_WANTS_URL)
        return;
    printf("_posthaste_%s_%s() {\n    compadd -S '' --", e->name, o->name);
    cli_wants_print(CLI_WANTS_URL, o->argument, o->help);
    puts("\n}\n");
}

static void print_option(const struct cli_entry *e, const struct cli_option *o)
{
    char summary[CLI_SUMMARY_MAX];
    bool optional = o->argument && *o->argument == '[';
    cli_summary(summary, o);
    fputs(" \\\n        '*'", stdout);
    if (o->letter)
        printf("{-%c%s,--%s%s}'[", o->letter, o->argument ? "+" : "", o->name,
               o->argument ? "=" : "");
    else
        printf("'--%s%s[", o->name, optional ? "=-" : o->argument ? "=" : "");
    print_quoted(summary, "[]:\\");
    putchar(']');
    if (o->argument) {
        fputs(optional ? "::" : ":", stdout);
        print_quoted(o->argument, ":\\");
        putchar(':');
        if (cli_wants(o) == CLI_WANTS_URL)
            printf("_posthaste_%s_%s", e->name, o->name);
        else
            print_action(cli_wants(o), o->argument, o->help);
    }
    putchar('\'');
}

static void print_command(const struct cli_entry *e)
{
    for (size_t t = 0; e->tables[t]; t++)
        for (const struct cli_option *o = e->tables[t]; o->name; o++)
            print_schemes(e, o);
    printf("_posthaste_%s() {\n    _arguments -s", e->name);
    for (size_t t = 0; e->tables[t]; t++)
        for (const struct cli_option *o = e->tables[t]; o->name; o++)
            if (o->id)
                print_option(e, o);
    if (e->operand) {
        fputs(" \\\n        '1:", stdout);
        print_quoted(e->operand, ":\\");
        putchar(':');
        print_action(cli_wants_of_text(e->operand), e->operand, NULL);
        putchar('\'');
    }
    puts("\n}\n");
}

void cli_completion_zsh(void)
{
    printf(head, cli_account_names);
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        print_command(e);
    puts("_posthaste() {\n"
         "    local -a commands=(");
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        printf("        '%s:%s'\n", e->name, e->help);
    puts("    )\n"
         "    if ((CURRENT == 2)); then\n"
         "        _describe command commands\n"
         "        return\n"
         "    fi\n"
         "    shift words\n"
         "    ((CURRENT--))\n"
         "    ((${+functions[_posthaste_${words[1]}]})) && "
         "_posthaste_${words[1]}\n"
         "}\n"
         "\n"
         "if [[ ${funcstack[1]-} == _posthaste ]]; then\n"
         "    _posthaste \"$@\"\n"
         "else\n"
         "    compdef _posthaste posthaste\n"
         "fi");
}
