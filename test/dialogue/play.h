/* play.h - plays a dialogue file against the machine. The notation is in
 * test/README.md. */
#ifndef TEST_PLAY_H
#define TEST_PLAY_H

#include <stdbool.h>
#include <stddef.h>

struct stage;

struct play_how {
    size_t split;  /* cut what the server says after so many octets; 0 = no */
    bool bytewise; /* octet by octet */
    bool tolerant; /* memory may fail: do not compare, only survive */
    /* If given: called behind each line, once there is a machine; true ends the
     * play there. */
    bool (*look)(struct stage *s, size_t line, void *user);
    void *user;
};

/* Returns NULL if all went as written, else what did not: static or allocated
 * text that stays until the next call. *octets = how much the server said. */
const char *play(const char *script, struct play_how *how, size_t *octets);

/* Plays one dialogue: NULL, or what is wrong; `note` says how it was done. */
enum { PLAY_NOTE = 64 };
typedef const char *(*play_one)(const char *script, char note[PLAY_NOTE]);
/* `one` for each dialogue of `directory`: each *.txt, and each ending of it; as
 * TAP without the plan. Returns how many there were, 0 = none; *good = all
 * were. */
size_t play_each(const char *directory, play_one one, bool *good);

#endif
