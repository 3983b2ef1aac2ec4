/* test/table/property.h - a property is a function over a copy of the table, so
 * that it can also be shown to notice a broken one. */
#ifndef TABLE_PROPERTY_H
#define TABLE_PROPERTY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "table/graph.h"

typedef bool property(const struct graph *g);

struct claim {
    property *holds;
};

/* One cell changed, or one exception: the one that has `code`. */
struct mutant {
    property *notices;
    enum ph__state state;
    int column; /* or WHEN_DUE, WHEN_EARLY */
    int code;
    struct ph__edge edge;
};
enum { WHEN_DUE = -1, WHEN_EARLY = -2 };

/* Tests; *state is the claim, or the mutant. */
void property_holds(void **state);
void mutant_is_noticed(void **state);

/* The one beside `state` that has `code`; fails the test if there is none. */
struct ph__exception *property_exception(struct graph *g, enum ph__state state,
                                         bool early, int code);

/* Lines of a group of tests. The property holds: its name is the fact. */
#define HOLDS(name)                                                            \
    {                                                                          \
#name, property_holds, NULL, NULL, &(struct claim)                     \
        {                                                                      \
            name                                                               \
        }                                                                      \
    }
#define MUTANT(what, property, state, column, code, act, next)                 \
    {                                                                          \
        what, mutant_is_noticed, NULL, NULL, &(struct mutant)                  \
        {                                                                      \
            property, ST_##state, column, code,                                \
            {                                                                  \
                ACT_##act, ST_##next                                           \
            }                                                                  \
        }                                                                      \
    }
/* ... and no longer with this cell, or with this exception. */
#define CELL(property, state, column, act, next)                               \
    MUTANT(#property " notices " #state "/" #column " -> " #next, property,    \
           state, column, 0, act, next)
#define CODE(property, state, code, act, next)                                 \
    MUTANT(#property " notices " #state "/" #code " -> " #next, property,      \
           state, WHEN_DUE, code, act, next)
#define EARLY_CODE(property, state, code, act, next)                           \
    MUTANT(#property " notices " #state "/early " #code " -> " #next,          \
           property, state, WHEN_EARLY, code, act, next)

/* The same for what is not a cell: `damage` is done to a fresh copy `g`. */
#define NOTICED(property, damage)                                              \
    do {                                                                       \
        struct graph g;                                                        \
        graph_load(&g);                                                        \
        assert_true(property(&g));                                             \
        damage;                                                                \
        assert_false(property(&g));                                            \
    } while (0)

#endif
