/* Every allocation of every dialogue fails once: the machine then says so and
 * closes, but never crashes, leaks, or reports what did not happen. */
#include <stdio.h>

#include "alloc/wrap.h"
#include "dialogue/play.h"

enum { OF_THE_STAGE = 3 }; /* allocations that play() makes for itself */

static const char *fail_each(const char *script, char note[PLAY_NOTE])
{
    struct play_how how = {.tolerant = true};
    size_t octets;
    long n = 0; /* allocations that failed before it went through, plus one */
    do {
        wrap_fail_at(OF_THE_STAGE + ++n);
        play(script, &how, &octets);
    } while (wrap_failed() && n < 10000);
    wrap_fail_at(0);
    how.tolerant = false;
    snprintf(note, PLAY_NOTE, "%ld allocations failed in turn", n - 1);
    const char *wrong = play(script, &how, &octets);
    return !wrong && n - 1 <= 3 ? "hardly any allocation failed" : wrong;
}

int main(int argc, char **argv)
{
    bool good;
    size_t count = play_each(argc > 1 ? argv[1] : ".", fail_each, &good);
    printf("1..%zu\n", count);
    return !(count && good);
}
