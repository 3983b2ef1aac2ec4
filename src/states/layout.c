#include "states/layout.h"

/* clang-format off */
static const struct ph__phase phases[] = {
    {"Connecting and greeting", "#eef3fb", {-50, -42}, {249, 372}, {-44, -26}},
    {"TLS",                     "#e8f5ec", {251, -42}, {449, 372}, {257, -26}},
    {"Authentication",          "#fdf3e1", {451, -42}, {850, 372}, {457, -26}},
    {"Transaction",             "#f2effa", {-50, 393}, {850, 595}, {776, 411}},
    {"Content",                 "#fcecee", {339, 597}, {850, 706}, {345, 613}},
    {"Leaving",                 "#ededed", {-50, 597}, {166, 706}, {-44, 613}},
};

static const struct ph__place places[] = {
    {ST_START,      {  0, 100}, SIDE_TOP,      0},
    {ST_TLS_FIRST,  {  0, 200}, SIDE_BOTTOM,   0},
    {ST_GREETING,   {100, 100}, SIDE_BOTTOM,  15},
    {ST_EHLO,       {200, 100}, SIDE_BOTTOM,  15},
    {ST_MAY_HELO,   {100,   6}, SIDE_BOTTOM, -50},
    {ST_HELO,       {200,   6}, SIDE_BOTTOM,   0},

    {ST_NEED_TLS,   {300, 100}, SIDE_TOP,      0},
    {ST_CAN_TLS,    {300, 200}, SIDE_TOP,      0},
    {ST_STARTTLS,   {300, 300}, SIDE_BOTTOM,   0},
    {ST_HANDSHAKE,  {400, 300}, SIDE_BOTTOM,  40},
    {ST_MUST_TLS,   {400, 200}, SIDE_BOTTOM,  20},

    {ST_NEED_AUTH,  {500, 100}, SIDE_TOP,      0},
    {ST_MAY_AUTH,   {600, 100}, SIDE_TOP,      0},
    {ST_GO_WITHOUT, {500, 200}, SIDE_BOTTOM,  10},
    {ST_CAN_AUTH,   {700, 100}, SIDE_TOP,    -55},
    {ST_AUTH,       {800, 100}, SIDE_TOP,     10},
    {ST_ANSWERED,   {700, 200}, SIDE_TOP,      0},
    {ST_ANSWER,     {700, 300}, SIDE_BOTTOM,  48},
    {ST_CANCEL,     {600, 200}, SIDE_BOTTOM,   0},
    {ST_PROVEN,     {800, 200}, SIDE_BOTTOM, -40},

    {ST_READY,      {  0, 436}, SIDE_BOTTOM, -62},
    {ST_FITS,       {100, 436}, SIDE_BOTTOM,   0},
    {ST_MAIL,       {200, 436}, SIDE_BOTTOM,   0},
    {ST_GONE_ON,    {200, 536}, SIDE_BOTTOM,   0},
    {ST_RCPT,       {300, 436}, SIDE_BOTTOM,   0},
    {ST_MORE,       {400, 436}, SIDE_BOTTOM,   0},
    {ST_ANYONE,     {500, 436}, SIDE_BOTTOM,   0},
    {ST_TOO_LATE,   {500, 536}, SIDE_BOTTOM,   0},
    {ST_DATA,       {600, 436}, SIDE_BOTTOM,   0},
    {ST_STILL,      {700, 436}, SIDE_BOTTOM,   0},
    {ST_RSET,       {400, 536}, SIDE_TOP,    -40},

    {ST_BODY,       {800, 646}, SIDE_BOTTOM, -66},
    {ST_SEALED,     {700, 646}, SIDE_BOTTOM,   0},
    {ST_COMMIT,     {600, 646}, SIDE_BOTTOM, -66},
    {ST_DOT,        {500, 646}, SIDE_BOTTOM, -66},
    {ST_FINAL,      {400, 646}, SIDE_BOTTOM,   0},

    {ST_QUIT,       {  0, 646}, SIDE_BOTTOM,   0},
    {ST_CLOSED,     {115, 646}, SIDE_BOTTOM,   0},
};

