/* cli/rate.h - so many a second, and no more: a bucket of tokens that fills
 * as time goes by. Has no clock: it is told what time it is. */
#ifndef CLI_RATE_H
#define CLI_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* Zero is "no limit". */
struct cli_rate {
    uint64_t interval_ns; /* between two tokens */
    uint64_t next_ns;     /* when the next one is there; 0 = from the start */
    unsigned count;       /* the same in words of ph_rate: so many ... */
    unsigned secs;        /* ... in each so long */
};

/* "N/s", "N/m" or "N/h". EXIT_DONE, or EXIT_USAGE_ERROR after an error message
 * that names the option. */
int cli_rate_parse(struct cli_rate *out, const char *option, const char *value);
/* Takes a token and returns 0; or how long there will be none. `now_ns` is that
 * of any steady clock. */
uint64_t cli_rate_take(struct cli_rate *r, uint64_t now_ns);

#endif
