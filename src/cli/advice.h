/* cli/advice.h - what to do about a session that came to nothing. */
#ifndef CLI_ADVICE_H
#define CLI_ADVICE_H

#include <posthaste/client.h>

/* What is known besides; "" or NULL where it is not. */
struct cli_hints {
    const char *mechanism; /* of AUTH, tried last */
    const char *secret;    /* what this provider takes: "use ..." */
    bool exchangers;       /* it was mail to a domain's own exchangers */
};

/* In words of the program's options. Static, or borrowed from `r`; *len octets
 * of its detail go before the advice. */
const char *cli_advice(const struct ph_recipient_result *r,
                       const struct cli_hints *hints, size_t *len);

#endif
