/* net/net.h - what the connections of one loop share: scratch memory, so that
 * an idle connection needs none of its own, a resolver while names are looked
 * up, and which address of a name was the last that could be reached. */
#ifndef NET_NET_H
#define NET_NET_H

#include <uv.h>

#include "dns/dns.h"

struct ph__net;

/* PH_E_NOMEM. */
int ph__net_new(struct ph__net **out, uv_loop_t *loop);
/* How names are looked up from the next dial on; copied. Without it, as the
 * system does. PH_E_NOMEM. */
int ph__net_set_resolver(struct ph__net *net,
                         const struct ph__dns_options *options);
/* When every connection that was made with it has said `closed`. */
void ph__net_free(struct ph__net *net);

#endif
