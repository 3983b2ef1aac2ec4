/* client/complete.h - what a message gets when it is sent. */
#ifndef CLIENT_COMPLETE_H
#define CLIENT_COMPLETE_H

#include <posthaste/message.h>

/* Gives a composed message the Date and Message-ID that it lacks. What
 * ph_message_check() says, PH_E_NOMEM, PH_E_SYSTEM (no randomness). */
int ph__message_complete(struct ph_message *msg);

#endif
