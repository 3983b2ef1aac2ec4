#include "states/layout_parts.h"

/* clang-format off */
/* Where the envelope leaves room for DATA. */
enum { STEP1 = 352, STEP2 = 513 };

static const struct ph__area areas[] = {
    {"#ededed", {EDGE_L, IDLE_TOP}, {EDGE_R, MAIL_TOP - BETWEEN},
     "Idle, asking, leaving", {672, IDLE_TOP + 22}},
    {"#f2effa", {EDGE_L, MAIL_TOP}, {EDGE_R, MAIL2_Y - 52},
     "Envelope", {30, MAIL_TOP + 22}},
    {"#f2effa", {STEP1, MAIL2_Y - 53}, {EDGE_R, DATA_Y - 49}, NULL, {0, 0}},
    {"#f2effa", {STEP2, DATA_Y - 50}, {EDGE_R, BODY_TOP - BETWEEN}, NULL, {0, 0}},
    {"#e6f3f5", {EDGE_L, MAIL2_Y - 44}, {STEP1 - 6, DATA_Y - 42},
     "Content by DATA", {30, MAIL2_Y - 22}},
    {"#e6f3f5", {EDGE_L, DATA_Y - 43}, {STEP2 - 6, BODY_TOP - BETWEEN}, NULL, {0, 0}},
};

static const struct ph__place places[] = {
    {ST_READY,    {X1, IDLE_Y}},
    {ST_TASK,     {X2, IDLE_Y}},
    {ST_QUERY,    {X3, IDLE_Y}},
    {ST_QUIT,     {X4, IDLE_Y}},
    {ST_CLOSED,   {X6, IDLE_Y}},

    {ST_ROOM,     {X1, MAIL_Y}},
    {ST_FITS,     {X2, MAIL_Y}},
    {ST_MAIL,     {X3, MAIL_Y}},
    {ST_RCPT,     {X4, MAIL_Y}},
    {ST_MORE,     {X6, MAIL_Y}},
    {ST_GONE_ON,  {X3, MAIL2_Y}},
    {ST_NO_RCPT,  {X4, MAIL2_Y}},
    {ST_TOO_MANY, {X5, MAIL2_Y}},
    {ST_ANYONE,   {X6, MAIL2_Y}},
    {ST_CHUNKED,  {X4, DATA_Y}},
    {ST_WHOLE,    {X5, DATA_Y}},
    {ST_TOO_LATE, {X6, DATA_Y}},

    {ST_DATA,     {X3, DATA_Y}},
    {ST_STILL,    {X2, DATA_Y}},
    {ST_LONE,     {X1, DATA_Y}},
    {ST_NO_DATA,  {X2, MAIL2_Y}},
};

enum { TO_MAIL = MAIL_TOP - 4, TO_BODY = BODY_TOP - 4 };

