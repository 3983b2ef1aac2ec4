/* states/layout.h - where the drawing puts things, in pixels of a page that is
 * PH__PAGE_W wide: README.md shows it at about that width. The table decides
 * what is drawn; a table that the layout does not fit is refused. */
#ifndef STATES_LAYOUT_H
#define STATES_LAYOUT_H

#include "states/cases.h"

enum {
    PH__PAGE_W = 1000,
    PH__BOX_W = 124,
    PH__BOX_H = 60,
    PH__BOX_POINT = 9 /* how far the sides of a question slant */
};

struct ph__point {
    int x;
    int y;
};

struct ph__place {
    enum ph__state state;
    struct ph__point centre;
};

enum ph__side { SIDE_BOTTOM, SIDE_TOP, SIDE_LEFT, SIDE_RIGHT };
enum { PH__LANES = 3 };

enum ph__route_look {
    PH__ROUTE_LINE,
    PH__ROUTE_MAIN, /* on the way of a message that is delivered */
    PH__ROUTE_STUB  /* a short arrow to the target's name */
};

/* One edge's way. A line leaves by a side, runs along lanes (x and y by turns,
 * the first one straight ahead) and enters by a side. A stub leaves by the
 * bottom or the top and turns to the right (flip: to the left). */
struct ph__route {
    enum ph__state from;
    struct ph__edge edge;
    enum ph__route_look look;
    enum ph__side out;
    int out_shift; /* from the side's middle */
    int lanes[PH__LANES];
    enum ph__side in;
    int in_shift;
    int row;   /* of a stub: rows of text between the box and the name */
    int wrap;  /* the label has so many characters a line; 0: one line */
    int leg;   /* the label stands beside this leg, the first being 0 */
    bool flip; /* the label goes to the line's other side */
};

/* A tinted area. */
struct ph__area {
    const char *colour;
    struct ph__point from;
    struct ph__point to;
    const char *title; /* NULL when it belongs to another area */
    struct ph__point title_at;
};

/* The layout of some phases of a session. */
struct ph__layout_part {
    const struct ph__area *areas;
    size_t area_count;
    const struct ph__place *places;
    size_t place_count;
    const struct ph__route *routes;
    size_t route_count;
};
extern const struct ph__layout_part
    ph__layout_open; /* until mail may be sent */
extern const struct ph__layout_part ph__layout_mail; /* idle, envelope, DATA */
extern const struct ph__layout_part ph__layout_end;  /* content, and after it */

enum { PH__LAYOUT_PARTS = 3 };
struct ph__layout {
    const struct ph__layout_part *parts[PH__LAYOUT_PARTS];
};
extern const struct ph__layout ph__layout;

/* NULL when the layout has none. */
const struct ph__place *ph__layout_place(const struct ph__layout *layout,
                                         enum ph__state state);
const struct ph__route *ph__layout_route(const struct ph__layout *layout,
                                         enum ph__state from,
                                         struct ph__edge edge);

/* What makes a layout unfit for the table. */
enum ph__gap_kind {
    GAP_NONE,
    GAP_PLACE, /* a state has none */
    GAP_ROUTE, /* an edge has none */
    GAP_EDGE,  /* a route has none, or has it twice */
    GAP_CASES  /* a state has more than PH__CASES_MAX */
};
struct ph__gap {
    enum ph__gap_kind what;
    enum ph__state from;
    enum ph__state next; /* of GAP_ROUTE, GAP_EDGE */
};
/* The first difference; GAP_NONE when there is none. */
struct ph__gap ph__layout_check(const struct ph__layout *layout);

#endif
