#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/completion.h"
#include "cli/presets.h"
#include "smtp/table.h"

enum { HELP = 1 };
enum { WORD_LEAST = 3, SHORT = 12, PRESETS_ROOM = 4096 };

static const struct cli_option options[] = {
    {HELP, 'h', "help", NULL, "this page"}, {0, 0, NULL, NULL, NULL}};

const struct cli_option *const cli_completion_tables[] = {options, NULL};

/* Names that mean nothing to a shell: bash expands what it is to offer. */
const char cli_account_names[] =
    "sed -n 's/^[[:blank:]]*\\[\\([[:alnum:]._@+-]*\\)\\].*/\\1/p' "
    "\"${XDG_CONFIG_HOME:-$HOME/.config}/posthaste/config\" "
    "/etc/posthaste/config 2>/dev/null";

/* ---- what an argument is ---- */

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

enum cli_wants cli_wants_of_text(const char *argument)
{
    if (!argument)
        return CLI_WANTS_NOTHING;
    if (strncmp(argument, "FILE", 4) == 0)
        return CLI_WANTS_FILE;
    if (has(argument, "|@FILE"))
        return CLI_WANTS_AT_FILE;
    if (strcmp(argument, "DIR") == 0)
        return CLI_WANTS_DIR;
    if (strcmp(argument, "URL") == 0)
        return CLI_WANTS_URL;
    if (has(argument, "[,"))
        return CLI_WANTS_WORDS;
    return has(argument, "|") ? CLI_WANTS_WORD : CLI_WANTS_TEXT;
}

enum cli_wants cli_wants(const struct cli_option *o)
{
    if (strcmp(o->name, "account") == 0)
        return CLI_WANTS_ACCOUNT;
    if (strcmp(o->name, "state") == 0)
        return CLI_WANTS_STATE;
    return cli_wants_of_text(o->argument);
}

/* ---- what may stand there ---- */

static void print_alternatives(const char *argument)
{
    for (const char *at = argument; *at;) {
        size_t len = strcspn(at, "|");
        printf(" %.*s", (int)len, at);
        at += len + (at[len] == '|');
    }
}

static bool is_capital(char c)
{
    return (c >= 'A' && c <= 'Z') || ph__text_is_digit(c) || c == '-';
}

static void print_capitals(const char *help)
{
    while (*help) {
        size_t len = strcspn(help, " ,.;:\n");
        size_t capitals = 0;
        while (capitals < len && is_capital(help[capitals]))
            capitals++;
        if (capitals == len && len >= WORD_LEAST)
            printf(" %.*s", (int)len, help);
        help += len + strspn(help + len, " ,.;:\n");
    }
}

/* "smtp://" and "mx:", but not "HOST:PORT". */
static void print_schemes(const char *help)
{
    while (*help) {
        size_t len = strcspn(help, " ,;\n");
        size_t scheme = strcspn(help, ":/ \n");
        size_t end = scheme + strspn(help + scheme, ":");
        if (*help >= 'a' && *help <= 'z' && end > scheme && end <= len) {
            size_t slashes = strspn(help + end, "/");
            printf(" %.*s", (int)(end + (slashes < 2 ? slashes : 2)), help);
        }
        help += len + strspn(help + len, " ,;\n");
    }
}

static void print_presets(void)
{
    struct ph__buf names = PH__BUF(PRESETS_ROOM);
    if (!cli_preset_list(&names))
        for (const char *at = names.data; *at;) {
            size_t len = strcspn(at, ", ");
            printf(" %.*s", (int)len, at);
            at += len + strspn(at + len, ", ");
        }
    ph__buf_done(&names);
}

void cli_wants_print(enum cli_wants wants, const char *argument,
                     const char *help)
{
    switch (wants) {
    case CLI_WANTS_WORD:
        print_alternatives(argument);
        break;
    case CLI_WANTS_WORDS:
        print_capitals(help ? help : "");
        break;
    case CLI_WANTS_URL:
        print_schemes(help ? help : "");
        break;
    case CLI_WANTS_ACCOUNT:
        print_presets();
        break;
    case CLI_WANTS_STATE:
        for (enum ph__state s = ST_START; s < ST_COUNT; s++)
            printf(" %s", ph__table[s].name);
        break;
    case CLI_WANTS_NOTHING:
    case CLI_WANTS_TEXT:
    case CLI_WANTS_FILE:
    case CLI_WANTS_AT_FILE:
    case CLI_WANTS_DIR:
        break;
    }
}

/* Is this the end of a clause? */
static bool stops(const char *c, size_t len)
{
    bool blank = !c[1] || c[1] == ' ' || c[1] == '\n';
    return (*c == '(' && len) || (blank && strchr(".;", *c)) ||
           (blank && *c == ':' && len > SHORT);
}

/* Up to the first stop, or as many words as there is room for. */
void cli_summary(char out[CLI_SUMMARY_MAX], const struct cli_option *o)
{
    size_t len = 0;
    for (const char *c = o->help; *c && len < CLI_SUMMARY_MAX - 1; c++) {
        if (stops(c, len))
            break;
        out[len++] = (char)(*c == '\n' ? ' ' : *c);
    }
    if (len == CLI_SUMMARY_MAX - 1)
        while (len && out[len - 1] != ' ')
            len--;
    while (len && strchr(" ,-", out[len - 1]))
        len--;
    out[len] = '\0';
}

/* ---- the command ---- */

static void print_help(void)
{
    cli_help("usage: posthaste completion bash|zsh|fish\n"
             "\n"
             "Prints a script by which a shell completes commands, options, "
             "files, words and\n"
             "accounts. An installed posthaste has them in place; for another:"
             "\n"
             "\n"
             "  bash   eval \"$(posthaste completion bash)\"\n"
             "  zsh    source <(posthaste completion zsh), behind compinit\n"
             "  fish   posthaste completion fish | source\n",
             cli_completion_tables, 1);
}

static int print(const char *shell)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", cli_completion_bash},
                  {"zsh", cli_completion_zsh},
                  {"fish", cli_completion_fish}};
    for (size_t i = 0; i < sizeof(shells) / sizeof(*shells); i++)
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].print();
            return EXIT_DONE;
        }
    return cli_usage("completion: there is no script for", shell,
                     "give bash, zsh or fish");
}

int cli_completion(int argc, char **argv)
{
    const char *shell = NULL;
    struct cli_args args = {
        .argc = argc, .argv = argv, .tables = {options}, .operand = &shell};
    int id = cli_next(&args);
    if (id == CLI_BAD)
        return EXIT_USAGE_ERROR;
    if (id == HELP) {
        print_help();
        return EXIT_DONE;
    }
    return shell ? print(shell)
                 : cli_usage("completion: which shell?", NULL,
                             "give bash, zsh or fish");
}
