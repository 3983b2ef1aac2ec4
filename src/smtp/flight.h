/* smtp/flight.h - where the machine is in the table, and what it has said and
 * raised that is still to be answered. */
#ifndef SMTP_FLIGHT_H
#define SMTP_FLIGHT_H

#include "smtp/limits.h"
#include "smtp/table.h"

/* Where we are in the table. Two of them walk it: `recv` follows the replies,
 * `send` runs ahead through the hopeful column. */
struct ph__cursor {
    enum ph__state state;
    unsigned tx;    /* number of the transaction; PH__NO_TX before the first */
    size_t rcpt;    /* the recipient that RCPT is about */
    bool announced; /* this HOLD row's event was pulled */
};
#define PH__NO_TX (~0u) /* one more is 0 */

/* A command without a reply, oldest first. */
struct ph__said {
    enum ph__state state;
    unsigned tx;
    size_t replies; /* still due: 1, but after an LMTP content */
    size_t octets;  /* of the command line */
    uint64_t end;   /* out.sent when it has left completely */
};
struct ph__flight {
    struct ph__said said[PH__FLIGHT_MAX];
    size_t first;
    size_t count;
    size_t octets; /* of all command lines in it */
    size_t chunks; /* BDATs in it, LAST not counted */
};

/* The i-th of them, the oldest being 0; i <= count. */
static inline size_t ph__said_place(const struct ph__flight *f, size_t i)
{
    return (f->first + i) % PH__FLIGHT_MAX;
}
static inline const struct ph__said *ph__said_at(const struct ph__flight *f,
                                                 size_t i)
{
    return &f->said[ph__said_place(f, i)];
}

/* An event to be pulled. */
struct ph__raised {
    enum ph_event_type type;
    unsigned tx;
    size_t index;
    bool refused; /* RECIPIENT: at RCPT */
};
enum {
    PH__EVENTS_MAX = 8 + PH__AHEAD_MAX
}; /* a session's end raises a DONE
      for each transaction */

/* A piece of content that waits for its BDAT. */
struct ph__piece {
    const char *data;
    size_t len;
    uint64_t octets; /* encoded */
    bool last;
};

#endif
