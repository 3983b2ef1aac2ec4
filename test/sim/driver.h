/* sim/driver.h - carries out what the engine orders, as a client does. */
#ifndef SIM_DRIVER_H
#define SIM_DRIVER_H

#include "sim/world.h"

/* An engine for a life; and its end, without ceremony. */
void sim_driver_begin(struct sim_world *w);
void sim_driver_end(struct sim_world *w);
/* Pulls orders until there are none. Stops where a crash is due. */
void sim_driver_pump(struct sim_world *w);
bool sim_driver_crashes(const struct sim_world *w);
/* SIM_TIMER, SIM_SHAKEN, SIM_LOGIN, SIM_WAKEUP. */
void sim_driver_event(struct sim_world *w, const struct sim_event *ev);

#endif
