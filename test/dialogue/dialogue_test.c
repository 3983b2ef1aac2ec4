/* Plays every dialogue whole, octet by octet, and cut at every point: what the
 * machine does never depends on how the network cuts (RP-11). */
#include <stdio.h>

#include "dialogue/play.h"
#include "smtp/table.h"

static bool covered[64];

static const char *play_all_ways(const char *script, char note[PLAY_NOTE])
{
    struct play_how how = {0};
    size_t octets = 0;
    const char *wrong = play(script, &how, &octets);
    for (size_t i = 0; i < 64; i++)
        covered[i] |= how.rows[i];
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

/* Every row that waits is entered by some dialogue. */
static bool report_rows(size_t number)
{
    size_t rows = 0;
    size_t hit = 0;
    for (enum ph__state s = ST_START; s < ST_COUNT; s++) {
        if (ph__table[s].kind == PICK_ROW)
            continue;
        rows++;
        hit += covered[s];
        if (!covered[s])
            printf("# no dialogue enters %s\n", ph__table[s].name);
    }
    printf("%sok %zu - rows hit %zu/%zu\n", hit == rows ? "" : "not ", number,
           hit, rows);
    return hit == rows;
}

int main(int argc, char **argv)
{
    bool good;
    size_t count = play_each(argc > 1 ? argv[1] : ".", 1, play_all_ways, &good);
    bool covers_all = count && report_rows(count + 1);
    return !(good && covers_all);
}
