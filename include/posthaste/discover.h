/* posthaste/discover.h - where a domain's users hand in their mail, by its own
 * word: SRV records (RFC 6186, RFC 8314 5.1). */
#ifndef POSTHASTE_DISCOVER_H
#define POSTHASTE_DISCOVER_H

#include <posthaste/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s;

/* One submission server. */
struct ph_place {
    const char *host;
    uint16_t port;
    bool implicit_tls; /* TLS from the first octet; else STARTTLS */
    bool vouched;      /* the host lies within the domain, or the resolver has
                        * validated the record (DNSSEC). Else anybody on the way
                        * may have named it: ask the user, or do not go there
                        * (RFC 6186 6) */
};

/* Borrowed during the callback. */
struct ph_discovery {
    int code; /* PH_OK: at least one. PH_E_RESOLVE: the domain has none;
               * PH_E_CONNECT: no name server could tell; PH_E_NOMEM */
    const char *detail; /* of a failure, in words */
    size_t count;
    const struct ph_place *places; /* in the order to try: implicit TLS first,
                                    * then by priority and weight (RFC 2782) */
};
typedef void (*ph_discovery_cb)(const struct ph_discovery *found, void *user);

/* Asks for the domain (without "user@"; UTF-8 is fine); `cb` runs once, from
 * the loop. `resolvers`: as of struct ph_network. PH_E_INVALID (not a domain,
 * or the resolvers), PH_E_NOMEM, PH_E_SYSTEM: then it does not. */
PH_API int ph_discover(struct uv_loop_s *loop, const char *domain,
                       const char *resolvers, ph_discovery_cb cb, void *user);

#ifdef __cplusplus
}
#endif
#endif
