/* sink/faults.h - replies that somebody asked for instead of the right ones:
 * STAGE[@PATTERN]=CODE[ TEXT]. */
#ifndef SINK_FAULTS_H
#define SINK_FAULTS_H

#include "base/buf.h"

#define PH__SINK_STAGE_MAP(X)                                                  \
    X(GREETING, "greeting", false)                                             \
    X(HELLO, "hello", true)                                                    \
    X(STARTTLS, "starttls", false)                                             \
    X(AUTH, "auth", true)                                                      \
    X(MAIL, "mail", true)                                                      \
    X(RCPT, "rcpt", true)                                                      \
    X(DATA, "data", true)                                                      \
    X(BDAT, "bdat", true)                                                      \
    X(CONTENT, "content", true)                                                \
    X(RSET, "rset", false)                                                     \
    X(QUIT, "quit", false)

enum ph__sink_stage {
#define X(name, word, has_argument) PH__SINK_STAGE_##name,
    PH__SINK_STAGE_MAP(X)
#undef X
        PH__SINK_STAGES
};

enum ph__sink_fault {
    PH__SINK_FAULT_REPLY,
    PH__SINK_FAULT_DROP,
    PH__SINK_FAULT_STALL,
    PH__SINK_FAULT_GARBAGE,
    PH__SINK_FAULT_DRIP,
    PH__SINK_FAULT_FLOOD
};

struct ph__sink_rule {
    enum ph__sink_stage stage;
    enum ph__sink_fault fault;
    char code[4];
    char *pattern;    /* a glob; NULL matches everything */
    const char *text; /* borrowed; "" when none was given */
};

struct ph__sink_faults {
    struct ph__sink_rule *rules;
    size_t count;
};

/* Adds a rule; the text stays borrowed. PH_E_INVALID (why), PH_E_NOMEM. */
int ph__sink_faults_add(struct ph__sink_faults *f, const char *rule,
                        struct ph__buf *why);
void ph__sink_faults_done(struct ph__sink_faults *f);
/* Of the stage, and does its pattern match the argument (without case)? */
bool ph__sink_rule_matches(const struct ph__sink_rule *rule,
                           enum ph__sink_stage stage, const char *argument);

/* Takes the place of a reply whose first digit is `good`. */
bool ph__sink_rule_refuses(const struct ph__sink_rule *rule, char good);
/* Nothing is said behind it. */
bool ph__sink_rule_ends(const struct ph__sink_rule *rule);

#endif
