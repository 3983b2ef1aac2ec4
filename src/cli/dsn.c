#include <string.h>

#include "cli/dsn.h"
#include "smtp/limits.h"

enum dsn_option { NOTIFY = CLI_DSN_FIRST, RETURN, ID };

const struct cli_option cli_dsn_options[] = {
    CLI_HEADING("Reports about delivery (of a server that offers DSN):"),
    {NOTIFY, 0, "dsn-notify", "never|success,failure,delay",
     "when: never, or those of the three that are wanted"},
    {RETURN, 0, "dsn-return", "full|hdrs",
     "how much of the message a report has"},
    {ID, 0, "dsn-id", "ID", "by which reports name this message"},
    {0, 0, NULL, NULL, NULL}};

static const struct word {
    const char *name;
    unsigned bit;
} words[] = {{"never", PH_NOTIFY_NEVER},
             {"success", PH_NOTIFY_SUCCESS},
             {"failure", PH_NOTIFY_FAILURE},
             {"delay", PH_NOTIFY_DELAY}};
enum { WORDS = sizeof(words) / sizeof(*words) };

/* 0 when it is none of them. */
static unsigned bit_of(const char *text, size_t len)
{
    for (size_t i = 0; i < WORDS; i++)
        if (strlen(words[i].name) == len &&
            memcmp(words[i].name, text, len) == 0)
            return words[i].bit;
    return 0;
}

/* RFC 3461 4.1: NEVER stands alone. */
int cli_dsn_notify(struct ph_parameters *p, const char *option,
                   const char *value)
{
    unsigned notify = 0;
    for (const char *at = value;; at++) {
        size_t len = strcspn(at, ",");
        unsigned bit = bit_of(at, len);
        bool alone = !notify || !((notify | bit) & PH_NOTIFY_NEVER);
        if (!bit || !alone)
            return cli_usage(option, value,
                             "give never, or some of success,failure,delay");
        notify |= bit;
        at += len;
        if (!*at)
            break;
    }
    p->size = sizeof(*p);
    p->notify = notify;
    return EXIT_DONE;
}

int cli_dsn_return(struct ph_parameters *p, const char *option,
                   const char *value)
{
    bool full = strcmp(value, "full") == 0;
    if (!full && strcmp(value, "hdrs") != 0)
        return cli_usage(option, value, "give full or hdrs");
    p->size = sizeof(*p);
    p->ret = full ? PH_RETURN_FULL : PH_RETURN_HEADERS;
    return EXIT_DONE;
}

/* RFC 3461 4.4: printable, and not longer than a line may be. */
int cli_dsn_id(struct ph_parameters *p, const char *option, const char *value)
{
    size_t len = strlen(value);
    bool fits = len && len <= PH__ENVELOPE_ID_MAX;
    for (size_t i = 0; i < len && fits; i++)
        fits = value[i] >= ' ' && value[i] <= '~';
    if (!fits)
        return cli_usage(option, value,
                         "give at most 100 printable ASCII characters");
    p->size = sizeof(*p);
    p->envelope_id = value;
    return EXIT_DONE;
}

int cli_dsn_option(struct ph_parameters *p, int id, const char *value)
{
    switch ((enum dsn_option)id) {
    case NOTIFY:
        return cli_dsn_notify(p, "--dsn-notify", value);
    case RETURN:
        return cli_dsn_return(p, "--dsn-return", value);
    case ID:
        return cli_dsn_id(p, "--dsn-id", value);
    }
    return EXIT_USAGE_ERROR;
}
