#include "states/layout_parts.h"

/* clang-format off */
static const struct ph__area areas[] = {
    {"#fcecee", {EDGE_L, BODY_TOP}, {EDGE_R, END_TOP - BETWEEN},
     "Content", {195, BODY_TOP + 22}},
    {"#f1f3e4", {EDGE_L, END_TOP}, {EDGE_R, END_BOTTOM},
     "After the content", {520, END_TOP + 22}},
};

static const struct ph__place places[] = {
    {ST_BODY,      {X1, BODY_Y}},
    {ST_CUT,       {X2, BODY_Y}},
    {ST_SEALED,    {X3, BODY_Y}},
    {ST_COMMIT,    {X4, BODY_Y}},
    {ST_ENDING,    {X5, BODY_Y}},
    {ST_CHUNK,     {X2, BODY2_Y}},
    {ST_NO_CHUNK,  {X6 - 55, BODY2_Y}},
    {ST_WANTED,    {X1, BODY2_Y}},
    {ST_SWALLOWED, {X4, BODY2_Y}},

    {ST_DOT,       {X6, END_Y}},
    {ST_LAST,      {X6, END2_Y}},
    {ST_NO_END,    {X3, END2_Y}},
    {ST_GOOD,      {X4, END_Y}},
    {ST_BAD,       {X4, END2_Y}},
    {ST_BEHIND,    {X3, END_Y}},
    {ST_CLEAR,     {X2, END2_Y}},
    {ST_RSET,      {X2, END_Y}},
    {ST_SPENT,     {X1, END_Y}},
    {ST_LEAVE,     {X1, END2_Y}},
};

/* Left of CHUNK, back to BODY; between DOT and GOOD. */
enum { BACK = GAP12 - 3, JOIN = 700 };

static const struct ph__route routes[] = {
    {FROM(BODY, pass, CUT),             OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(BODY, fail, CLOSED),          OUT(BOTTOM, -54), STUB(0)},
    {FROM(BODY, refuse, CLOSED),        OUT(BOTTOM, -54), STUB(1), WRAP(8)},
    {FROM(CUT, pass, CHUNK),            OUT(BOTTOM, 0), IN(TOP, 0)},
    {FROM(CUT, pass, SEALED),           OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(CHUNK, pass, WANTED),         OUT(LEFT, 0), IN(RIGHT, 0)},
    {FROM(CHUNK, pass, NO_CHUNK),       OUT(BOTTOM, -54), STUB(1)},
    {FROM(NO_CHUNK, spoil_last, SWALLOWED), OUT(BOTTOM, -54), STUB(0)},
    {FROM(NO_CHUNK, spoil, SWALLOWED),  OUT(BOTTOM, -54), STUB(1)},
    {FROM(WANTED, pass, BODY),          OUT(TOP, 55), IN(BOTTOM, 55)},
    {FROM(WANTED, pass, SWALLOWED),     OUT(BOTTOM, -54), STUB(0)},
    {FROM(CHUNK, spoil, SWALLOWED),     OUT(RIGHT, -8), IN(LEFT, -8)},
    {FROM(CHUNK, spoil_last, SWALLOWED), OUT(RIGHT, 12), IN(LEFT, 12)},
    {FROM(CHUNK, refuse, CLOSED),       OUT(BOTTOM, -54), STUB(0)},
    {FROM(SWALLOWED, pass, BODY),       OUT(BOTTOM, -54), VIA(BODY2_Y + 68, BACK), IN(RIGHT, 18), FLIP},
    {FROM(SWALLOWED, finish, CLEAR),    OUT(BOTTOM, -38), STUB(0)},
    {FROM(SEALED, pass, COMMIT),        OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(SEALED, pass, ENDING),        OUT(TOP, 0), VIA(BODY_TOP + 16), IN(TOP, 0)},
    {FROM(COMMIT, pass, ENDING),        OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(COMMIT, fail, CLOSED),        OUT(BOTTOM, -54), STUB(0)},
    {FROM(COMMIT, refuse, CLOSED),      OUT(BOTTOM, -54), STUB(1)},
    {FROM(ENDING, pass, DOT),           OUT(BOTTOM, 20), VIA(END_TOP - 4), IN(TOP, 0), MAIN},
    {FROM(ENDING, pass, LAST),          OUT(RIGHT, 0), VIA(LANE_R), IN(RIGHT, 0)},

    {FROM(DOT, deliver, GOOD),          OUT(LEFT, -16), IN(RIGHT, -16), MAIN},
    {FROM(DOT, decline, BAD),           OUT(LEFT, 0), VIA(JOIN), IN(RIGHT, -22)},
    {FROM(DOT, decline_last, BAD),      OUT(LEFT, 16), VIA(JOIN), IN(RIGHT, -22)},
    {FROM(DOT, refuse, CLOSED),         OUT(BOTTOM, 20), STUB(0), FLIP},
    {FROM(LAST, deliver, GOOD),         OUT(LEFT, -8), VIA(JOIN - 20), IN(RIGHT, 16), MAIN},
    {FROM(LAST, decline, BAD),          OUT(LEFT, 8), IN(RIGHT, 8)},
    {FROM(LAST, decline_last, BAD),     OUT(LEFT, 24), IN(RIGHT, 24)},
    {FROM(LAST, refuse, CLOSED),        OUT(BOTTOM, 20), STUB(0), FLIP},
    {FROM(DOT, pass, NO_END),           OUT(BOTTOM, 20), STUB(1), FLIP},
    {FROM(LAST, pass, NO_END),          OUT(BOTTOM, 20), STUB(1), FLIP},
    {FROM(NO_END, decline_last, BAD),   OUT(BOTTOM, -54), STUB(0)},
    {FROM(NO_END, decline, BAD),        OUT(BOTTOM, -54), STUB(1)},
    {FROM(GOOD, pass, ENDING),          OUT(BOTTOM, -54), STUB(0)},
    {FROM(GOOD, finish, BEHIND),        OUT(LEFT, 0), IN(RIGHT, 0), MAIN},
    {FROM(BAD, pass, ENDING),           OUT(BOTTOM, -54), STUB(0)},
    {FROM(BAD, finish, CLEAR),          OUT(LEFT, 0), VIA(GAP34, END_Y + 55), IN(TOP, 40)},
    {FROM(BEHIND, pass, RSET),          OUT(LEFT, 0), IN(RIGHT, 0)},
    {FROM(BEHIND, pass, SPENT),         OUT(TOP, 0), VIA(END_TOP + 16), IN(TOP, 40), MAIN},
    {FROM(CLEAR, pass, RSET),           OUT(TOP, 0), IN(BOTTOM, 0)},
    {FROM(CLEAR, pass, QUIT),           OUT(BOTTOM, -54), STUB(0)},
    {FROM(RSET, pass, SPENT),           OUT(LEFT, 0), IN(RIGHT, 0)},
    {FROM(RSET, fail, LEAVE),           OUT(BOTTOM, -40), VIA(END_Y + 55), IN(TOP, 40), FLIP},
    {FROM(LEAVE, pass, CLOSED),         OUT(BOTTOM, -54), STUB(0)},
    {FROM(LEAVE, pass, QUIT),           OUT(BOTTOM, -54), STUB(1)},
    {FROM(SPENT, pass, READY),          OUT(LEFT, 0), VIA(LANE_L), IN(LEFT, 0), MAIN, FLIP},
    {FROM(SPENT, pass, QUIT),           OUT(BOTTOM, -54), STUB(0)},
};
/* clang-format on */

const struct ph__layout_part ph__layout_end = PART(areas, places, routes);
