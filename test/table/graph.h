/* test/table/graph.h - the table as a graph, in a copy that can be broken. */
#ifndef TABLE_GRAPH_H
#define TABLE_GRAPH_H

#include "smtp/table.h"

enum { EXCEPTIONS_MAX = 64, GARBAGE = -1, LAST_CODE = 999 };

struct graph {
    struct ph__row rows[ST_COUNT];
    struct ph__exception exceptions[EXCEPTIONS_MAX];
    size_t count;
};
void graph_load(struct graph *g);

enum { ARCS_MAX = COLUMNS + EXCEPTIONS_MAX + 2, BY_REPLY = -1 };
struct arc {
    int column; /* or BY_REPLY: an exception, a 421, a breach */
    struct ph__edge edge;
};

/* Every way out of a state: exceptions, 421 and breach included. */
size_t graph_arcs(const struct graph *g, enum ph__state state,
                  struct arc out[ARCS_MAX]);
/* NULL when there is none for this code. */
const struct ph__exception *graph_exception(const struct graph *g,
                                            enum ph__state state, int code);

enum answer { EITHER, ALWAYS, NEVER };
enum { QUESTIONS = ASK_commit_wanted + 1 };

/* A walk from `from`; some questions have one answer only, one edge may be
 * cut, one state may be closed. */
struct walk {
    enum ph__state from;
    enum answer answers[QUESTIONS];
    bool cut_handshake;
    bool avoid_ready;
    bool picks_only;
};

/* Can `to` be entered, in at least one step? */
bool graph_leads(const struct graph *g, const struct walk *w,
                 enum ph__state to);

#endif
