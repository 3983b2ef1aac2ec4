#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue/play.h"

enum { SCRIPT = 1 << 16, VALUE = 64 };

/* A whole file, ended by '\0'; exits if it cannot be read. */
static char *load(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, SCRIPT);
    if (!file || !text || !fread(text, 1, SCRIPT - 1, file)) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    return text;
}

/* ---- `either`: one beginning, many endings ---- */

struct ending {
    size_t wanted;     /* which of them, counted from 0 */
    size_t passed;     /* how many are above this line */
    bool begun;        /* an `either` was met */
    bool plays;        /* this line belongs to it */
    char value[VALUE]; /* for `$` */
};

/* either 421 450 451 - the ending that follows, once for each. */
static void turn(struct ending *e, const char *values, size_t len)
{
    char list[256];
    char *save;
    snprintf(list, sizeof(list), "%.*s", (int)len, values);
    e->begun = true;
    e->plays = false;
    for (char *v = strtok_r(list, " ", &save); v;
         v = strtok_r(NULL, " ", &save)) {
        if (e->passed++ != e->wanted)
            continue;
        e->plays = true;
        snprintf(e->value, VALUE, "%s", v);
    }
}

static void copy_line(FILE *out, const struct ending *e, const char *line,
                      size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line[i] == '$' && e->begun)
            fputs(e->value, out);
        else
            fputc(line[i], out);
}

/* The script with that ending alone; NULL if there are not so many. Lines keep
 * their numbers. */
static char *with_ending(const char *script, struct ending *e)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    e->plays = true;
    for (const char *at = script; *at;) {
        size_t n = strcspn(at, "\n");
        if (!strncmp(at, "either ", 7))
            turn(e, at + 7, n - 7);
        else if (e->plays)
            copy_line(out, e, at, n);
        fputc('\n', out);
        at += n + (at[n] == '\n');
    }
    fclose(out);
    if (e->wanted < (e->begun ? e->passed : 1))
        return text;
    free(text);
    return NULL;
}

static bool play_one_ending(const char *path, const char *script,
                            const struct ending *e, size_t number, play_one one)
{
    char note[PLAY_NOTE] = "";
    const char *wrong = one(script, note);
    printf("%sok %zu - %s%s%s: %s\n", wrong ? "not " : "", number,
           strrchr(path, '/') + 1, e->begun ? ", " : "", e->value, note);
    if (wrong)
        printf("# %s\n", wrong);
    return !wrong;
}

size_t play_each(const char *directory, play_one one, bool *good)
{
    glob_t found;
    char pattern[4096];
    size_t count = 0;
    *good = true;
    snprintf(pattern, sizeof(pattern), "%s/*.txt", directory);
    if (glob(pattern, 0, NULL, &found)) {
        printf("Bail out! no dialogues in %s\n", pattern);
        return 0;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *script = load(found.gl_pathv[i]);
        struct ending e = {0};
        for (char *one_of; (one_of = with_ending(script, &e));) {
            *good &=
                play_one_ending(found.gl_pathv[i], one_of, &e, ++count, one);
            free(one_of);
            e = (struct ending){.wanted = e.wanted + 1};
        }
        free(script);
    }
    globfree(&found);
    return count;
}
