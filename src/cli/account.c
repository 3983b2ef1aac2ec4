#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/account.h"
#include "cli/server.h"
#include "cli/wrong.h"

enum { USER, SYSTEM, FILES = CLI_ACCOUNT_FILES };
enum { PATH_LIMIT = 4096, NAMES_LIMIT = 4096 };
enum { OPTIONS = CLI_SERVER_END - CLI_SERVER_FIRST };

void cli_account_init(struct cli_account *a)
{
    *a = (struct cli_account){.user_path = PH__BUF(PATH_LIMIT),
                              .system_path = "/etc/posthaste/config"};
}

void cli_account_done(struct cli_account *a)
{
    for (int i = 0; i < FILES; i++)
        cli_config_done(&a->files[i]);
    while (a->path_count)
        free(a->paths[--a->path_count]);
    free(a->paths);
    ph__buf_done(&a->user_path);
    cli_account_init(a);
}

/* ---- what may stand in a file ---- */

static const struct cli_option *option_in(const struct cli_option *o,
                                          const char *key)
{
    for (; o->name; o++)
        if (o->id && strcmp(o->name, key) == 0)
            return o;
    return NULL;
}

static const struct cli_option *option_named(const char *key)
{
    const struct cli_option *o = option_in(cli_server_options, key);
    return o ? o : option_in(cli_account_options, key);
}

static bool takes(const struct cli_option *o, const char *argument)
{
    return o->argument && strcmp(o->argument, argument) == 0;
}

/* Up to the last @, wherever it stands: a password that should have been
 * percent-encoded is no less secret. */
static bool url_has_password(const char *url)
{
    const char *user = strstr(url, "://");
    const char *at = user ? strrchr(user + 3, '@') : NULL;
    return at && memchr(user + 3, ':', (size_t)(at - user - 3));
}

static bool is_secret(const struct cli_option *o, const char *value)
{
    return o->id == CLI_PASSWORD || o->id == CLI_OAUTH_TOKEN ||
           (takes(o, "URL") && url_has_password(value));
}

static const char *home(void)
{
    const char *path = getenv("HOME");
    return path && *path == '/' ? path : NULL;
}

/* What is wrong, or NULL. Never with the key or the value in it: a line of a
 * secret that was wrapped may look like either. */
static const char *check_value(const struct cli_config *c,
                               const struct cli_option *o, const char *value)
{
    bool below_home = strncmp(value, "~/", 2) == 0;
    if (!o)
        return "there is no such key: keys are the long options that "
               "posthaste send --help lists under 'Which server' and below, "
               "without the --, from and aliases";
    if (!o->argument && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return "this is a switch: write yes or no behind the =";
    if (takes(o, "FILE") && *value != '/' && !below_home)
        return "this is a file's name: let it begin with / or ~/";
    if (takes(o, "FILE") && below_home && !home())
        return "$HOME is not set: let the file's name begin with /";
    if (c->shared && is_secret(o, value))
        return "there is a secret, and others may read this file: chmod 600 "
               "it, and take a new secret if they did";
    return NULL;
}

/* Only pins may be several. */
static bool is_repeated(const struct cli_config *c,
                        const struct cli_setting *section,
                        const struct cli_setting *setting)
{
    const struct cli_setting *at = section;
    while ((at = cli_config_next(c, at)) != setting)
        if (strcmp(at->key, setting->key) == 0)
            return true;
    return false;
}

static int check_section(const struct cli_config *c,
                         const struct cli_setting *section)
{
    const struct cli_setting *at = section;
    while ((at = cli_config_next(c, at))) {
        const struct cli_option *o = option_named(at->key);
        const char *wrong = check_value(c, o, at->value);
        if (!wrong && o->id != CLI_TLS_PIN && is_repeated(c, section, at))
            wrong = "this key was there before: leave out one of the two";
        if (wrong)
            return cli_config_wrong(c, at, wrong);
    }
    return EXIT_DONE;
}

static int check_all(const struct cli_config *c)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < c->count && !status; i++)
        if (!c->settings[i].key)
            status = check_section(c, &c->settings[i]);
    return status;
}

