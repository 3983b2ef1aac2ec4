/* sink/late.h - when replies may leave: some milliseconds after they were
 * made, all of one turn together. It models a round trip. No I/O, no clock. */
#ifndef SINK_LATE_H
#define SINK_LATE_H

#include "base/buf.h"

enum { PH__SINK_LATE_MAX = 1024 /* batches that wait; more are joined */ };

/* Of `out`, the front is due, and the rest waits in batches. */
struct ph__sink_late {
    uint64_t delay_ms;
    size_t due;
    size_t known; /* octets of `out` that were noted */
    struct ph__buf batches;
};

void ph__sink_late_init(struct ph__sink_late *l, uint64_t delay_ms);
void ph__sink_late_done(struct ph__sink_late *l);
/* `out` holds so many octets now: those not yet noted are a batch.
 * PH_E_NOMEM. */
int ph__sink_late_note(struct ph__sink_late *l, size_t out_len, uint64_t now);
/* How many octets may leave by now. */
size_t ph__sink_late_due(struct ph__sink_late *l, uint64_t now);
/* So many left. */
void ph__sink_late_sent(struct ph__sink_late *l, size_t len);
/* Is something waiting? Then when the first of it is due. */
bool ph__sink_late_next(uint64_t *out, const struct ph__sink_late *l);

#endif
