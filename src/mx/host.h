/* mx/host.h - exchangers: a client for each way to speak to one. */
#ifndef MX_HOST_H
#define MX_HOST_H

#include <posthaste/mx.h>

#include "base/list.h"
#include "client/share.h"

/* How an exchanger is spoken to. */
struct ph__mx_peer {
    const char *host;
    const char *tls_name; /* the TLSA base domain, or the host */
    bool strict;          /* TLS required, whatever the options allow */
    const char *also[2];
    size_t also_count;
    const struct ph__tlsa *tlsa;
    size_t tlsa_count;
};

/* An exchanger, for all domains that speak to it in the same way. */
struct ph__mx_host {
    struct ph__link link; /* in mx.hosts, the one used last at the end */
    struct ph_mx *mx;
    struct ph_client *client;
    struct ph__mx_peer peer; /* ours, all of it */
    size_t users;            /* deliveries under way */
    bool closing;
};

/* The one with this peer, made if need be; one user more. PH_E_NOMEM,
 * PH_E_INVALID. */
int ph__mx_host_take(struct ph__mx_host **out, struct ph_mx *mx,
                     const struct ph__mx_peer *peer);
void ph__mx_host_give_back(struct ph__mx_host *host);
void ph__mx_host_close(struct ph__mx_host *host, bool abort);
void ph__mx_add_stats(struct ph_stats *sum, const struct ph_client *client);

#endif
