/* sim/net.h - the network: two streams a connection, cut and delayed as it
 * pleases, and broken before any octet. */
#ifndef SIM_NET_H
#define SIM_NET_H

#include "sim/world.h"

/* An order to dial; SIM_DIALLED follows, or nothing ever. */
struct sim_conn *sim_net_dial(struct sim_world *w, struct ph__session *s);
/* Takes some of it; how much. The socket may be busy afterwards. */
size_t sim_net_write(struct sim_world *w, struct sim_conn *c, const char *data,
                     size_t len);
void sim_net_say(struct sim_world *w, struct sim_conn *c, const char *data,
                 size_t len, uint64_t later_ms);
/* One end closes: what it has said before still arrives. */
void sim_net_client_closes(struct sim_world *w, struct sim_conn *c);
void sim_net_server_closes(struct sim_world *w, struct sim_conn *c);
/* The process has died, and its socket with it: somehow. */
void sim_net_client_dies(struct sim_world *w, struct sim_conn *c);
/* Events of a connection from SIM_DIALLED to SIM_WRITABLE. */
void sim_net_event(struct sim_world *w, const struct sim_event *ev);
void sim_net_free(struct sim_world *w);

#endif
