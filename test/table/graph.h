/* test/table/graph.h - the table as a graph, in a copy that can be broken. */
#ifndef TABLE_GRAPH_H
#define TABLE_GRAPH_H

#include "smtp/table.h"

enum { EXCEPTIONS_MAX = 96, GARBAGE = -1, LAST_CODE = 999 };

struct graph {
    struct ph__row rows[ST_COUNT];
    struct ph__exception exceptions[EXCEPTIONS_MAX];
    size_t count;
};
void graph_load(struct graph *g);

/* NULL when there is none for this code. */
const struct ph__exception *graph_exception(const struct graph *g,
                                            enum ph__state state, bool early,
                                            int code);
/* What ph__edge_for() and ph__edge_early() say, looked up in the simplest way
 * and in the copy. */
struct ph__edge graph_due(const struct graph *g, enum ph__state state,
                          int code);
struct ph__edge graph_early(const struct graph *g, enum ph__state state,
                            int code);

/* A row that a reply can belong to: not of PICK, and not of HOLD. */
bool graph_waits(const struct graph *g, enum ph__state state);

/* Every way out of a state: columns, exceptions, 421, and breach. */
enum { ARCS_MAX = COLUMNS + EXCEPTIONS_MAX + 4, BY_REPLY = -1 };
struct arc {
    int column; /* or BY_REPLY */
    struct ph__edge edge;
};
size_t graph_arcs(const struct graph *g, enum ph__state state,
                  struct arc out[ARCS_MAX]);

enum answer { EITHER, ALWAYS, NEVER };
enum { QUESTIONS = ASK_session_spent + 1 };

/* A walk from `from`; some questions have one answer only, states may be
 * closed, and what leads from one state to another may be cut. */
struct walk {
    enum ph__state from;
    enum answer answers[QUESTIONS];
    bool closed[ST_COUNT];
    struct {
        enum ph__state from;
        enum ph__state to;
    } cut; /* zeros cut nothing: START does not lead to START */
};

/* Which states can be entered, in at least one step? */
void graph_walk(const struct graph *g, const struct walk *w,
                bool seen[ST_COUNT]);
bool graph_leads(const struct graph *g, const struct walk *w,
                 enum ph__state to);

#endif
