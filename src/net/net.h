/* net/net.h - what the connections of one loop share: scratch memory, so that
 * an idle connection needs none of its own. */
#ifndef NET_NET_H
#define NET_NET_H

#include <uv.h>

#include <posthaste/types.h>

struct ph__net;

/* PH_E_NOMEM. */
int ph__net_new(struct ph__net **out, uv_loop_t *loop);
/* When every connection that was made with it has said `closed`. */
void ph__net_free(struct ph__net *net);

#endif
