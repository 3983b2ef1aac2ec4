/* cli/history.h - what earlier runs wrote into a results file: for each row
 * and recipient, the last line. */
#ifndef CLI_HISTORY_H
#define CLI_HISTORY_H

#include <posthaste/types.h>

#include "base/buf.h"
#include "cli/identity.h"

enum cli_past_state {
    CLI_PAST_OPEN,      /* deferred or unsent: to be tried again */
    CLI_PAST_CLOSED,    /* accepted or refused */
    CLI_PAST_UNCERTAIN, /* it may have arrived */
    CLI_PAST_PENDING    /* the process ended before its outcome was known */
};

struct cli_past {
    uint64_t row;
    size_t recipient; /* where its text begins in `recipients` */
    uint64_t at;      /* its line in the file */
    size_t len;
    unsigned attempts;
    enum cli_past_state state;
};

struct cli_history {
    struct cli_past *entries; /* by row, then recipient */
    size_t count;
    size_t cap;
    struct ph__buf recipients;
    struct cli_identity batch; /* whose they are, as the last line says that
                                * says so; "" if none does */
    uint64_t end; /* of the last complete line: what follows is torn */
};

/* Reads the file from its beginning. EXIT_DONE, or another status after an
 * error message. */
int cli_history_load(struct cli_history *out, int fd, const char *path);
void cli_history_done(struct cli_history *h);

/* The last line about this row and recipient, or NULL. */
const struct cli_past *cli_history_find(const struct cli_history *h,
                                        uint64_t row, const char *recipient);

#endif
