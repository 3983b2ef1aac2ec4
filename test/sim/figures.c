#include "sim/figures.h"

#include <stdio.h>

void sim_figures_add(struct sim_figures *sum, const struct sim_figures *more)
{
    sum->seeds += more->seeds;
    sum->violations += more->violations;
    sum->mails += more->mails;
    sum->recipients += more->recipients;
    sum->sessions += more->sessions;
    sum->dials += more->dials;
    sum->events += more->events;
    sum->orders += more->orders;
    sum->virtual_ms += more->virtual_ms;
    for (int i = 0; i <= PH_UNCERTAIN; i++)
        sum->outcomes[i] += more->outcomes[i];
    for (int i = 0; i < SIM_FAULTS; i++)
        sum->faults[i] += more->faults[i];
}

static void print(uint64_t n, const char *what)
{
    printf("%12llu  %s\n", (unsigned long long)n, what);
}

void sim_figures_print(const struct sim_figures *f, uint64_t wall_ms)
{
    print(f->seeds, "seeds");
    print(f->mails, "mails");
    print(f->recipients, "recipients");
    for (int i = 0; i <= PH_UNCERTAIN; i++)
        print(f->outcomes[i], ph_outcome_name((enum ph_outcome)i));
    print(f->dials, "dials");
    print(f->sessions, "sessions");
    print(f->events, "events");
    print(f->orders, "orders");
    for (int i = 0; i < SIM_FAULTS; i++)
        print(f->faults[i], sim_fault_name((enum sim_fault)i));
    printf("%12.1f  days of virtual time\n",
           (double)f->virtual_ms / (24 * 3600 * 1000.0));
    printf("%12.1f  seconds, %.0f seeds/s\n", (double)wall_ms / 1000,
           wall_ms ? (double)f->seeds * 1000 / (double)wall_ms : 0.0);
    print(f->violations, "violations");
}
