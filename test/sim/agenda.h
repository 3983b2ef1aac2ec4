/* sim/agenda.h - what is to happen, and when: the virtual clock. Of two things
 * at one time the one that was put down first happens first. */
#ifndef SIM_AGENDA_H
#define SIM_AGENDA_H

#include "sim/random.h"

enum sim_event_type {
    /* of a connection */
    SIM_DIALLED,  /* it is up, or refused */
    SIM_UP,       /* the client's octets arrive, up to `arg` */
    SIM_DOWN,     /* the server's, likewise */
    SIM_UP_END,   /* the client has closed */
    SIM_DOWN_END, /* the server has */
    SIM_LOST,     /* the client learns that the connection was reset */
    SIM_WRITABLE, /* its socket takes octets again */
    SIM_TIMER,    /* the session's deadline */
    SIM_SHAKEN,   /* the handshake's end */
    SIM_LOGIN,    /* credentials are there, or not */
    /* of a mail; `arg` is the life it was put down in */
    SIM_SUBMIT,
    SIM_GO,
    SIM_CANCEL,
    SIM_CHECK, /* it should have been finished by now */
    /* of the process; likewise */
    SIM_WAKEUP,
    SIM_STOP
};
struct sim_event {
    uint64_t at;
    uint64_t serial;
    uint64_t arg;
    unsigned who;
    enum sim_event_type type;
};

struct sim_agenda {
    struct sim_event *events; /* a binary heap */
    size_t count;
    size_t room;
    uint64_t serial;
};

void sim_agenda_add(struct sim_agenda *a, uint64_t at, enum sim_event_type type,
                    unsigned who, uint64_t arg);
/* False when nothing is left. */
bool sim_agenda_take(struct sim_agenda *a, struct sim_event *out);

/* realloc() that ends the program where there is no memory. */
void *sim_resize(void *old, size_t size);

#endif
