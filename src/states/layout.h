/* states/layout.h - where the drawing puts things: hints, not facts. A state
 * without a place is put below the rest; an edge without a route becomes a
 * short arrow to the name of its target. */
#ifndef STATES_LAYOUT_H
#define STATES_LAYOUT_H

#include "states/cases.h"

/* Columns and rows, in hundredths: {150, 200} is the middle between columns 1
 * and 2, in row 2. */
struct ph__spot {
    int x;
    int y;
};

struct ph__place {
    enum ph__state state;
    struct ph__spot spot;
    int exits; /* short arrows leave by: TOP or BOTTOM */
    int shift; /* ... so far from the middle, in pixels */
};

enum ph__side { SIDE_BOTTOM, SIDE_TOP, SIDE_LEFT, SIDE_RIGHT };
enum { PH__LANES = 3 };
enum { PH__NO_LANE = 0 };

enum ph__route_look {
    PH__ROUTE_LINE,
    PH__ROUTE_MAIN, /* on the way of a message that is delivered */
    PH__ROUTE_FLIP  /* the label goes to the line's other side */
};

/* One edge's way: out of a side, along lanes (x and y by turns, the first one
 * straight ahead), into a side. */
struct ph__route {
    enum ph__state from;
    struct ph__edge edge;
    enum ph__side out;
    int out_shift; /* pixels from the side's middle */
    int lanes[PH__LANES];
    enum ph__side in;
    int in_shift;
    enum ph__route_look look;
};

/* A tinted area with a title. */
struct ph__phase {
    const char *title;
    const char *colour;
    struct ph__spot from;
    struct ph__spot to;
    struct ph__spot title_at;
};

struct ph__layout {
    const struct ph__phase *phases;
    size_t phase_count;
    const struct ph__place *places;
    size_t place_count;
    const struct ph__route *routes;
    size_t route_count;
};
extern const struct ph__layout ph__layout;

/* NULL when the layout has none. */
const struct ph__place *ph__layout_place(const struct ph__layout *layout,
                                         enum ph__state state);
const struct ph__route *ph__layout_route(const struct ph__layout *layout,
                                         enum ph__state from,
                                         struct ph__edge edge);

#endif
