/* posthaste/network.h - which way a client's connections go. */
#ifndef POSTHASTE_NETWORK_H
#define POSTHASTE_NETWORK_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ph_family { PH_FAMILY_ANY = 0, PH_FAMILY_IPV4, PH_FAMILY_IPV6 };
enum ph_proxy {
    PH_PROXY_NONE = 0,
    PH_PROXY_SOCKS5, /* RFC 1928, and RFC 1929 with a user */
    PH_PROXY_HTTP    /* CONNECT, RFC 9110 9.3.6; Basic with a user */
};

/* Zero or NULL means the default everywhere. Copied; passwords are wiped. None
 * of it counts for a unix socket. */
struct ph_network {
    size_t size;              /* sizeof this struct */
    enum ph_family family;    /* of the addresses that are tried */
    const char *bind_address; /* our end: an address of this machine */
    enum ph_proxy proxy;
    const char *proxy_host; /* name or address */
    uint16_t proxy_port;
    const char *proxy_user; /* NULL = none */
    const char *proxy_password;
    const char *resolvers; /* "127.0.0.1:53,[::1]:5353": name servers asked in
                            * place of the system's */
};
#define PH_NETWORK(...)                                                        \
    (&(struct ph_network){.size = sizeof(struct ph_network), __VA_ARGS__})

#ifdef __cplusplus
}
#endif
#endif
