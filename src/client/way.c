#include "client/way.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int copy_proxy(struct ph__proxy *out, const struct ph_network *network)
{
    static const enum ph__proxy_kind kinds[] = {
        [PH_PROXY_NONE] = PH__PROXY_NONE,
        [PH_PROXY_SOCKS5] = PH__PROXY_SOCKS5,
        [PH_PROXY_HTTP] = PH__PROXY_HTTP};
    char *host = NULL;
    char *user = NULL;
    char *password = NULL;
    if (network->proxy == PH_PROXY_NONE)
        return PH_OK;
    if (!network->proxy_host || !network->proxy_port)
        return PH_E_INVALID;
    int rc = ph__text_copy(&host, network->proxy_host);
    if (!rc)
        rc = ph__text_copy(&user, network->proxy_user);
    if (!rc)
        rc = ph__text_copy(&password, network->proxy_password);
    *out = (struct ph__proxy){.kind = kinds[network->proxy],
                              .host = host,
                              .port = network->proxy_port,
                              .user = user,
                              .password = password};
    return rc;
}

int ph__way_copy(struct ph__way *out, const struct ph_network *network)
{
    static const enum ph__family families[] = {
        [PH_FAMILY_ANY] = PH__FAMILY_ANY,
        [PH_FAMILY_IPV4] = PH__FAMILY_IPV4,
        [PH_FAMILY_IPV6] = PH__FAMILY_IPV6};
    if (!network)
        return PH_OK;
    if (network->size != sizeof(*network))
        return PH_E_INVALID;
    out->family = families[network->family];
    int rc = ph__text_copy(&out->bind_address, network->bind_address);
    if (!rc)
        rc = ph__text_copy(&out->resolvers, network->resolvers);
    return rc ? rc : copy_proxy(&out->proxy, network);
}

void ph__way_done(struct ph__way *way)
{
    free(way->bind_address);
    free(way->resolvers);
    free((char *)way->proxy.host);
    free((char *)way->proxy.user);
    ph__text_wipe((char *)way->proxy.password);
    *way = (struct ph__way){0};
}
