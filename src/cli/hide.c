#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "cli/hide.h"

static const char *const secret_options[] = {"--password", "--oauth-token"};
enum { SECRET_OPTIONS = sizeof(secret_options) / sizeof(*secret_options) };

/* The secret inside "--password=X", or NULL. */
static char *behind_equals(char *arg)
{
    for (int i = 0; i < SECRET_OPTIONS; i++) {
        size_t len = strlen(secret_options[i]);
        if (strncmp(arg, secret_options[i], len) == 0 && arg[len] == '=')
            return arg + len + 1;
    }
    return NULL;
}

static bool is_secret_option(const char *arg)
{
    for (int i = 0; i < SECRET_OPTIONS; i++)
        if (strcmp(arg, secret_options[i]) == 0)
            return true;
    return false;
}

/* Ends at the last @, wherever it stands: a password that should have been
 * percent-encoded is no less secret. */
static void hide_in_url(char *arg)
{
    char *user = strstr(arg, "://");
    char *at = user ? strrchr(user + 3, '@') : NULL;
    char *colon = at ? memchr(user + 3, ':', (size_t)(at - user - 3)) : NULL;
    if (colon)
        memset(colon + 1, '*', (size_t)(at - colon - 1));
}

static void hide(char **argv)
{
    for (char **arg = argv; *arg; arg++) {
        char *secret = behind_equals(*arg);
        if (secret)
            memset(secret, '*', strlen(secret));
        else if (is_secret_option(*arg) && arg[1])
            memset(arg[1], '*', strlen(arg[1]));
        hide_in_url(*arg);
    }
}

bool cli_hide_secrets(char ***out, int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof(*copy));
    if (!copy)
        return false;
    for (int i = 0; i < argc; i++) {
        copy[i] = strdup(argv[i]);
        if (!copy[i]) {
            cli_hide_free(copy);
            return false;
        }
    }
    hide(argv);
    *out = copy;
    return true;
}

void cli_hide_free(char **copy)
{
    for (char **arg = copy; arg && *arg; arg++) {
        OPENSSL_cleanse(*arg, strlen(*arg));
        free(*arg);
    }
    free(copy);
}