#define B SIDE_BOTTOM
#define T SIDE_TOP
#define L SIDE_LEFT
#define R SIDE_RIGHT
#define LINE PH__ROUTE_LINE
#define MAIN PH__ROUTE_MAIN
#define FLIP PH__ROUTE_FLIP

/* The lane between the upper half and the transaction, that above the line of
 * the transaction, and those below it. */
enum { BUS = 383, ABOVE = 401, BACK = 587, LOW = 598 };

#define FROM(from, act, next) ST_##from, {ACT_##act, ST_##next}

static const struct ph__route routes[] = {
    {FROM(START, pass, GREETING),       R,   0, {0},             L,   0, MAIN},
    {FROM(START, pass, TLS_FIRST),      B,   0, {0},             T,   0, LINE},
    {FROM(TLS_FIRST, forget, GREETING), R,   0, {0},             B, -20, LINE},
    {FROM(GREETING, pass, EHLO),        R,   0, {0},             L,   0, MAIN},
    {FROM(EHLO, learn, NEED_TLS),       R,   0, {0},             L,   0, MAIN},
    {FROM(EHLO, pass, MAY_HELO),        T, -40, {50},            B,  20, LINE},
    {FROM(MAY_HELO, pass, HELO),        R,   0, {0},             L,   0, LINE},
    {FROM(HELO, pass, NEED_TLS),        R,   0, {0},             T,   0, LINE},

    {FROM(NEED_TLS, pass, CAN_TLS),     B,   0, {0},             T,   0, MAIN},
    {FROM(NEED_TLS, pass, NEED_AUTH),   R,   0, {0},             L,   0, MAIN},
    {FROM(CAN_TLS, pass, STARTTLS),     B,   0, {0},             T,   0, MAIN},
    {FROM(CAN_TLS, pass, MUST_TLS),     R,   0, {0},             L,   0, LINE},
    {FROM(STARTTLS, pass, HANDSHAKE),   R,   0, {0},             L,   0, MAIN},
    {FROM(STARTTLS, pass, MUST_TLS),    T,  30, {250},           B, -20, LINE},
    {FROM(HANDSHAKE, forget, EHLO),     B, -45, {362},           B, -20, MAIN},
    {FROM(MUST_TLS, pass, NEED_AUTH),   T,   0, {100},           L,   0, LINE},

    {FROM(NEED_AUTH, pass, MAY_AUTH),   R,   0, {0},             L,   0, MAIN},
    {FROM(NEED_AUTH, pass, READY),      B, -45, {150, 456, BUS}, T,   0, LINE},
    {FROM(MAY_AUTH, pass, CAN_AUTH),    R,   0, {0},             L,   0, MAIN},
    {FROM(MAY_AUTH, pass, GO_WITHOUT),  B,   0, {150},           T,   0, LINE},
    {FROM(GO_WITHOUT, pass, READY),     B, -45, {BUS},           T,   0, LINE},
    {FROM(CAN_AUTH, pass, AUTH),        R,   0, {0},             L,   0, MAIN},
    {FROM(AUTH, pass, PROVEN),          B,  20, {0},             T,  20, MAIN},
    {FROM(AUTH, challenge, ANSWERED),   B, -30, {150},           T,  20, FLIP},
    {FROM(AUTH, drop, CAN_AUTH),        T, -30, {52},            T,  30, FLIP},
    {FROM(ANSWERED, pass, ANSWER),      B,  30, {0},             T,  30, LINE},
    {FROM(ANSWERED, pass, CANCEL),      L,   0, {0},             R,   0, LINE},
    {FROM(ANSWER, challenge, ANSWERED), T, -10, {0},             B, -10, FLIP},
    {FROM(ANSWER, pass, PROVEN),        R,   0, {752},           L,   0, LINE},
    {FROM(ANSWER, drop, CAN_AUTH),      B, -50, {350, 650, 150}, B, -20, LINE},
    {FROM(CANCEL, drop, CAN_AUTH),      T,  20, {150},           B, -20, LINE},
    {FROM(PROVEN, pass, READY),         B,  20, {BUS},           T,   0, MAIN},

    {FROM(READY, begin, FITS),          R,   0, {0},             L,   0, MAIN},
    {FROM(READY, pass, QUIT),           B,   0, {0},             T,   0, MAIN},
    {FROM(FITS, pass, MAIL),            R,   0, {0},             L,   0, MAIN},
    {FROM(FITS, unfit, READY),          T,   0, {ABOVE},         T,  40, FLIP},
    {FROM(MAIL, pass, RCPT),            R,   0, {0},             L,   0, MAIN},
    {FROM(MAIL, spoil, GONE_ON),        B,   0, {0},             T,   0, LINE},
    {FROM(GONE_ON, pass, RCPT),         R, -12, {0},             B, -30, LINE},
    {FROM(GONE_ON, finish, RSET),       R,  12, {0},             L,  12, LINE},
    {FROM(RCPT, accept, MORE),          R,   0, {0},             L,   0, MAIN},
    {FROM(RCPT, reject, MORE),          B,  20, {482},           B,   0, LINE},
    {FROM(MORE, next, RCPT),            T,   0, {ABOVE},         T,   0, FLIP},
    {FROM(MORE, pass, ANYONE),          R,   0, {0},             L,   0, MAIN},
    {FROM(ANYONE, pass, DATA),          R,   0, {0},             L,   0, MAIN},
    {FROM(ANYONE, pass, TOO_LATE),      B,   0, {0},             T,   0, LINE},
    {FROM(TOO_LATE, pass, DATA),        R,   0, {0},             B, -30, LINE},
    {FROM(TOO_LATE, finish, RSET),      L,   0, {0},             R,   0, LINE},
    {FROM(DATA, pass, STILL),           R,   0, {0},             L,   0, MAIN},
    {FROM(DATA, refuse, RSET),          B,  20, {574},           B,  35, LINE},
    {FROM(STILL, pass, BODY),           R,   0, {0},             T,   0, MAIN},
    {FROM(STILL, pass, DOT),            B,   0, {LOW},           T,  20, LINE},

    {FROM(BODY, pass, SEALED),          L,   0, {0},             R,   0, MAIN},
    {FROM(SEALED, pass, COMMIT),        L,   0, {0},             R,   0, MAIN},
    {FROM(SEALED, pass, DOT),           T,   0, {LOW},           T,  20, LINE},
    {FROM(COMMIT, pass, DOT),           L,   0, {0},             R,   0, MAIN},
    {FROM(DOT, pass, FINAL),            L,   0, {0},             R,   0, MAIN},
    {FROM(FINAL, deliver, READY),       L,   0, {332, BACK},     B,  40, MAIN},
    {FROM(FINAL, refuse, RSET),         T,   0, {0},             B,   0, LINE},
    {FROM(RSET, pass, READY),           B, -40, {BACK},          B,  40, LINE},
    {FROM(QUIT, pass, CLOSED),          R,   0, {0},             L,   0, MAIN},
};
/* clang-format on */

#undef B
#undef T
#undef L
#undef R
#undef LINE
#undef MAIN
#undef FLIP
#undef FROM

const struct ph__layout ph__layout = {
    .phases = phases,
    .phase_count = sizeof(phases) / sizeof(phases[0]),
    .places = places,
    .place_count = sizeof(places) / sizeof(places[0]),
    .routes = routes,
    .route_count = sizeof(routes) / sizeof(routes[0]),
};

const struct ph__place *ph__layout_place(const struct ph__layout *layout,
                                         enum ph__state state)
{
    for (size_t i = 0; i < layout->place_count; i++)
        if (layout->places[i].state == state)
            return &layout->places[i];
    return NULL;
}

const struct ph__route *ph__layout_route(const struct ph__layout *layout,
                                         enum ph__state from,
                                         struct ph__edge edge)
{
    for (size_t i = 0; i < layout->route_count; i++) {
        const struct ph__route *r = &layout->routes[i];
        if (r->from == from && ph__edge_same(r->edge, edge))
            return r;
    }
    return NULL;
}
