#include <errno.h>
#include <string.h>

#include "cli/options.h"
#include "cli/wrong.h"

static const char *advice_for(enum ph_code code)
{
    switch (code) {
    case PH_OK:
    case PH_E_PROTOCOL:
    case PH_E_PERMANENT:
    case PH_E_EXTENSION:
        return "try another server";
    case PH_E_NOMEM:
        return "try again when there is more, or give it less to do";
    case PH_E_SYSTEM:
        return "look at the limits on files and processes (ulimit -a)";
    case PH_E_LIMIT:
        return "give less of it";
    case PH_E_ADDRESS:
    case PH_E_HEADER:
    case PH_E_CONTENT:
    case PH_E_INVALID:
        return "correct it";
    case PH_E_RESOLVE:
        return "correct the name";
    case PH_E_TLS:
    case PH_E_NO_TLS:
        return "see what posthaste probe says";
    case PH_E_AUTH:
        return "correct user and password";
    case PH_E_DOUBT:
        return "ask whether it has arrived before sending it again";
    case PH_E_CONNECT:
    case PH_E_TIMEOUT:
    case PH_E_CLOSED:
    case PH_E_TEMPORARY:
    case PH_E_CANCELED:
    case PH_E_AGAIN:
        break;
    }
    return "try again later";
}

void cli_wrong_code(int code)
{
    cli_error("%s: %s", ph_strerror(code), advice_for((enum ph_code)code));
}

int cli_wrong_file(const char *path, int error)
{
    const char *advice = "give a file that can";
    if (error == ENOENT || error == ENOTDIR)
        advice = "correct the name";
    else if (error == EACCES || error == EPERM)
        advice = "change who may read it, or become somebody who may";
    else if (error == EISDIR)
        advice = "name a file in it";
    cli_error("%s cannot be read: %s: %s", path, strerror(error), advice);
    return EXIT_NO_INPUT;
}

int cli_wrong_memory(void)
{
    cli_wrong_code(PH_E_NOMEM);
    return EXIT_TRY_LATER;
}
