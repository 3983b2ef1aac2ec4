#include "states/layout_parts.h"

/* clang-format off */
static const struct ph__area areas[] = {
    {"#eef3fb", {EDGE_L, HELLO_TOP}, {496, AUTH_TOP - BETWEEN},
     "Connecting and greeting", {20, HELLO_TOP + 22}},
    {"#e8f5ec", {504, HELLO_TOP}, {EDGE_R, AUTH_TOP - BETWEEN},
     "TLS", {514, HELLO_TOP + 22}},
    {"#fdf3e1", {EDGE_L, AUTH_TOP}, {EDGE_R, IDLE_TOP - BETWEEN},
     "Authentication", {195, AUTH_TOP + 22}},
};

static const struct ph__place places[] = {
    {ST_START,      {X1, HELLO_Y}},
    {ST_GREETING,   {X2, HELLO_Y}},
    {ST_EHLO,       {X3, HELLO_Y}},
    {ST_TLS_FIRST,  {X1, HELLO2_Y}},
    {ST_HELO,       {X2, HELLO2_Y}},
    {ST_MAY_HELO,   {X3, HELLO2_Y}},

    {ST_NEED_TLS,   {X4, HELLO_Y}},
    {ST_CAN_TLS,    {X5, HELLO_Y}},
    {ST_STARTTLS,   {X6, HELLO_Y}},
    {ST_MUST_TLS,   {X5, HELLO2_Y}},
    {ST_HANDSHAKE,  {X6, HELLO2_Y}},

    {ST_NEED_AUTH,  {X1, AUTH_Y}},
    {ST_CREDENTIALS, {X1, AUTH2_Y}},
    {ST_MAY_AUTH,   {X2, AUTH_Y}},
    {ST_CAN_AUTH,   {X3, AUTH_Y}},
    {ST_AUTH,       {X4, AUTH_Y}},
    {ST_ANSWERED,   {X6, AUTH2_Y}},
    {ST_ANSWER,     {X6, AUTH_Y}},
    {ST_GO_WITHOUT, {X2, AUTH2_Y}},
    {ST_PROVEN,     {X3, AUTH2_Y}},
    {ST_TRANSITION, {X4, AUTH2_Y}},
    {ST_CANCEL,     {X5, AUTH2_Y}},
};

/* The lanes: above all, and between the areas. */
enum { LOOP = HELLO_TOP - 11, TO_AUTH = AUTH_TOP - 4, TO_IDLE = IDLE_TOP - 4 };

