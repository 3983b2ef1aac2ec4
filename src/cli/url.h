/* cli/url.h - smtp://USER:PASSWORD@HOST:PORT and its kin taken apart. */
#ifndef CLI_URL_H
#define CLI_URL_H

#include <stdbool.h>
#include <stdint.h>

struct cli_url {
    bool implicit_tls; /* smtps:// */
    bool lmtp;         /* lmtp://, lmtp+unix:// */
    char *host;        /* without the brackets of an IPv6 address, or NULL */
    char *path;        /* of a unix socket, or NULL */
    char *user;        /* NULL = none given */
    char *password;    /* likewise */
    uint16_t port;     /* 0 = none given */
};

/* NULL, or what is wrong in words that complete "the URL ...". `out` is
 * written only on success. */
const char *cli_url_parse(struct cli_url *out, const char *text);
/* The same for a proxy's: socks5://[USER:PASSWORD@]HOST:PORT or http://... */
const char *cli_url_parse_proxy(struct cli_url *out, bool *http,
                                const char *text);
void cli_url_done(struct cli_url *url); /* wipes */

#endif
