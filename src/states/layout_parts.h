/* states/layout_parts.h - the words in which layout_*.c are written. */
#ifndef STATES_LAYOUT_PARTS_H
#define STATES_LAYOUT_PARTS_H

#include "states/layout.h"

/* Six columns of boxes, and the middles of the gaps between them. */
enum {
    X1 = 95,
    X2 = 257,
    X3 = 419,
    X4 = 581,
    X5 = 743,
    X6 = 905,
    GAP12 = 176,
    GAP23 = 338,
    GAP34 = 500,
    GAP45 = 662,
    GAP56 = 824,
    EDGE_L = 10, /* of the areas */
    EDGE_R = 990,
    LANE_L = 21, /* between the boxes and the page's edge */
    LANE_R = 979
};

/* Where a row of areas begins, and the middles of its rows of boxes. */
enum {
    HELLO_TOP = 92, /* connecting, TLS */
    HELLO_Y = HELLO_TOP + 76,
    HELLO2_Y = HELLO_Y + 108,
    AUTH_TOP = HELLO2_Y + 80,
    AUTH_Y = AUTH_TOP + 98,
    AUTH2_Y = AUTH_Y + 110,
    IDLE_TOP = AUTH2_Y + 90,
    IDLE_Y = IDLE_TOP + 62,
    MAIL_TOP = IDLE_Y + 76, /* the envelope */
    MAIL_Y = MAIL_TOP + 66,
    MAIL2_Y = MAIL_Y + 108,
    DATA_Y = MAIL2_Y + 110,
    BODY_TOP = DATA_Y + 86, /* the content */
    BODY_Y = BODY_TOP + 66,
    BODY2_Y = BODY_Y + 108,
    END_TOP = BODY2_Y + 84, /* after it */
    END_Y = END_TOP + 66,
    END2_Y = END_Y + 108,
    END_BOTTOM = END2_Y + 68,
    BETWEEN = 8 /* rows of areas */
};

#define FROM(from_, act_, next_)                                               \
    .from = ST_##from_, .edge = {ACT_##act_, ST_##next_}
#define OUT(side, shift) .out = SIDE_##side, .out_shift = (shift)
#define IN(side, shift)  .in = SIDE_##side, .in_shift = (shift)
#define VIA(...)         .lanes = {__VA_ARGS__}
#define MAIN             .look = PH__ROUTE_MAIN
#define STUB(row_)       .look = PH__ROUTE_STUB, .row = (row_)

#define WRAP(characters) .wrap = (characters)
#define LEG(n)           .leg = (n)
#define FLIP             .flip = true

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define PART(areas_, places_, routes_)                                         \
    {                                                                          \
        .areas = (areas_), .area_count = COUNT(areas_), .places = (places_),   \
        .place_count = COUNT(places_), .routes = (routes_),                    \
        .route_count = COUNT(routes_)                                          \
    }

#endif
