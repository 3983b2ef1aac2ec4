/* cli/discover.h - `srv:DOMAIN`: the server that a domain names for its users.
 */
#ifndef CLI_DISCOVER_H
#define CLI_DISCOVER_H

#include "cli/url.h"

/* Asks the DNS, and waits. A server outside the domain is taken only with
 * `any_host` (the user has named it). An exit status; on EXIT_DONE host, port
 * and implicit_tls are set. `domain` may be an address, "user@domain". */
int cli_discover(struct cli_url *out, const char *domain, bool any_host);

#endif
