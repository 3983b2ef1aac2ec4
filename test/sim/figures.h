/* sim/figures.h - what runs add up to. */
#ifndef SIM_FIGURES_H
#define SIM_FIGURES_H

#include "sim/plan.h"

struct sim_figures {
    uint64_t seeds;
    uint64_t violations;
    uint64_t mails;
    uint64_t recipients;
    uint64_t sessions;
    uint64_t dials;
    uint64_t events;
    uint64_t orders;
    uint64_t virtual_ms;
    uint64_t outcomes[PH_UNCERTAIN + 1];
    uint64_t faults[SIM_FAULTS];
};

void sim_figures_add(struct sim_figures *sum, const struct sim_figures *more);
void sim_figures_print(const struct sim_figures *f, uint64_t wall_ms);

#endif
