/* cli/capture.h - sessions written as a capture that Wireshark opens (--pcap):
 * pcapng, with what is encrypted on the wire in the clear. The octets are those
 * of a tap (<posthaste/tap.h>); the headers around them, and where segments are
 * cut, are made up. Wireshark does not follow pipelined BDAT. */
#ifndef CLI_CAPTURE_H
#define CLI_CAPTURE_H

#include <stdio.h>

#include <posthaste/tap.h>

#include "cli/packet.h"

struct cli_captured; /* one session */

struct cli_capture {
    FILE *file; /* NULL = none */
    const char *path;
    bool failed;       /* and it was said: nothing more is written */
    uint64_t epoch_ns; /* of a tap's time 0 */
    struct cli_captured *sessions;
    size_t count;
    size_t cap;
    struct ph__buf packet;
    struct ph__buf data; /* of one segment */
};

void cli_capture_init(struct cli_capture *c);
/* Begins the file anew; borrows `path`. EXIT_DONE, or another status after an
 * error message. */
int cli_capture_open(struct cli_capture *c, const char *path);
/* What cannot be written is said once; mail goes on. */
void cli_capture_add(struct cli_capture *c, const struct ph_tap *tap);
void cli_capture_close(struct cli_capture *c);

#endif