/* ---- where the files are ---- */

/* The XDG Base Directory Specification: a path that is not absolute is to be
 * ignored. */
static int find_user_path(struct cli_account *a)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *below = "posthaste/config";
    if (!base || *base != '/') {
        base = home();
        below = ".config/posthaste/config";
    }
    int rc = base ? ph__buf_format(&a->user_path, "%s/%s", base, below) : PH_OK;
    if (rc == PH_E_LIMIT) {
        cli_error("the name of the configuration file is too long: set "
                  "$XDG_CONFIG_HOME");
        return EXIT_BAD_CONFIG;
    }
    return rc ? cli_wrong_memory() : EXIT_DONE;
}

static int read_file(struct cli_account *a, int which)
{
    struct cli_config *c = &a->files[which];
    int status = EXIT_DONE;
    if (a->is_read[which])
        return EXIT_DONE;
    if (which == USER)
        status = find_user_path(a);
    const char *path =
        which == USER ? ph__buf_text(&a->user_path) : a->system_path;
    if (!status && *path)
        status = cli_config_read(c, path, which == SYSTEM);
    if (!status)
        status = check_all(c);
    a->is_read[which] = !status;
    return status;
}

/* ---- what is taken ---- */

struct taking {
    struct cli_account *account;
    struct cli_server *server;
    bool decided[OPTIONS]; /* nearer to the command line */
    const struct cli_config *file;
    const struct cli_setting *section;
    const struct cli_setting *link; /* `account =` in `file`, or NULL */
};

/* What is nearer says one of them, and so all of them. */
static const enum cli_server_option together[][2] = {
    {CLI_PASSWORD, CLI_OAUTH_TOKEN_COMMAND},
    {CLI_TLS_CERT, CLI_TLS_KEY},
    {CLI_IPV4, CLI_IPV6},
};

static void decide_range(struct taking *t, int first, int last)
{
    for (int id = first; id <= last; id++)
        t->decided[id - CLI_SERVER_FIRST] = true;
}

/* Whose login stands in a nearer URL does not mean the account's. */
static void decide_by_url(struct taking *t, const char *url)
{
    const char *place = strstr(url, "://");
    size_t len = place ? strcspn(place + 3, "/?#") : 0;
    const char *at = len ? memchr(place + 3, '@', len) : NULL;
    if (at)
        decide_range(t, CLI_USER, CLI_USER);
    if (at && url_has_password(url))
        decide_range(t, CLI_PASSWORD, CLI_OAUTH_TOKEN_COMMAND);
}

static void decide(struct taking *t, int id, const char *value)
{
    decide_range(t, id, id);
    for (size_t i = 0; i < sizeof(together) / sizeof(*together); i++)
        if (id >= (int)together[i][0] && id <= (int)together[i][1])
            decide_range(t, (int)together[i][0], (int)together[i][1]);
    if (id == CLI_SERVER)
        decide_by_url(t, value);
}

/* `value` as it is, or below $HOME; borrowed from the account. */
static int expand(struct cli_account *a, const char **value)
{
    struct ph__buf path = PH__BUF(CLI_CONFIG_OCTETS + PATH_LIMIT);
    char **paths = realloc(a->paths, (a->path_count + 1) * sizeof(*paths));
    if (!paths)
        return cli_wrong_memory();
    a->paths = paths;
    if (ph__buf_format(&path, "%s/%s", home(), *value + 2))
        return cli_wrong_memory();
    a->paths[a->path_count++] = path.data;
    *value = path.data;
    return EXIT_DONE;
}

static int take(struct taking *t, const struct cli_option *o,
                const struct cli_setting *setting)
{
    const char *keys = getenv("SSLKEYLOGFILE");
    const char *value = setting->value;
    int status = EXIT_DONE;
    if (t->decided[o->id - CLI_SERVER_FIRST] ||
        (!o->argument && strcmp(value, "no") == 0) ||
        (o->id == CLI_TLS_KEYLOG && keys && *keys))
        return EXIT_DONE;
    if (takes(o, "FILE") && *value == '~')
        status = expand(t->account, &value);
    if (!status)
        status =
            cli_server_option(t->server, o->id, o->argument ? value : NULL);
    return status == EXIT_USAGE_ERROR
               ? cli_config_wrong(t->file, setting, "correct it here")
               : status;
}

