/* cli/octets.h - what is in a file that goes with a message. A large one stays
 * on the disk: of it are kept its length, its digest, and what it begins with.
 */
#ifndef CLI_OCTETS_H
#define CLI_OCTETS_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/identity.h"

struct cli_octets {
    struct ph__buf read; /* all, or what it begins with */
    size_t len;          /* of all */
    char digest[CLI_DIGEST_ROOM];
};

/* Of files with up to `most` octets. */
void cli_octets_init(struct cli_octets *o, size_t most);
void cli_octets_done(struct cli_octets *o);

/* All: EXIT_DONE, or another exit status after an error message. */

/* Of the file at `path`; standard input ("-") and whatever else is no file are
 * read whole. */
int cli_octets_read(struct cli_octets *o, const char *path);
/* Of a file that is open. */
int cli_octets_take(struct cli_octets *o, int fd, const char *path);
/* The whole of it into memory, whatever its length. */
int cli_octets_complete(struct cli_octets *o, const char *path);

/* Is all of it in memory? */
bool cli_octets_are_read(const struct cli_octets *o);
bool cli_octets_same(const struct cli_octets *a, const struct cli_octets *b);
/* Borrowed. */
struct ph_slice cli_octets_slice(const struct cli_octets *o);

#endif
