/* smtp/run.h - the sending half of the interpreter: what was said and awaits a
 * reply, and how far the sender may run ahead of the receiver. */
#ifndef SMTP_RUN_H
#define SMTP_RUN_H

#include "smtp/machine.h"

/* A reply to the oldest command has come. */
void ph__flight_answered(struct ph_machine *m);

/* Speaks for the state that `recv` has entered: its command, unless the sender
 * has said it, and whatever may follow. */
int ph__run_speak(struct ph_machine *m);
/* Goes on ahead, as far as is allowed now (RFC 2920 3.1). */
int ph__run_ahead(struct ph_machine *m);
/* The sender leaves the HOLD row it stands in. */
int ph__run_on(struct ph_machine *m, struct ph__edge edge);

/* The cursor that stands in a HOLD row and waits for the driver, or NULL. */
struct ph__cursor *ph__run_holder(struct ph_machine *m);
/* May a transaction begin behind the content that is going out? */
bool ph__run_can_ride(const struct ph_machine *m);
/* May the content go on? Not with too many chunks in flight. */
bool ph__run_wants_piece(const struct ph_machine *m);

#endif
