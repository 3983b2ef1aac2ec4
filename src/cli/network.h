/* cli/network.h - which way connections go: --proxy, --bind, --ipv4, --ipv6. */
#ifndef CLI_NETWORK_H
#define CLI_NETWORK_H

#include <posthaste/network.h>

#include "cli/url.h"

struct cli_server;

struct cli_network {
    struct ph_network options; /* borrows from `proxy` and argv */
    struct cli_url proxy;
};

/* EXIT_DONE, or EXIT_USAGE_ERROR after an error message. */
int cli_network_settle(struct cli_network *n, const struct cli_server *s);
void cli_network_done(struct cli_network *n); /* wipes */

#endif
