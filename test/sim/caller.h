/* sim/caller.h - who submits, commits, cancels and leaves; and who, after a
 * crash, goes on with what his journal does not know to be settled. */
#ifndef SIM_CALLER_H
#define SIM_CALLER_H

#include "sim/world.h"

/* Writes the mails. */
void sim_caller_prepare(struct sim_world *w);
/* A life begins: puts down when what is still to be sent is submitted. */
void sim_caller_begin(struct sim_world *w);
void sim_caller_event(struct sim_world *w, const struct sim_event *ev);
/* Orders of the engine. */
void sim_caller_commit(struct sim_world *w, struct ph__job *job);
void sim_caller_finished(struct sim_world *w, struct ph__job *job);
/* True if all was submitted, and has come back. */
bool sim_caller_is_done(const struct sim_world *w);
/* The life is over: what his journal says becomes what he knows. */
void sim_caller_take_stock(struct sim_world *w);
void sim_caller_free(struct sim_world *w);

#endif
