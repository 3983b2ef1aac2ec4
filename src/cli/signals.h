/* cli/signals.h - Ctrl-C and SIGTERM, turned into a call from the loop. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <uv.h>

/* Does not keep the loop alive. Must not move while it watches. */
struct cli_signals {
    uv_signal_t interrupt, terminate;
    void (*caught)(void *user);
    void *user;
    const char *name; /* of the one just caught: "Ctrl-C" or "signal" */
};

/* A signal that cannot be watched is told, and ends the program as ever. */
void cli_signals_watch(struct cli_signals *s, uv_loop_t *loop,
                       void (*caught)(void *user), void *user);
/* Says on standard error that what is under way will be finished. */
void cli_signals_promise(const struct cli_signals *s);
void cli_signals_close(struct cli_signals *s);

#endif
