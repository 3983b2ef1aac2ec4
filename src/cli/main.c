#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <uv.h>

#include <openssl/crypto.h>

#include "cli/exit.h"
#include "cli/hide.h"
#include "cli/menu.h"
#include "cli/sendmail_options.h"
#include "cli/wrong.h"

static int print_help(void)
{
    puts("usage: posthaste COMMAND [OPTION...]\n"
         "       posthaste COMMAND --help\n"
         "       posthaste --help | --version\n");
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        printf("  %-10s %s\n", e->name, e->help);
    puts("\n"
         "Exit status: 0 every recipient accepted; 64 usage; 65 bad message,\n"
         "list or address; 66 an input file cannot be read; 68 host not\n"
         "found; 69 refused for good; 75 something deferred, uncertain or\n"
         "unsent; 76 the server broke the protocol, or required TLS could\n"
         "not be had; 77 authentication failed; 78 the configuration file\n"
         "is wrong.");
    return EXIT_DONE;
}

static int print_version(void)
{
    printf("posthaste " PH_VERSION "\nlibuv %s\n%s\n", uv_version_string(),
           OpenSSL_version(OPENSSL_VERSION));
    return EXIT_DONE;
}

/* The names by which programs know it. */
static bool is_sendmail(const char *path)
{
    const char *name = cli_sendmail_name(path);
    return strcmp(name, "sendmail") == 0 || strcmp(name, "mailq") == 0 ||
           strcmp(name, "newaliases") == 0;
}

static int run_command(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (is_sendmail(argc ? argv[0] : "") && strcmp(word, "--version") != 0)
        return cli_sendmail(argc, argv);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return print_help();
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version();
    for (const struct cli_entry *e = cli_menu; e->name; e++)
        if (strcmp(word, e->name) == 0)
            return e->run(argc - 1, argv + 1);
    if (*word)
        cli_error("there is no command '%s': see posthaste --help", word);
    else
        cli_error("a command is missing: see posthaste --help");
    return EXIT_USAGE_ERROR;
}

/* What was printed must have arrived, or success would be a lie. */
static int settle_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    cli_error(
        "standard output cannot be written: what it lacks was still done");
    return cli_exit_worse(status, EXIT_TRY_LATER);
}

int main(int argc, char **argv)
{
    char **args;
    /* A reader who goes away is an error to report, not a reason to die. */
    signal(SIGPIPE, SIG_IGN);
    if (!cli_hide_secrets(&args, argc, argv))
        return cli_wrong_memory();
    int status = settle_output(run_command(argc, args));
    cli_hide_free(args);
    return status;
}
