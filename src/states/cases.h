/* states/cases.h - the table by cases: for one state, every answer and every
 * reply that makes a difference. All printing and drawing starts here. */
#ifndef STATES_CASES_H
#define STATES_CASES_H

#include "smtp/table.h"
#include "states/pen.h"

enum ph__case_kind {
    CASE_ANSWER, /* "yes" "no"; "done" "stop" */
    CASE_CLASS,  /* "2yz" ... "5yz"; "other": 0yz, 1yz, 6yz-9yz and garbage */
    CASE_CODES   /* first..last, which differ from their class: "500-502",
                  * "421"; "garbage" where that differs from "other" */
};
struct ph__case {
    enum ph__case_kind kind;
    bool early; /* before the command has left; of WAIT rows only, because in
                 * a HOLD row every reply is */
    int first;  /* of CASE_CODES; otherwise 0, 0 */
    int last;
    char name[8]; /* without the word "early" */
    struct ph__edge edge;
};

enum { PH__CASES_MAX = 40 }; /* the fullest rows have half of that */
struct ph__cases {
    enum ph__state state;
    size_t count;
    struct ph__case list[PH__CASES_MAX];
};

/* What replies do is asked of ph__edge_for() and ph__edge_early(), as the
 * machine does; a PICK row never meets one. PH_E_LIMIT when a row has more than
 * PH__CASES_MAX. */
int ph__cases_of(struct ph__cases *out, enum ph__state state);

/* Which cases a printer wants; the others it leaves to a sentence. */
struct ph__case_filter {
    bool (*wants)(const struct ph__cases *cases, const struct ph__case *c);
};
extern const struct ph__case_filter ph__case_every;
/* A picture leaves out: replies that are a breach, a 421 that does what 421
 * does everywhere, early replies that do what others do, all that CLOSED does.
 */
extern const struct ph__case_filter ph__case_picture;
/* What the columns of a table do not show. */
extern const struct ph__case_filter ph__case_exception;

/* Cases that share an edge are said together, in the first one's place, early
 * replies apart. Is this the first? */
bool ph__case_leads(const struct ph__cases *cases, const struct ph__case *c,
                    const struct ph__case_filter *filter);
/* The names of all that go with `c`: "4yz 5yz", "any reply", "early 4yz". */
void ph__case_label(struct ph__pen *pen, const struct ph__cases *cases,
                    const struct ph__case *c,
                    const struct ph__case_filter *filter);

bool ph__edge_same(struct ph__edge a, struct ph__edge b);

#endif
