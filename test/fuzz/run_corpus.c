/* Feeds a target every file of the directories it is told, so that a corpus is
 * an ordinary test, with any compiler: run_corpus DIRECTORY... What it prints
 * is TAP, by which Meson counts the inputs; without a plan, since a corpus is
 * one case and not hundreds. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 20 };

static void feed(const char *path)
{
    struct ph__buf input = PH__BUF(INPUT_MAX);
    FILE *file = fopen(path, "rb");
    MUST(file);
    for (int c = getc(file); c != EOF; c = getc(file))
        fuzz_add(&input, &(char){(char)c}, 1);
    fclose(file);
    char *data = fuzz_exact(ph__buf_text(&input), input.len);
    LLVMFuzzerTestOneInput((const uint8_t *)data, input.len);
    free(data);
    ph__buf_done(&input);
}

/* Returns how many inputs there have been. */
static size_t feed_all(const char *directory, size_t fed)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct ph__buf path = PH__BUF(4096);
        MUST(ph__buf_format(&path, "%s/%s", directory, entries[i]->d_name) ==
             PH_OK);
        if (entries[i]->d_name[0] != '.') {
            printf("# %s\n", path.data); /* the last one is the culprit */
            feed(path.data);
            printf("ok %zu\n", ++fed);
        }
        ph__buf_done(&path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return fed;
}

int main(int argc, char **argv)
{
    size_t fed = 0;
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    for (int i = 1; i < argc; i++)
        fed = feed_all(argv[i], fed);
    printf("# %zu inputs\n", fed);
    return fed == 0;
}
