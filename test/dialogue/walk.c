#include "dialogue/walk.h"

#include "smtp/machine.h"
#include "smtp/run.h"

struct walk walk;

/* Where the receiver stands, also halfway along a chain of PICKs; and what was
 * found out about the edge it is going to take. */
static enum ph__state place;
static enum { BY_DRIVER, BY_REPLY, BY_ANSWER } by;
static int column;      /* BY_REPLY: the cell; BY_ANSWER: YES or NO */
static bool on_the_way; /* the effect of the latest reply has not ended */
static bool undecided;  /* both of the driver's columns do the same: where it
                           goes on will tell */

void __real_ph__machine_act(struct ph_machine *m, enum ph__action act);
void __real_ph__machine_enter(struct ph_machine *m, enum ph__state next);
bool __real_ph__machine_ask(const struct ph_machine *m,
                            const struct ph__cursor *at,
                            enum ph__question question);
struct ph__edge __real_ph__edge_for(enum ph__state state, int code);
struct ph__edge __real_ph__edge_early(enum ph__state state, int code);
int __real_ph__run_speak(struct ph_machine *m);
void __wrap_ph__machine_act(struct ph_machine *m, enum ph__action act);
void __wrap_ph__machine_enter(struct ph_machine *m, enum ph__state next);
bool __wrap_ph__machine_ask(const struct ph_machine *m,
                            const struct ph__cursor *at,
                            enum ph__question question);
struct ph__edge __wrap_ph__edge_for(enum ph__state state, int code);
struct ph__edge __wrap_ph__edge_early(enum ph__state state, int code);
int __wrap_ph__run_speak(struct ph_machine *m);

static void arrive(enum ph__state state)
{
    place = state;
    walk.entered[state] = true;
}

static void take(int cell)
{
    walk.hit[place][cell] = true;
    if (on_the_way && walk.steps < WALK_STEPS)
        walk.path[walk.steps++] = (struct step){place, cell};
    arrive(cell_edge(place, cell).next);
}

static struct ph__edge hear(enum ph__state state, bool early, int code,
                            struct ph__edge edge)
{
    by = BY_REPLY;
    place = state;
    column = cell_of(state, early, code);
    walk.heard++;
    walk.steps = 0;
    walk.settled = ST_CLOSED; /* where nothing more is said */
    on_the_way = true;
    struct ph__edge said = cell_edge(state, column);
    if (edge.act != said.act || edge.next != said.next)
        walk.astray = "a reply took another edge than its cell says";
    return edge;
}

struct ph__edge __wrap_ph__edge_for(enum ph__state state, int code)
{
    return hear(state, false, code, __real_ph__edge_for(state, code));
}

struct ph__edge __wrap_ph__edge_early(enum ph__state state, int code)
{
    return hear(state, true, code, __real_ph__edge_early(state, code));
}

/* The sender asks too; its way is in hope only. */
bool __wrap_ph__machine_ask(const struct ph_machine *m,
                            const struct ph__cursor *at,
                            enum ph__question question)
{
    bool yes = __real_ph__machine_ask(m, at, question);
    if (at != &m->recv)
        return yes;
    if (undecided)
        take(DONE);
    undecided = false;
    if (ph__table[place].kind != PICK_ROW || ph__table[place].ask != question)
        walk.astray = "a question was asked that the row does not ask";
    by = BY_ANSWER;
    column = yes ? YES : NO;
    return yes;
}

void __wrap_ph__machine_act(struct ph_machine *m, enum ph__action act)
{
    const struct ph__edge *edge = ph__table[place].edge;
    int cell = by != BY_DRIVER ? column : act == edge[DONE].act ? DONE : STOP;
    if (cell_edge(place, cell).act != act)
        walk.astray = "something was done that the cell does not say";
    undecided = by == BY_DRIVER && edge[DONE].act == edge[STOP].act;
    by = BY_DRIVER;
    __real_ph__machine_act(m, act);
    if (!undecided)
        take(cell);
}

/* Called by the driver's side: at the beginning, with its answer, or because
 * the session is lost. */
void __wrap_ph__machine_enter(struct ph_machine *m, enum ph__state next)
{
    if (undecided)
        take(ph__table[place].edge[STOP].next == next ? STOP : DONE);
    undecided = false;
    arrive(next);
    by = BY_DRIVER;
    __real_ph__machine_enter(m, next);
}

int __wrap_ph__run_speak(struct ph_machine *m)
{
    if (m->recv.state != place)
        walk.astray = "the machine stands where its way does not lead";
    if (on_the_way)
        walk.settled = place;
    on_the_way = false;
    return __real_ph__run_speak(m);
}