static int take_section(struct taking *t)
{
    const struct cli_setting *at = t->section;
    int status = EXIT_DONE;
    t->link = NULL;
    while (!status && (at = cli_config_next(t->file, at))) {
        const struct cli_option *o = option_named(at->key);
        if (o->id == CLI_ACCOUNT)
            t->link = at;
        else
            status = take(t, o, at);
    }
    at = t->section;
    while ((at = cli_config_next(t->file, at)))
        decide(t, option_named(at->key)->id, at->value);
    return status;
}

/* t->section is NULL if there is none of that name. */
static int find_section(struct taking *t, const char *name)
{
    struct cli_account *a = t->account;
    t->section = NULL;
    for (int i = 0; i < FILES; i++) {
        int status = read_file(a, i);
        struct cli_setting *found =
            status ? NULL : cli_config_section(&a->files[i], name);
        if (status)
            return status;
        if (!found)
            continue;
        found->taken = true;
        t->file = &a->files[i];
        t->section = found;
        if (!a->section) {
            a->file = t->file;
            a->section = found;
        }
        return EXIT_DONE;
    }
    return EXIT_DONE;
}

/* ---- all together ---- */

static int list_names(struct ph__buf *out, const struct cli_account *a)
{
    int rc = PH_OK;
    for (int f = 0; f < FILES; f++)
        for (size_t i = 0; i < a->files[f].count && !rc; i++)
            if (!a->files[f].settings[i].key)
                rc = ph__buf_format(out, "%s, ", a->files[f].settings[i].value);
    return rc ? rc : cli_preset_list(out);
}

static int unknown(const struct taking *t, const char *name)
{
    struct ph__buf list = PH__BUF(NAMES_LIMIT);
    (void)list_names(&list, t->account); /* as many as there is room for */
    cli_error("there is no account %s: known are %s", name,
              ph__buf_text(&list));
    ph__buf_done(&list);
    return t->link ? cli_config_wrong(t->file, t->link, "correct it here")
                   : EXIT_USAGE_ERROR;
}

/* From account to account, until one of them leads no further. */
static int follow(struct taking *t, const char *name, bool optional)
{
    int status = EXIT_DONE;
    while (name && !status) {
        status = find_section(t, name);
        if (status)
            return status;
        if (!t->section) {
            t->server->preset = cli_preset_named(name);
            return t->server->preset || (optional && !t->link)
                       ? EXIT_DONE
                       : unknown(t, name);
        }
        status = take_section(t);
        name = t->link ? t->link->value : NULL;
    }
    return status;
}

int cli_account_settle(struct cli_account *a, struct cli_server *s,
                       const char *fallback)
{
    struct taking t = {.account = a, .server = s};
    const char *name = cli_server_said(s, CLI_ACCOUNT);
    bool named = cli_server_said(s, CLI_SERVER) || (fallback && *fallback);
    if (a->settled)
        return EXIT_DONE;
    a->settled = true;
    if (!name && named)
        return EXIT_DONE;
    a->alone = true;
    for (int id = CLI_SERVER_FIRST; id < CLI_SERVER_END; id++) {
        const char *value = cli_server_said(s, (enum cli_server_option)id);
        if (!value)
            continue;
        decide(&t, id, value);
        a->alone &= id == CLI_ACCOUNT;
    }
    int status = follow(&t, name ? name : "default", !name);
    if (!cli_server_said(s, CLI_SERVER) && fallback && *fallback)
        a->alone = false; /* it is asked for a server, too */
    return status;
}

int cli_account_blame(const struct cli_account *a, int status)
{
    if (status != EXIT_USAGE_ERROR || !a->section)
        return status;
    cli_config_wrong(a->file, a->section,
                     "this account is where it comes from, or what it leads "
                     "to: correct it, or give the option");
    return a->alone ? EXIT_BAD_CONFIG : status;
}
