#include <stddef.h>

#include "cli/exit.h"
#include "cli/options.h"

/* From the worst to the best. */
static const int ranking[] = {
    EXIT_USAGE_ERROR, EXIT_BAD_DATA, EXIT_NO_INPUT,        EXIT_BAD_CONFIG,
    EXIT_NO_HOST,     EXIT_NO_AUTH,  EXIT_BROKEN_PROTOCOL, EXIT_REFUSED,
    EXIT_TRY_LATER,   EXIT_DONE};

int cli_exit_worse(int a, int b)
{
    for (size_t i = 0; i < sizeof(ranking) / sizeof(*ranking); i++)
        if (ranking[i] == a || ranking[i] == b)
            return ranking[i];
    return a;
}

int cli_exit_for_code(enum ph_code code)
{
    switch (code) {
    case PH_OK:
        return EXIT_DONE;
    case PH_E_INVALID:
        return EXIT_USAGE_ERROR;
    case PH_E_ADDRESS:
    case PH_E_HEADER:
    case PH_E_CONTENT:
    case PH_E_LIMIT:
        return EXIT_BAD_DATA;
    case PH_E_RESOLVE:
        return EXIT_NO_HOST;
    case PH_E_PROTOCOL:
    case PH_E_TLS:
    case PH_E_NO_TLS:
        return EXIT_BROKEN_PROTOCOL;
    case PH_E_AUTH:
        return EXIT_NO_AUTH;
    case PH_E_PERMANENT:
    case PH_E_EXTENSION:
        return EXIT_REFUSED;
    case PH_E_NOMEM:
    case PH_E_CONNECT:
    case PH_E_TIMEOUT:
    case PH_E_CLOSED:
    case PH_E_TEMPORARY:
    case PH_E_DOUBT:
    case PH_E_CANCELED:
    case PH_E_SYSTEM:
    case PH_E_AGAIN:
        break;
    }
    return EXIT_TRY_LATER;
}

int cli_exit_for(const struct ph_recipient_result *r)
{
    if (r->outcome == PH_ACCEPTED)
        return EXIT_DONE;
    if (r->outcome == PH_REFUSED) /* RESOLVE: its domain does not exist */
        return r->code == PH_E_RESOLVE ? EXIT_NO_HOST : EXIT_REFUSED;
    /* A 5yz that turned away the session has refused no recipient; a 4yz to
     * AUTH says nothing about the secret. */
    if (r->code == PH_E_PERMANENT ||
        (r->code == PH_E_AUTH && r->reply.code / 100 == 4))
        return EXIT_TRY_LATER;
    return cli_exit_for_code(r->code);
}
