/* cli/identity.h - which batch results belong to: digests (SHA-256) of its list
 * and of its template. */
#ifndef CLI_IDENTITY_H
#define CLI_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

enum { CLI_DIGEST_ROOM = 64 + 1 }; /* 256 bits in hex, and a NUL */

struct cli_identity {
    char list[CLI_DIGEST_ROOM];     /* "" = not known: it comes on a pipe */
    char template[CLI_DIGEST_ROOM]; /* "" = there is none yet */
};

/* EXIT_DONE, or another status after an error message. */
int cli_identity_of_text(char out[CLI_DIGEST_ROOM], const char *data,
                         size_t len);
/* Of a file from where it stands, which does not move. */
int cli_identity_of_file(char out[CLI_DIGEST_ROOM], int fd, const char *name);

/* May a run of `now` go on with the results of `then`? What is not known of
 * either is no difference. EXIT_DONE, or EXIT_BAD_DATA after a message that
 * says which of the two changed. */
int cli_identity_check(const struct cli_identity *then,
                       const struct cli_identity *now, const char *results,
                       bool forced);
bool cli_identity_same(const struct cli_identity *a,
                       const struct cli_identity *b);

#endif
