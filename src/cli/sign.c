#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/file.h"
#include "cli/options.h"
#include "cli/sign.h"
#include "cli/wrong.h"
#include "dkim/limits.h"

static int complain(const char *value)
{
    cli_error("--sign-dkim %.200s: give DOMAIN:SELECTOR:KEYFILE", value);
    return EXIT_USAGE_ERROR;
}

static int no_memory(void)
{
    return cli_wrong_memory();
}

/* `words`: DOMAIN and SELECTOR, each with its '\0'. */
static int load(struct ph_dkim **out, const char *domain, const char *selector,
                const char *path)
{
    struct ph__buf pem = PH__BUF(2 * PH__DKIM_PEM_MAX);
    int status = cli_file_read(&pem, path);
    if (status)
        return status;
    struct ph_dkim *dkim =
        ph_dkim_new(PH_DKIM(.domain = domain, .selector = selector,
                            .key = ph__buf_text(&pem), .key_len = pem.len));
    ph__buf_wipe(&pem);
    int rc = ph_dkim_check(dkim);
    if (!rc) {
        *out = dkim;
        return EXIT_DONE;
    }
    cli_error("--sign-dkim with %s: %s", path, ph_dkim_problem(dkim));
    ph_dkim_free(dkim);
    return rc == PH_E_NOMEM ? EXIT_TRY_LATER : EXIT_BAD_DATA;
}

static int open_one(struct ph_dkim **out, const char *value)
{
    char *words = NULL;
    if (ph__text_copy(&words, value))
        return no_memory();
    char *selector = strchr(words, ':');
    char *path = selector ? strchr(selector + 1, ':') : NULL;
    int status = path && path[1] ? EXIT_DONE : complain(value);
    if (!status) {
        *selector = *path = '\0';
        status = load(out, words, selector + 1, path + 1);
    }
    free(words);
    return status;
}

int cli_signers_open(struct cli_signers *s, const struct cli_texts *values)
{
    int status = EXIT_DONE;
    if (!values->count)
        return EXIT_DONE;
    s->at = calloc(values->count, sizeof(struct ph_dkim *));
    if (!s->at)
        return no_memory();
    for (size_t i = 0; i < values->count && !status; i++) {
        status = open_one(&s->at[i], values->items[i]);
        s->count += !status;
    }
    return status;
}

void cli_signers_sign(const struct cli_signers *s, struct ph_message *msg)
{
    for (size_t i = 0; i < s->count; i++)
        ph_message_sign(msg, s->at[i]);
}

void cli_signers_done(struct cli_signers *s)
{
    for (size_t i = 0; i < s->count; i++)
        ph_dkim_free(s->at[i]);
    free(s->at);
    *s = (struct cli_signers){.count = 0};
}
