#include <string.h>

#include "states/cases.h"

enum { GARBAGE = -1, LAST_CODE = 999, CLASSES = 5 };

/* Of the digits 2 to 5; [0] is everything else. */
static const char *const class_names[] = {
    [0] = "other", [2] = "2yz", [3] = "3yz", [4] = "4yz", [5] = "5yz"};

bool ph__edge_same(struct ph__edge a, struct ph__edge b)
{
    return a.act == b.act && a.next == b.next;
}

static int class_of(int code)
{
    return code < 200 || code > 599 ? 0 : code / 100;
}

/* The edge that most codes of a class take. A majority vote: where there is no
 * majority any edge will do, because the codes that differ are listed. */
static struct ph__edge usual(enum ph__state state, int class)
{
    struct ph__edge edge = {0};
    int votes = 0;
    for (int code = GARBAGE; code <= LAST_CODE; code++) {
        if (class_of(code) != class)
            continue;
        struct ph__edge one = ph__edge_for(state, code);
        if (!votes)
            edge = one;
        votes += ph__edge_same(one, edge) ? 1 : -1;
    }
    return edge;
}

static char *put_code(char *s, int code)
{
    *s++ = (char)('0' + code / 100);
    *s++ = (char)('0' + code / 10 % 10);
    *s++ = (char)('0' + code % 10);
    *s = '\0';
    return s;
}

static void name_codes(struct ph__case *c)
{
    if (c->first == GARBAGE) {
        memcpy(c->name, "garbage", sizeof("garbage"));
        return;
    }
    char *end = put_code(c->name, c->first);
    if (c->last == c->first)
        return;
    *end++ = '-';
    put_code(end, c->last);
}

/* NULL when the list is full. */
static struct ph__case *append(struct ph__cases *cases, enum ph__case_kind kind,
                               struct ph__edge edge)
{
    if (cases->count == PH__CASES_MAX)
        return NULL;
    struct ph__case *c = &cases->list[cases->count++];
    *c = (struct ph__case){.kind = kind, .edge = edge};
    return c;
}

static void add_answers(struct ph__cases *cases, const char *const names[2])
{
    const struct ph__row *row = &ph__table[cases->state];
    for (int i = 0; i < 2; i++) {
        struct ph__case *c = append(cases, CASE_ANSWER, row->edge[i]);
        if (c)
            memcpy(c->name, names[i], strlen(names[i]) + 1);
    }
}

static void add_class(struct ph__cases *cases, struct ph__edge edge, int class)
{
    struct ph__case *c = append(cases, CASE_CLASS, edge);
    if (c)
        memcpy(c->name, class_names[class], strlen(class_names[class]) + 1);
}

/* One code that differs from its class; it may lengthen the run before it. */
static int add_code(struct ph__cases *cases, struct ph__edge edge, int code)
{
    struct ph__case *last = &cases->list[cases->count - 1];
    bool longer = last->kind == CASE_CODES && last->last == code - 1 &&
                  code - 1 != GARBAGE && class_of(code) == class_of(code - 1) &&
                  ph__edge_same(last->edge, edge);
    struct ph__case *c = longer ? last : append(cases, CASE_CODES, edge);
    if (!c)
        return PH_E_LIMIT;
    if (!longer)
        c->first = code;
    c->last = code;
    name_codes(c);
    return PH_OK;
}

static int add_replies(struct ph__cases *cases)
{
    static const int order[CLASSES] = {2, 3, 4, 5, 0};
    struct ph__edge edge[6] = {{0}};
    for (int i = 0; i < CLASSES; i++) {
        edge[order[i]] = usual(cases->state, order[i]);
        add_class(cases, edge[order[i]], order[i]);
    }
    int rc = PH_OK;
    for (int code = GARBAGE; code <= LAST_CODE && !rc; code++) {
        struct ph__edge one = ph__edge_for(cases->state, code);
        if (!ph__edge_same(one, edge[class_of(code)]))
            rc = add_code(cases, one, code);
    }
    return rc;
}

int ph__cases_of(struct ph__cases *out, enum ph__state state)
{
    static const char *const of_pick[] = {"yes", "no"};
    static const char *const of_driver[] = {"done", "stop"};
    out->state = state;
    out->count = 0;
    enum ph__kind kind = ph__table[state].kind;
    if (kind != WAIT_ROW)
        add_answers(out, kind == PICK_ROW ? of_pick : of_driver);
    return kind == PICK_ROW ? PH_OK : add_replies(out);
}

/* Everywhere: it does what 4yz does, then CLOSED. */
static bool plain_421(const struct ph__cases *cases, const struct ph__case *c)
{
    const struct ph__row *row = &ph__table[cases->state];
    return row->kind == WAIT_ROW && c->kind == CASE_CODES && c->first == 421 &&
           c->last == 421 && c->edge.next == ST_CLOSED &&
           c->edge.act == row->edge[R4YZ].act;
}

static bool is_breach(const struct ph__case *c)
{
    return c->edge.act == ACT_breach && c->edge.next == ST_CLOSED;
}

static bool in_picture(const struct ph__cases *cases, const struct ph__case *c)
{
    if (cases->state == ST_CLOSED)
        return false; /* the end: whatever happens, we stay */
    if (c->kind == CASE_ANSWER)
        return true;
    return !is_breach(c) && !plain_421(cases, c);
}
const struct ph__case_filter ph__case_picture = {in_picture};

static bool beside_columns(const struct ph__cases *cases,
                           const struct ph__case *c)
{
    if (c->kind == CASE_CODES)
        return !plain_421(cases, c);
    /* WAIT has no column for "other"; HOLD and SEND have none for replies. */
    bool wait = ph__table[cases->state].kind == WAIT_ROW;
    bool column = wait && strcmp(c->name, class_names[0]) != 0;
    return c->kind == CASE_CLASS && !column && !is_breach(c);
}
const struct ph__case_filter ph__case_exception = {beside_columns};

bool ph__case_leads(const struct ph__cases *cases, const struct ph__case *c,
                    const struct ph__case_filter *filter)
{
    if (!filter->wants(cases, c))
        return false;
    for (const struct ph__case *b = cases->list; b < c; b++)
        if (filter->wants(cases, b) && ph__edge_same(b->edge, c->edge))
            return false;
    return true;
}

/* Do replies of every class take this edge? */
static bool by_any(const struct ph__cases *cases, struct ph__edge edge)
{
    int n = 0;
    for (size_t i = 0; i < cases->count; i++)
        n += cases->list[i].kind == CASE_CLASS &&
             ph__edge_same(cases->list[i].edge, edge);
    return n == CLASSES;
}

void ph__case_label(struct ph__pen *pen, const struct ph__cases *cases,
                    const struct ph__case *c,
                    const struct ph__case_filter *filter)
{
    bool any = by_any(cases, c->edge);
    const char *between = "";
    for (size_t i = 0; i < cases->count; i++) {
        const struct ph__case *b = &cases->list[i];
        bool said = any && b->kind == CASE_CLASS;
        if (said || !filter->wants(cases, b) ||
            !ph__edge_same(b->edge, c->edge))
            continue;
        PH__WRITE(pen, "%s%s", between, b->name);
        between = " ";
    }
    if (any)
        PH__WRITE(pen, "%sany reply", between);
}
