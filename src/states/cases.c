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

static struct ph__edge edge_on(const struct ph__cases *cases, bool early,
                               int code)
{
    return early ? ph__edge_early(cases->state, code)
                 : ph__edge_for(cases->state, code);
}

/* The edge that most codes of a class take. A majority vote: where there is no
 * majority any edge will do, because the codes that differ are listed. */
static struct ph__edge usual(const struct ph__cases *cases, bool early,
                             int class)
{
    struct ph__edge edge = {0};
    int votes = 0;
    for (int code = GARBAGE; code <= LAST_CODE; code++) {
        if (class_of(code) != class)
            continue;
        struct ph__edge one = edge_on(cases, early, code);
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

static void add_class(struct ph__cases *cases, bool early, struct ph__edge edge,
                      int class)
{
    struct ph__case *c = append(cases, CASE_CLASS, edge);
    if (!c)
        return;
    c->early = early;
    memcpy(c->name, class_names[class], strlen(class_names[class]) + 1);
}

/* One code that differs from its class; it may lengthen the run before it. */
static int add_code(struct ph__cases *cases, bool early, struct ph__edge edge,
                    int code)
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
    c->early = early;
    c->last = code;
    name_codes(c);
    return PH_OK;
}

static int add_replies(struct ph__cases *cases, bool early)
{
    static const int order[CLASSES] = {2, 3, 4, 5, 0};
    struct ph__edge edge[6] = {{0}};
    for (int i = 0; i < CLASSES; i++) {
        edge[order[i]] = usual(cases, early, order[i]);
        add_class(cases, early, edge[order[i]], order[i]);
    }
    int rc = PH_OK;
    for (int code = GARBAGE; code <= LAST_CODE && !rc; code++) {
        struct ph__edge one = edge_on(cases, early, code);
        if (!ph__edge_same(one, edge[class_of(code)]))
            rc = add_code(cases, early, one, code);
    }
    return rc;
}

int ph__cases_of(struct ph__cases *out, enum ph__state state)
{
    static const char *const of_pick[] = {"yes", "no"};
    static const char *const of_driver[] = {"done", "stop"};
    out->state = state;
    out->count = 0;
    switch (ph__table[state].kind) {
    case PICK_ROW:
        add_answers(out, of_pick);
        return PH_OK;
    case HOLD_ROW:
        add_answers(out, of_driver);
        return add_replies(out, false);
    case WAIT_ROW:
        break;
    }
    int rc = add_replies(out, false);
    return rc ? rc : add_replies(out, true);
}

/* Everywhere: it does what 4yz does, then CLOSED; early it ends the session. */
static bool plain_421(const struct ph__cases *cases, const struct ph__case *c)
{
    const struct ph__row *row = &ph__table[cases->state];
    enum ph__action act = c->early ? ACT_fail : row->edge[R4YZ].act;
    return row->kind == WAIT_ROW && c->kind == CASE_CODES && c->first == 421 &&
           c->last == 421 && c->edge.next == ST_CLOSED && c->edge.act == act;
}

static bool is_breach(const struct ph__case *c)
{
    return c->edge.act == ACT_breach && c->edge.next == ST_CLOSED;
}

/* Codes that belong to one command each, met elsewhere. */
static bool misplaced(const struct ph__case *c)
{
    for (int code = c->first; code <= c->last; code++)
        if (code != 220 && code != 221 && code != 235)
            return false;
    return is_breach(c) && !c->early;
}

static bool any_case(const struct ph__cases *cases, const struct ph__case *c)
{
    return c >= cases->list;
}
const struct ph__case_filter ph__case_every = {any_case};

/* Does a reply that is due do the same? */
static bool also_due(const struct ph__cases *cases, const struct ph__case *c)
{
    for (const struct ph__case *b = cases->list; b < c; b++)
        if (c->early && !b->early && ph__edge_same(b->edge, c->edge))
            return true;
    return false;
}

static bool in_picture(const struct ph__cases *cases, const struct ph__case *c)
{
    if (cases->state == ST_CLOSED)
        return false; /* the end: whatever happens, we stay */
    if (c->kind == CASE_ANSWER)
        return true;
    return !is_breach(c) && !plain_421(cases, c) && !also_due(cases, c);
}
const struct ph__case_filter ph__case_picture = {in_picture};

static bool beside_columns(const struct ph__cases *cases,
                           const struct ph__case *c)
{
    if (c->kind == CASE_CODES)
        return !plain_421(cases, c) && !misplaced(c);
    /* WAIT has no column for "other", or early; HOLD has none for replies. */
    bool column = ph__table[cases->state].kind == WAIT_ROW && !c->early &&
                  strcmp(c->name, class_names[0]) != 0;
    return c->kind == CASE_CLASS && !column && !is_breach(c);
}
const struct ph__case_filter ph__case_exception = {beside_columns};

/* Said together with `c`? */
static bool alike(const struct ph__case *b, const struct ph__case *c)
{
    return b->early == c->early && ph__edge_same(b->edge, c->edge);
}

bool ph__case_leads(const struct ph__cases *cases, const struct ph__case *c,
                    const struct ph__case_filter *filter)
{
    if (!filter->wants(cases, c))
        return false;
    for (const struct ph__case *b = cases->list; b < c; b++)
        if (filter->wants(cases, b) && alike(b, c))
            return false;
    return true;
}

/* Do replies of every class take this edge? */
static bool by_any(const struct ph__cases *cases, const struct ph__case *c)
{
    int n = 0;
    for (size_t i = 0; i < cases->count; i++)
        n += cases->list[i].kind == CASE_CLASS && alike(&cases->list[i], c);
    return n == CLASSES;
}

void ph__case_label(struct ph__pen *pen, const struct ph__cases *cases,
                    const struct ph__case *c,
                    const struct ph__case_filter *filter)
{
    bool any = by_any(cases, c);
    const char *between = "";
    if (c->early) {
        PH__WRITE(pen, "early");
        between = " ";
    }
    for (size_t i = 0; i < cases->count; i++) {
        const struct ph__case *b = &cases->list[i];
        bool said = any && b->kind == CASE_CLASS;
        if (said || !filter->wants(cases, b) || !alike(b, c))
            continue;
        PH__WRITE(pen, "%s%s", between, b->name);
        between = " ";
    }
    if (any)
        PH__WRITE(pen, "%sany reply", between);
}
