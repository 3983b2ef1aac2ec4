/* Every allocation of every dialogue fails once: the machine then says so and
 * closes, but never crashes, leaks, or reports what did not happen. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/wrap.h"
#include "dialogue/play.h"

enum { OF_THE_STAGE = 3 }; /* allocations that play() makes for itself */

/* How many allocations failed before the dialogue went through. */
static long fail_each(const char *script, const char **wrong)
{
    struct play_how how = {.tolerant = true};
    size_t octets;
    long n = 0;
    do {
        wrap_fail_at(OF_THE_STAGE + ++n);
        *wrong = play(script, &how, &octets);
    } while (wrap_failed() && n < 10000);
    wrap_fail_at(0);
    how.tolerant = false;
    *wrong = play(script, &how, &octets); /* and nothing was left behind */
    return n - 1;
}

int main(int argc, char **argv)
{
    glob_t found;
    char pattern[4096];
    bool failed = false;
    snprintf(pattern, sizeof(pattern), "%s/*.txt", argc > 1 ? argv[1] : ".");
    if (glob(pattern, 0, NULL, &found)) {
        printf("Bail out! no dialogues in %s\n", pattern);
        return 1;
    }
    printf("1..%zu\n", found.gl_pathc);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *script = play_load(found.gl_pathv[i]);
        const char *wrong = NULL;
        long n = fail_each(script, &wrong);
        bool good = !wrong && n > 3;
        printf("%sok %zu - %s: %ld allocations failed in turn\n",
               good ? "" : "not ", i + 1, strrchr(found.gl_pathv[i], '/') + 1,
               n);
        if (wrong)
            printf("# %s\n", wrong);
        failed |= !good;
        free(script);
    }
    globfree(&found);
    return failed;
}
