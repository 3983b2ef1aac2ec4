#include "sim/agenda.h"

#include <stdio.h>
#include <stdlib.h>

void *sim_resize(void *old, size_t size)
{
    void *made = realloc(old, size);
    if (!made && size) {
        fputs("posthaste-sim: out of memory: run fewer processes\n", stderr);
        exit(2);
    }
    return made;
}

static bool before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at < b->at || (a->at == b->at && a->serial < b->serial);
}

void sim_agenda_add(struct sim_agenda *a, uint64_t at, enum sim_event_type type,
                    unsigned who, uint64_t arg)
{
    struct sim_event ev = {
        .at = at, .serial = a->serial++, .arg = arg, .who = who, .type = type};
    if (a->count == a->room) {
        a->room = a->room ? 2 * a->room : 64;
        a->events = sim_resize(a->events, a->room * sizeof(*a->events));
    }
    size_t i = a->count++;
    for (; i && before(&ev, &a->events[(i - 1) / 2]); i = (i - 1) / 2)
        a->events[i] = a->events[(i - 1) / 2];
    a->events[i] = ev;
}

bool sim_agenda_take(struct sim_agenda *a, struct sim_event *out)
{
    if (!a->count)
        return false;
    *out = a->events[0];
    struct sim_event last = a->events[--a->count];
    size_t i = 0;
    for (size_t child = 1; child < a->count; child = 2 * i + 1) {
        child += child + 1 < a->count &&
                 before(&a->events[child + 1], &a->events[child]);
        if (before(&last, &a->events[child]))
            break;
        a->events[i] = a->events[child];
        i = child;
    }
    a->events[i] = last;
    return true;
}
