/* client/dialogue.h - the last lines of a session. */
#ifndef CLIENT_DIALOGUE_H
#define CLIENT_DIALOGUE_H

#include <posthaste/types.h>

struct ph__dialogue;
/* Of the last `lines`. NULL on out of memory. */
struct ph__dialogue *ph__dialogue_new(unsigned lines);
void ph__dialogue_free(struct ph__dialogue *d);
/* Copied; a long line is cut. */
void ph__dialogue_add(struct ph__dialogue *d, const char *line);
/* All of them, each with its '\n'; NULL on out of memory, else to be freed. */
char *ph__dialogue_text(const struct ph__dialogue *d);

#endif
