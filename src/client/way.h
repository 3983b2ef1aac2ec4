/* client/way.h - which way connections go: <posthaste/network.h>, copied. */
#ifndef CLIENT_WAY_H
#define CLIENT_WAY_H

#include <posthaste/network.h>

#include "net/conn.h"

struct ph__way {
    enum ph__family family;
    char *bind_address;
    struct ph__proxy proxy; /* strings are ours; kind NONE = none */
    char *resolvers;
};

/* PH_E_INVALID, PH_E_NOMEM; _done() after a failure too. */
int ph__way_copy(struct ph__way *out, const struct ph_network *network);
void ph__way_done(struct ph__way *way);

#endif
