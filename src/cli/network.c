#include <arpa/inet.h>

#include "cli/server.h"

static int take_proxy(struct cli_network *n, const char *text)
{
    bool http;
    const char *problem = cli_url_parse_proxy(&n->proxy, &http, text);
    if (problem) { /* not the URL itself: there may be a password in it */
        cli_error("--proxy: the URL %s: correct it", problem);
        return EXIT_USAGE_ERROR;
    }
    n->options.proxy = http ? PH_PROXY_HTTP : PH_PROXY_SOCKS5;
    n->options.proxy_host = n->proxy.host;
    n->options.proxy_port = n->proxy.port;
    n->options.proxy_user = n->proxy.user;
    n->options.proxy_password = n->proxy.password;
    return EXIT_DONE;
}

static int take_bind(struct cli_network *n, const char *address)
{
    unsigned char octets[sizeof(struct in6_addr)];
    bool v4 = inet_pton(AF_INET, address, octets) == 1;
    bool v6 = inet_pton(AF_INET6, address, octets) == 1;
    if (!v4 && !v6)
        return cli_usage("--bind", address,
                         "give an IPv4 or IPv6 address of this machine");
    if ((v4 && n->options.family == PH_FAMILY_IPV6) ||
        (v6 && n->options.family == PH_FAMILY_IPV4))
        return cli_usage("--bind", address,
                         "--ipv4 and --ipv6 rule it out: leave one out");
    n->options.bind_address = address;
    return EXIT_DONE;
}

int cli_network_settle(struct cli_network *n, const struct cli_server *s)
{
    const char *proxy = cli_server_said(s, CLI_PROXY);
    const char *bind = cli_server_said(s, CLI_BIND);
    bool v4 = cli_server_said(s, CLI_IPV4) != NULL;
    bool v6 = cli_server_said(s, CLI_IPV6) != NULL;
    n->options.size = sizeof(n->options);
    if (v4 && v6)
        return cli_usage("--ipv4 and --ipv6", NULL,
                         "give one of them, or none for both");
    if (s->url.path && (proxy || bind || v4 || v6))
        return cli_usage("a unix socket has no network", NULL,
                         "leave out --proxy, --bind, --ipv4, --ipv6");
    if (v4 || v6)
        n->options.family = v4 ? PH_FAMILY_IPV4 : PH_FAMILY_IPV6;
    int status = proxy ? take_proxy(n, proxy) : EXIT_DONE;
    return status || !bind ? status : take_bind(n, bind);
}

void cli_network_done(struct cli_network *n)
{
    cli_url_done(&n->proxy);
    *n = (struct cli_network){0};
}
