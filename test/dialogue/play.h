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

/* Plays one dialogue: NULL, or what is wrong; `note` says how it was done. */
enum { PLAY_NOTE = 64 };
typedef const char *(*play_one)(const char *script, char note[PLAY_NOTE]);
/* `one` for each *.txt of `directory`, as TAP; `more` lines of the caller's
 * follow. Returns how many dialogues there were, 0 = none; *good = all were. */
size_t play_each(const char *directory, size_t more, play_one one, bool *good);

#endif
