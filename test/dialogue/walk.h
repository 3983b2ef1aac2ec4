/* walk.h - which way a machine takes through table.def, cell by cell. The
 * linker puts walk.c between the files of smtp/ (-Wl,--wrap, see meson.build),
 * so the library knows nothing of it. One machine at a time. */
#ifndef TEST_WALK_H
#define TEST_WALK_H

#include "dialogue/cells.h"

enum { WALK_STEPS = 64 };

struct walk {
    bool entered[ST_COUNT];
    bool hit[ST_COUNT][CELLS];
    const char *astray; /* what was done that no cell says, or NULL */
    /* The way from the reply heard last to where its effect ended. */
    unsigned heard; /* replies, in all */
    struct step {
        enum ph__state state;
        int cell;
    } path[WALK_STEPS];
    size_t steps;
    enum ph__state settled;
};

extern struct walk walk;

#endif
