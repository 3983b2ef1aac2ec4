/* sink/dialogue.h - what was said in a session since its last message, in the
 * words that `posthaste send -v` prints: for people to look at. */
#ifndef SINK_DIALOGUE_H
#define SINK_DIALOGUE_H

#include "base/buf.h"

enum {
    PH__SINK_DIALOGUE_MAX = 64 * 1024, /* then lines are counted only */
    PH__SINK_DIALOGUE_END_MAX = 4096   /* more, for what ends it */
};

struct ph__sink_dialogue {
    bool kept;      /* else nothing is done */
    bool delivered; /* what comes now is the reply to a message */
    bool login;     /* AUTH was the last command that was one */
    uint64_t left_out;
    struct ph__buf lines;
};

void ph__sink_dialogue_init(struct ph__sink_dialogue *out, bool kept);
void ph__sink_dialogue_done(struct ph__sink_dialogue *d);
/* Begins anew. */
void ph__sink_dialogue_clear(struct ph__sink_dialogue *d);
/* A command line as it came, with its end. What a login says is hidden:
 * `answer` when the line answers a challenge, and whatever stands behind the
 * mechanism of AUTH. */
void ph__sink_dialogue_command(struct ph__sink_dialogue *d, const char *line,
                               size_t len, bool answer);
/* Whole lines of replies. */
void ph__sink_dialogue_replies(struct ph__sink_dialogue *d, const char *lines,
                               size_t len);
/* Content, which is not shown; `dot`: with the line that ends it. */
void ph__sink_dialogue_octets(struct ph__sink_dialogue *d, uint64_t count,
                              bool dot);
void ph__sink_dialogue_remark(struct ph__sink_dialogue *d, const char *text);
/* All of it. */
const char *ph__sink_dialogue_text(struct ph__sink_dialogue *d);

#endif
