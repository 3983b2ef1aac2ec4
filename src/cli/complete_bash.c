#include <stdio.h>

#include "cli/completion.h"

/* What all commands share. Bash cuts words at = and :, so that --tls=none are
 * three. */
static const char head[] =
    "# bash completion of posthaste, made by: posthaste completion bash\n"
    "\n"
    "_posthaste_words() { # WORD...\n"
    "    COMPREPLY=($(compgen -W \"$*\" -- \"$cur\"))\n"
    "}\n"
    "\n"
    "_posthaste_list() { # WORD...: several, with commas between\n"
    "    local before=\n"
    "    [[ $cur == *,* ]] && before=${cur%%,*},\n"
    "    compopt -o nospace\n"
    "    COMPREPLY=($(compgen -P \"$before\" -W \"$*\" -- "
    "\"${cur##*,}\"))\n"
    "}\n"
    "\n"
    "_posthaste_files() { # OPTION-OF-COMPGEN: -f or -d\n"
    "    compopt -o filenames\n"
    "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n"
    "}\n"
    "\n"
    "_posthaste_at_file() {\n"
    "    [[ $cur == @* ]] || return\n"
    "    compopt -o filenames\n"
    "    mapfile -t COMPREPLY < <(compgen -P @ -f -- \"${cur#@}\")\n"
    "}\n"
    "\n"
    "_posthaste_schemes() { # SCHEME...\n"
    "    compopt -o nospace\n"
    "    _posthaste_words \"$@\"\n"
    "}\n"
    "\n"
    "_posthaste_accounts() { # PROVIDER...\n"
    "    _posthaste_words \"$@\" $(%s)\n"
    "}\n"
    "\n"
    "_posthaste() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
    "    local prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    COMPREPLY=()\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _posthaste_words --help --version%s\n"
    "        return\n"
    "    fi\n"
    "    case \"${COMP_WORDS[1]} $prev\" in\n";

static const char *function_for(enum cli_wants wants)
{
    switch (wants) {
    case CLI_WANTS_FILE:
        return "_posthaste_files -f";
    case CLI_WANTS_DIR:
        return "_posthaste_files -d";
    case CLI_WANTS_AT_FILE:
        return "_posthaste_at_file";
    case CLI_WANTS_WORD:
    case CLI_WANTS_STATE:
        return "_posthaste_words";
    case CLI_WANTS_WORDS:
        return "_posthaste_list";
    case CLI_WANTS_URL:
        return "_posthaste_schemes";
    case CLI_WANTS_ACCOUNT:
        return "_posthaste_accounts";
    case CLI_WANTS_NOTHING:
    case CLI_WANTS_TEXT:
        break;
    }
    return ":"; /* nothing is offered */
}

static void print_call(enum cli_wants wants, const char *argument,
                       const char *help)
{
    fputs(function_for(wants), stdout);
    cli_wants_print(wants, argument, help);
}

static void print_option(const struct cli_entry *e, const struct cli_option *o)
{
    enum cli_wants wants = cli_wants(o);
    if (!o->id || wants == CLI_WANTS_NOTHING || *o->argument == '[')
        return; /* what may be missing comes behind = only */
    printf("    \"%s --%s\"", e->name, o->name);
    if (o->letter)
        printf(" | \"%s -%c\"", e->name, o->letter);
    fputs(") ", stdout);
    print_call(wants, o->argument, o->help);
    puts("; return ;;");
}

static void print_names(const struct cli_entry *e)
{
    printf("    %s) _posthaste_words", e->name);
    for (size_t t = 0; e->tables[t]; t++)
        for (const struct cli_option *o = e->tables[t]; o->name; o++)
            if (o->id)
                printf(" --%s", o->name);
    puts(" ;;");
}

void cli_completion_bash(void)
{
    char commands[1024];
    size_t len = 0;
    commands[0] = '\0';
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        len += (size_t)snprintf(commands + len, sizeof(commands) - len, " %s",
                                e->name);
    printf(head, cli_account_names, commands);
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        for (size_t t = 0; e->tables[t]; t++)
            for (const struct cli_option *o = e->tables[t]; o->name; o++)
                print_option(e, o);
    puts("    esac\n"
         "    if [[ $cur != -* ]]; then\n"
         "        case ${COMP_WORDS[1]} in");
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        if (e->operand) {
            printf("        %s) ", e->name);
            print_call(cli_wants_of_text(e->operand), e->operand, NULL);
            puts(" ;;");
        }
    puts("        esac\n"
         "        ((${#COMPREPLY[@]})) && return\n"
         "    fi\n"
         "    case ${COMP_WORDS[1]} in");
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        print_names(e);
    puts("    esac\n"
         "}\n"
         "\n"
         "complete -F _posthaste posthaste");
}
