/* Plays every dialogue whole, octet by octet, and cut at every point: what the
 * machine does never depends on how the network cuts (RP-11). */
#include <stdio.h>

#include "dialogue/play.h"
#include "dialogue/walk.h"

static const char *play_all_ways(const char *script, char note[PLAY_NOTE])
{
    struct play_how how = {0};
    size_t octets = 0;
    const char *wrong = play(script, &how, &octets);
    how.bytewise = true;
    if (!wrong)
        wrong = play(script, &how, &octets);
    how.bytewise = false;
    size_t total = octets;
    size_t stride = total / 2000 + 1; /* long ones: at many points, not all */
    for (how.split = 1; !wrong && how.split < total; how.split += stride)
        wrong = play(script, &how, &octets);
    snprintf(note, PLAY_NOTE, "%zu ways", 2 + (total - 1) / stride);
    return wrong;
}

/* Every row of the table is entered by some dialogue. */
static bool report_rows(size_t number)
{
    size_t hit = 0;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        hit += walk.entered[s];
        if (!walk.entered[s])
            printf("# no dialogue enters %s\n", ph__table[s].name);
    }
    printf("%sok %zu - rows hit %zu/%d\n", hit == ST_COUNT ? "" : "not ",
           number, hit, ST_COUNT);
    return hit == ST_COUNT;
}

/* And every cell is walked: what no conversation shows, nobody has seen. */
static bool report_cells(size_t number)
{
    size_t cells = 0;
    size_t hit = 0;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        for (int c = 0; c < CELLS; c++) {
            char name[CELL_NAME];
            if (!cell_exists(s, c))
                continue;
            cells++;
            hit += walk.hit[s][c];
            cell_name(name, s, c);
            if (!walk.hit[s][c])
                printf("# no dialogue walks %s\n", name);
        }
    }
    printf("%sok %zu - cells hit %zu/%zu\n", hit == cells ? "" : "not ", number,
           hit, cells);
    return hit == cells;
}

static bool report_astray(size_t number)
{
    printf("%sok %zu - nothing was done that no cell says\n",
           walk.astray ? "not " : "", number);
    if (walk.astray)
        printf("# %s\n", walk.astray);
    return !walk.astray;
}

int main(int argc, char **argv)
{
    bool good;
    size_t count = play_each(argc > 1 ? argv[1] : ".", play_all_ways, &good);
    good &= count && report_rows(count + 1);
    good &= count && report_cells(count + 2);
    good &= count && report_astray(count + 3);
    printf("1..%zu\n", count + 3);
    return !good;
}
