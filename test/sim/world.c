#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/books.h"
#include "sim/caller.h"
#include "sim/driver.h"
#include "sim/net.h"

enum { STEPS_MAX = 300000 }; /* a run that does not end by itself */
static const uint64_t longest_ms = 100ull * 86400 * 1000;

/* ---- what all parts use ---- */

void sim_mix(struct sim_world *w, uint64_t a, uint64_t b)
{
    w->hash = sim_scramble(w->hash ^ sim_scramble(a + 1)) + b;
}

void sim_count(struct sim_world *w, enum sim_fault f)
{
    w->figures.faults[f]++;
}

bool sim_strikes(struct sim_world *w, struct sim_random *r, enum sim_fault f)
{
    bool strikes = !w->healed && sim_chance(r, w->plan.rates[f]);
    w->figures.faults[f] += strikes;
    return strikes;
}

void sim_note(const struct sim_world *w, const char *format, ...)
{
    va_list args;
    if (!w->verbose)
        return;
    printf("%12.3f  ", (double)w->now / 1000);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void sim_violation(struct sim_world *w, const char *format, ...)
{
    char words[300];
    va_list args;
    if (w->failed)
        return;
    w->failed = true;
    w->figures.violations++;
    va_start(args, format);
    vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    printf("posthaste-sim --seed %llu -v: at %llu ms: %s\n",
           (unsigned long long)w->plan.seed, (unsigned long long)w->now, words);
}

/* ---- lives ---- */

static void begin_life(struct sim_world *w)
{
    sim_note(w, "life %u", w->life + 1);
    sim_driver_begin(w);
    sim_caller_begin(w);
    if (sim_caller_is_done(w)) {
        w->stopping = true;
        ph__engine_drain(w->engine);
    }
}

static void end_life(struct sim_world *w)
{
    sim_caller_take_stock(w);
    sim_driver_end(w);
    w->life++;
    if (w->life < w->plan.lives)
        begin_life(w);
}

static void crash(struct sim_world *w)
{
    sim_count(w, SIM_CRASHED);
    sim_note(w, "crash");
    end_life(w);
}

/* ---- the run ---- */

static void happen(struct sim_world *w, const struct sim_event *ev)
{
    w->steps++;
    w->figures.events++;
    w->now = ev->at;
    w->healed = w->now >= w->plan.heal_at;
    if (ev->type <= SIM_WRITABLE)
        sim_net_event(w, ev);
    else if (ev->type <= SIM_LOGIN)
        sim_driver_event(w, ev);
    else
        sim_caller_event(w, ev);
    if (ev->type == SIM_WRITABLE && w->conns[ev->who]->session)
        ph__session_sent(w->conns[ev->who]->session, 0);
}

static void run(struct sim_world *w)
{
    struct sim_event ev;
    begin_life(w);
    while (!w->failed) {
        if (w->engine)
            sim_driver_pump(w);
        if (sim_driver_crashes(w)) {
            crash(w);
            continue;
        }
        if (w->engine && w->stopping && ph__engine_empty(w->engine)) {
            sim_books_end_life(w);
            end_life(w);
            continue;
        }
        if (!sim_agenda_take(&w->agenda, &ev))
            break;
        happen(w, &ev);
        if (w->steps > STEPS_MAX || w->now > longest_ms)
            sim_violation(w, "it does not end");
    }
    if (w->engine && !w->failed)
        sim_violation(w, "nothing will ever happen, and the engine waits");
    if (!w->failed)
        sim_books_close(w);
}

static void tidy_up(struct sim_world *w)
{
    if (w->engine) {
        sim_caller_take_stock(w);
        sim_driver_end(w);
    }
    sim_net_free(w);
    sim_caller_free(w);
    free(w->agenda.events);
    free(w->taken);
    free(w->receipts);
}

bool sim_run(struct sim_figures *out, uint64_t *hash, uint64_t seed,
             bool verbose)
{
    struct sim_world *w = sim_resize(NULL, sizeof(*w));
    *w = (struct sim_world){.verbose = verbose};
    sim_plan_draw(&w->plan, seed);
    w->net.state = sim_scramble(seed) + 1;
    w->server.state = sim_scramble(seed) + 2;
    w->caller.state = sim_scramble(seed) + 3;
    if (verbose)
        sim_plan_print(&w->plan);
    sim_caller_prepare(w);
    run(w);
    w->figures.seeds = 1;
    w->figures.virtual_ms = w->now;
    tidy_up(w);
    bool good = !w->failed;
    *out = w->figures;
    *hash = w->hash;
    free(w);
    return good;
}
