/* play.h - plays a dialogue file against the machine. The notation is in
 * test/README.md. */
#ifndef TEST_PLAY_H
#define TEST_PLAY_H

#include <stdbool.h>
#include <stddef.h>

struct play_how {
    size_t split;  /* cut what the server says after so many octets; 0 = no */
    bool bytewise; /* octet by octet */
    bool tolerant; /* memory may fail: do not compare, only survive */
    bool rows[64]; /* set for each state that was entered */
};

/* Returns NULL if all went as written, else what did not: static or allocated
 * text that stays until the next call. *octets = how much the server said. */
const char *play(const char *script, struct play_how *how, size_t *octets);

/* A whole file, '\0' ended; exits if it cannot be read. Free it. */
char *play_load(const char *path);

#endif
