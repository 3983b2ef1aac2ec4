#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/parts.h"

int ph__net_new(struct ph__net **out, uv_loop_t *loop)
{
    struct ph__net *net = malloc(sizeof(*net));
    if (!net)
        return PH_E_NOMEM;
    /* All but the scratch memory, which need not be touched. */
    net->loop = loop;
    net->resolver = (struct ph__dns_options){0};
    net->servers = NULL;
    net->dns = NULL;
    net->lookups = 0;
    net->resolution_ms = PH__NET_RESOLUTION_MS;
    net->attempt_ms = PH__RACE_DELAY_MS;
    net->oldest = 0;
    for (size_t i = 0; i < PH__NET_WINNERS; i++)
        net->winners[i].host[0] = '\0';
    /* A read, a record that was incomplete before it, and one to decrypt. */
    ph__buf_init(&net->plain, sizeof(net->read) + 2 * PH__NET_RECORD);
    ph__buf_init(&net->cipher, PH__NET_OUT_MAX);
    *out = net;
    return PH_OK;
}

void ph__net_free(struct ph__net *net)
{
    if (!net)
        return;
    ph__buf_wipe(&net->plain);
    ph__buf_done(&net->cipher);
    free(net->servers);
    free(net);
}

int ph__net_set_resolver(struct ph__net *net,
                         const struct ph__dns_options *options)
{
    char *servers;
    int rc = ph__text_copy(&servers, options->servers);
    if (rc)
        return rc;
    free(net->servers);
    net->servers = servers;
    net->resolver = *options;
    net->resolver.servers = servers;
    return PH_OK;
}

int ph__net_take_dns(struct ph__dns **out, struct ph__net *net)
{
    if (!net->dns) {
        int rc = ph__dns_new(&net->dns, net->loop, &net->resolver);
        if (rc)
            return rc;
    }
    net->lookups++;
    *out = net->dns;
    return PH_OK;
}

/* So that no handle is left when the last connection has closed; and what has
 * changed in resolv.conf is heard of. */
struct ph__dns *ph__net_drop_dns(struct ph__net *net)
{
    if (--net->lookups)
        return NULL;
    struct ph__dns *unused = net->dns;
    net->dns = NULL;
    return unused;
}

static struct ph__net_winner *find(struct ph__net *net, const char *host,
                                   uint16_t port)
{
    for (size_t i = 0; i < PH__NET_WINNERS; i++) {
        struct ph__net_winner *w = &net->winners[i];
        if (*w->host && w->port == port && ph__text_same(w->host, host))
            return w;
    }
    return NULL;
}

void ph__net_remember(struct ph__net *net, const char *host, uint16_t port,
                      const struct sockaddr *address)
{
    struct ph__net_winner *w = find(net, host, port);
    if (!w) {
        w = &net->winners[net->oldest];
        net->oldest = (net->oldest + 1) % PH__NET_WINNERS;
    }
    memset(w, 0, sizeof(*w));
    memcpy(w->host, host, strlen(host));
    w->port = port;
    memcpy(&w->address, address,
           address->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                         : sizeof(struct sockaddr_in6));
}

const struct sockaddr *ph__net_recall(const struct ph__net *net,
                                      const char *host, uint16_t port)
{
    const struct ph__net_winner *w = find((struct ph__net *)net, host, port);
    return w ? (const struct sockaddr *)&w->address : NULL;
}