static const struct ph__route routes[] = {
    {FROM(READY, pass, TASK),          OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(READY, pass, QUIT),          OUT(TOP, 40), VIA(IDLE_TOP + 12), IN(TOP, 0), MAIN},
    {FROM(READY, pass, CLOSED),         OUT(BOTTOM, -38), STUB(0)},
    {FROM(TASK, pass, QUERY),          OUT(RIGHT, 0), IN(LEFT, 0)},
    {FROM(TASK, begin, ROOM),          OUT(BOTTOM, 0), VIA(TO_MAIL), IN(TOP, 30), MAIN},
    {FROM(QUERY, report, READY),        OUT(BOTTOM, 0), VIA(IDLE_Y + 58), IN(BOTTOM, -54)},
    {FROM(QUIT, pass, CLOSED),         OUT(RIGHT, 0), IN(LEFT, 0), MAIN},

    {FROM(ROOM, pass, FITS),           OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(ROOM, turn_away, QUIT),      OUT(BOTTOM, -54), STUB(0)},
    {FROM(FITS, pass, MAIL),           OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(FITS, unfit, SPENT),         OUT(BOTTOM, -54), STUB(0)},
    {FROM(MAIL, pass, RCPT),           OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(MAIL, spoil, GONE_ON),        OUT(BOTTOM, -40), IN(TOP, -40), FLIP},
    {FROM(MAIL, spoil_last, GONE_ON),   OUT(BOTTOM, -24), IN(TOP, -24)},
    {FROM(GONE_ON, pass, RCPT),         OUT(RIGHT, 0), VIA(GAP34 + 8), IN(LEFT, 18), FLIP},
    {FROM(GONE_ON, finish, CLEAR),     OUT(BOTTOM, -54), STUB(0)},
    {FROM(RCPT, accept, MORE),          OUT(RIGHT, -8), IN(LEFT, -8), MAIN},
    {FROM(RCPT, reject, MORE),          OUT(RIGHT, 8), IN(LEFT, 8)},
    {FROM(RCPT, reject_last, MORE),     OUT(RIGHT, 24), IN(LEFT, 24)},
    {FROM(RCPT, pass, TOO_MANY),       OUT(BOTTOM, 40), VIA(MAIL2_Y - 44, GAP45 - 12), IN(LEFT, 0)},
    {FROM(RCPT, pass, NO_RCPT),        OUT(BOTTOM, -30), IN(TOP, -30)},
    {FROM(NO_RCPT, reject, MORE),       OUT(BOTTOM, -54), STUB(0)},
    {FROM(NO_RCPT, reject_last, MORE),  OUT(BOTTOM, -54), STUB(1)},
    {FROM(TOO_MANY, postpone, MORE),    OUT(TOP, -20), VIA(MAIL2_Y - 60), IN(BOTTOM, -40), FLIP},
    {FROM(TOO_MANY, reject, MORE),      OUT(TOP, 20), VIA(MAIL2_Y - 47), IN(BOTTOM, -20)},
    {FROM(MORE, next, RCPT),            OUT(LEFT, -24), IN(RIGHT, -24)},
    {FROM(MORE, pass, ANYONE),         OUT(BOTTOM, 20), IN(TOP, 20), MAIN},
    {FROM(ANYONE, pass, WHOLE),         OUT(BOTTOM, -40), VIA(DATA_Y - 55), IN(TOP, 40), MAIN},
    {FROM(ANYONE, pass, TOO_LATE),     OUT(BOTTOM, 20), IN(TOP, 20)},
    {FROM(WHOLE, pass, CHUNKED),       OUT(LEFT, 0), IN(RIGHT, 0), MAIN},
    {FROM(WHOLE, withdraw, CLEAR),      OUT(BOTTOM, -54), STUB(0)},
    {FROM(TOO_LATE, pass, CHUNKED),     OUT(BOTTOM, -54), VIA(DATA_Y + 58), IN(BOTTOM, 40), FLIP},
    {FROM(TOO_LATE, finish, CLEAR),     OUT(BOTTOM, -38), STUB(0)},
    {FROM(CHUNKED, pass, DATA),        OUT(LEFT, 0), IN(RIGHT, 0), MAIN},
    {FROM(CHUNKED, pass, BODY),        OUT(BOTTOM, 0), VIA(TO_BODY), IN(TOP, 0)},

    {FROM(DATA, pass, STILL),          OUT(LEFT, 0), IN(RIGHT, 0), MAIN},
    {FROM(DATA, refuse, CLEAR),        OUT(BOTTOM, -54), STUB(0)},
    {FROM(DATA, refuse_last, CLEAR),    OUT(BOTTOM, -54), STUB(1), WRAP(16)},
    {FROM(DATA, pass, NO_DATA),         OUT(TOP, 0), VIA(DATA_Y - 50, STEP1 - 10), IN(RIGHT, 0)},
    {FROM(NO_DATA, refuse_last, CLEAR), OUT(BOTTOM, -54), STUB(0)},
    {FROM(NO_DATA, refuse, CLEAR),     OUT(BOTTOM, -54), STUB(1)},
    {FROM(STILL, pass, BODY),          OUT(BOTTOM, 0), VIA(TO_BODY), IN(TOP, 0), MAIN},
    {FROM(STILL, pass, LONE),          OUT(LEFT, 0), IN(RIGHT, 0)},
    {FROM(LONE, pass, DOT),            OUT(BOTTOM, -54), STUB(0)},
    {FROM(LONE, breach, CLOSED),       OUT(BOTTOM, -54), STUB(1)},
};
/* clang-format on */

const struct ph__layout_part ph__layout_mail = PART(areas, places, routes);
