/* sink/store.h - messages as files: DIR/NNNNNN.eml, and what is known of each
 * in DIR/NNNNNN.json beside it. */
#ifndef SINK_STORE_H
#define SINK_STORE_H

#include "sink/sink.h"

struct ph__sink_store;

/* Numbers go on after the highest one there. PH_E_SYSTEM (why: not a
 * directory, or not ours to write), PH_E_NOMEM. */
int ph__sink_store_new(struct ph__sink_store **out, const char *dir,
                       struct ph__buf *why);
void ph__sink_store_free(struct ph__sink_store *s);
/* Whole or not at all; the .json comes last. PH_E_SYSTEM: `why` says what. */
int ph__sink_store_add(uint64_t *out, struct ph__sink_store *s,
                       const struct ph__sink_message *message,
                       struct ph__buf *why);

#endif
