/* model.h - what the actions of table.def say of a transaction's recipients,
 * told a second time and as plainly as can be; to hold settle.c against. */
#ifndef TEST_MODEL_H
#define TEST_MODEL_H

#include "dialogue/stage.h"
#include "smtp/machine.h"

struct model {
    struct ph__fate fates[RECIPIENTS];
    size_t count;
    size_t rcpt; /* whom RCPT was about */
    int code;
    bool open;
    bool lmtp;
    bool spoiled;
    bool in_doubt; /* the content has left */
    bool suspect;
};

/* The transaction that the next reply is about, or NULL. */
const struct ph__transaction *model_current(const struct ph_machine *m);
/* As it stands before a reply of that code. */
void model_init(struct model *model, const struct ph_machine *m, int code);
void model_follow(struct model *model, enum ph__action act);
/* How recipient i differs from what came out, or NULL. */
const char *model_differs(const struct model *model, size_t i,
                          const struct ph__fate *got, bool closed);

#endif
