/* client/tap.h - what a tap is told of one session. */
#ifndef CLIENT_TAP_H
#define CLIENT_TAP_H

#include <posthaste/tap.h>

#include "base/buf.h"
#include "smtp/secret.h"

struct ph__link_up;

/* Of replies, once there are secrets; begins as ph__tap_init() leaves it. */
struct ph__tap {
    struct ph__buf line; /* whose end has not come */
    struct ph__secret_trail trail;
    bool opened;
};

void ph__tap_init(struct ph__tap *tap);
void ph__tap_done(struct ph__tap *tap); /* wipes */

/* All do nothing without a tap. */
void ph__tap_opened(struct ph__link_up *link);
void ph__tap_secured(struct ph__link_up *link);
/* Before the session is told that they have left: the first `len` octets of
 * its output. */
void ph__tap_sent(struct ph__link_up *link, size_t len);
/* After the session was told. */
void ph__tap_received(struct ph__link_up *link, const char *data, size_t len);
void ph__tap_closed(struct ph__link_up *link);

/* Overwrites what is not to be seen of a line, its end included if it has come.
 * `trail` goes from line to line. */
void ph__tap_mask(struct ph__secret_trail *trail,
                  const struct ph__secrets *secrets, char *line, size_t len);

#endif
