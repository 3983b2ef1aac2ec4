/* net/shared.h - the inside of what the connections of a loop share; nobody
 * outside this layer includes it. */
#ifndef NET_SHARED_H
#define NET_SHARED_H

#include "base/buf.h"
#include "net/net.h"

enum {
    PH__NET_READ = 64 * 1024,
    PH__NET_RECORD = 16 * 1024, /* RFC 8446 5.1 */
    PH__NET_WINNERS = 16,       /* addresses remembered */
    PH__NET_RESOLUTION_MS = 50  /* RFC 8305 8: Resolution Delay */
};

/* The address of a host that could be reached last. */
struct ph__net_winner {
    char host[PH__DNS_NAME]; /* "": none */
    uint16_t port;
    struct sockaddr_storage address;
};

struct ph__net {
    uv_loop_t *loop;
    struct ph__buf plain;       /* decrypted by the read under way */
    struct ph__buf cipher;      /* encrypted by the call under way */
    char stage[PH__NET_RECORD]; /* small slices, on their way to a record */
    char read[PH__NET_READ];

    struct ph__dns_options resolver;
    char *servers;       /* the resolver's, or NULL */
    struct ph__dns *dns; /* while a name is looked up */
    unsigned lookups;    /* dials that use it */
    unsigned resolution_ms, attempt_ms;
    struct ph__net_winner winners[PH__NET_WINNERS];
    unsigned oldest; /* of them: the next to be overwritten */
};

/* The resolver, as long as somebody uses it; who gets it back is to
 * close it. */
int ph__net_take_dns(struct ph__dns **out, struct ph__net *net);
struct ph__dns *ph__net_drop_dns(struct ph__net *net);
/* Which address of a host is the one to begin with; NULL: none is known. Names
 * longer than names are must not be remembered. */
void ph__net_remember(struct ph__net *net, const char *host, uint16_t port,
                      const struct sockaddr *address);
const struct sockaddr *ph__net_recall(const struct ph__net *net,
                                      const char *host, uint16_t port);

#endif