static const struct ph__route routes[] = {
    {FROM(START, pass, GREETING),       OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(START, pass, TLS_FIRST),      OUT(BOTTOM, 0), IN(TOP, 0)},
    {FROM(TLS_FIRST, forget, GREETING), OUT(RIGHT, -15), VIA(GAP12), IN(LEFT, 15), FLIP},
    {FROM(TLS_FIRST, fail, CLOSED),     OUT(BOTTOM, -54), STUB(0)},
    {FROM(GREETING, pass, EHLO),        OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(GREETING, fail, QUIT),        OUT(BOTTOM, -54), STUB(0)},
    {FROM(EHLO, learn, NEED_TLS),       OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(EHLO, pass, MAY_HELO),        OUT(BOTTOM, 0), IN(TOP, 0)},
    {FROM(EHLO, fail, QUIT),            OUT(TOP, 0), STUB(1), WRAP(28), FLIP},
    {FROM(MAY_HELO, pass, HELO),        OUT(LEFT, 0), IN(RIGHT, 0)},
    {FROM(MAY_HELO, no_ehlo, QUIT),     OUT(BOTTOM, -54), STUB(0)},
    {FROM(HELO, pass, NEED_TLS),        OUT(BOTTOM, 0), VIA(AUTH_TOP - 19, GAP34), IN(LEFT, 15)},
    {FROM(HELO, fail, QUIT),            OUT(TOP, -54), STUB(0)},

    {FROM(NEED_TLS, pass, CAN_TLS),     OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(NEED_TLS, pass, NEED_AUTH),   OUT(BOTTOM, 0), VIA(TO_AUTH), IN(TOP, 0), MAIN},
    {FROM(CAN_TLS, pass, STARTTLS),     OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(CAN_TLS, pass, MUST_TLS),     OUT(BOTTOM, -30), IN(TOP, -30)},
    {FROM(STARTTLS, pass, HANDSHAKE),   OUT(BOTTOM, 20), IN(TOP, 20), MAIN},
    {FROM(STARTTLS, pass, MUST_TLS),    OUT(BOTTOM, -40), VIA(HELLO_Y + 54), IN(TOP, 30)},
    {FROM(STARTTLS, fail, CLOSED),      OUT(TOP, -54), STUB(0)},
    {FROM(HANDSHAKE, forget, EHLO),     OUT(RIGHT, 0), VIA(LANE_R, LOOP), IN(TOP, 30), MAIN, LEG(2)},
    {FROM(HANDSHAKE, fail, CLOSED),     OUT(BOTTOM, -54), STUB(0)},
    {FROM(MUST_TLS, no_tls, QUIT),      OUT(BOTTOM, -54), STUB(0)},
    {FROM(MUST_TLS, pass, NEED_AUTH),   OUT(LEFT, 0), VIA(X4, TO_AUTH), IN(TOP, 0)},

    {FROM(NEED_AUTH, pass, CREDENTIALS), OUT(BOTTOM, 0), IN(TOP, 0), MAIN},
    {FROM(NEED_AUTH, pass, READY),      OUT(LEFT, 0), VIA(LANE_L, AUTH2_Y + 60), IN(TOP, -30), LEG(2)},
    {FROM(CREDENTIALS, pass, MAY_AUTH), OUT(TOP, 52), VIA(AUTH_Y + 52, GAP12), IN(LEFT, 0), MAIN, FLIP},
    {FROM(CREDENTIALS, fail, QUIT),     OUT(BOTTOM, -54), STUB(0)},
    {FROM(MAY_AUTH, pass, CAN_AUTH),    OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(MAY_AUTH, pass, GO_WITHOUT),  OUT(BOTTOM, 0), IN(TOP, 0)},
    {FROM(GO_WITHOUT, pass, READY),     OUT(LEFT, 14), VIA(GAP12 + 4, AUTH2_Y + 72), IN(TOP, 30), LEG(2)},
    {FROM(GO_WITHOUT, no_auth, QUIT),   OUT(BOTTOM, -54), STUB(0)},
    {FROM(CAN_AUTH, pass, AUTH),        OUT(RIGHT, 0), IN(LEFT, 0), MAIN},
    {FROM(CAN_AUTH, no_auth, QUIT),     OUT(BOTTOM, -54), STUB(0)},
    {FROM(AUTH, pass, PROVEN),          OUT(BOTTOM, -40), VIA(AUTH_Y + 55), IN(TOP, 40), MAIN},
    {FROM(AUTH, challenge, ANSWERED),   OUT(RIGHT, 0), VIA(GAP56, AUTH_Y + 55), IN(TOP, -48)},
    {FROM(AUTH, pass, TRANSITION),      OUT(BOTTOM, 20), IN(TOP, 20)},
    {FROM(AUTH, drop, CAN_AUTH),        OUT(TOP, -30), VIA(AUTH_Y - 42), IN(TOP, 20), LEG(1)},
    {FROM(AUTH, fail, QUIT),            OUT(TOP, 0), STUB(3), WRAP(24), FLIP},
    {FROM(ANSWERED, pass, ANSWER),      OUT(TOP, -16), IN(BOTTOM, -16), FLIP},
    {FROM(ANSWERED, pass, CANCEL),      OUT(LEFT, 0), IN(RIGHT, 0)},
    {FROM(ANSWER, pass, PROVEN),        OUT(RIGHT, 0), VIA(LANE_R, IDLE_TOP - 20, GAP34), IN(RIGHT, 0)},
    {FROM(ANSWER, challenge, ANSWERED), OUT(BOTTOM, 10), IN(TOP, 10), WRAP(9)},
    {FROM(ANSWER, pass, TRANSITION),    OUT(TOP, -54), STUB(1)},
    {FROM(ANSWER, drop, CAN_AUTH),      OUT(TOP, -54), STUB(0)},
    {FROM(ANSWER, fail, QUIT),          OUT(TOP, -54), STUB(1), WRAP(22), FLIP},
    {FROM(CANCEL, drop, CAN_AUTH),      OUT(BOTTOM, -54), STUB(0)},
    {FROM(CANCEL, fail, QUIT),          OUT(BOTTOM, -54), STUB(1)},
    {FROM(TRANSITION, only_plain, CAN_AUTH), OUT(BOTTOM, -54), STUB(0)},
    {FROM(TRANSITION, fail, QUIT),      OUT(BOTTOM, -54), STUB(1)},
    {FROM(PROVEN, pass, READY),         OUT(LEFT, 0), VIA(GAP23, TO_IDLE), IN(TOP, 0), MAIN},
    {FROM(PROVEN, no_proof, CLOSED),    OUT(BOTTOM, -54), STUB(0)},
};
/* clang-format on */

const struct ph__layout_part ph__layout_open = PART(areas, places, routes);
