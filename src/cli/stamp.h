/* cli/stamp.h - when something was said or heard: `# at` lines in a dialogue
 * that is printed (--trace-times). Its callbacks run when octets have arrived,
 * and right before commands are handed to the kernel. */
#ifndef CLI_STAMP_H
#define CLI_STAMP_H

#include <stdbool.h>
#include <stdint.h>

/* Zero is one that is off. Times in nanoseconds. */
struct cli_stamp {
    bool on;
    bool said;      /* something was printed */
    uint64_t start; /* which is "# at 0.000000" */
    uint64_t last;  /* printed, since then */
};

void cli_stamp_start(struct cli_stamp *s);
/* A line on standard error, if it is on and the time has changed: lines that
 * come together share one. */
void cli_stamp_print(struct cli_stamp *s);

#endif
