/* states/print.h - the table as text: `posthaste states`. Everything is made
 * from the rows. All return PH_OK, PH_E_NOMEM or PH_E_LIMIT. */
#ifndef STATES_PRINT_H
#define STATES_PRINT_H

#include "base/buf.h"
#include "smtp/table.h"

/* `only`: one state, or ST_COUNT for the whole table. */
int ph__print_markdown(struct ph__buf *out, enum ph__state only);
/* For a terminal; one state is explained in words. */
int ph__print_table(struct ph__buf *out, enum ph__state only);
/* {"states":[name...],"rows":[...],"transitions":[...]}: every state with
 * every class of reply, and each exact code that differs from its class. */
int ph__print_json(struct ph__buf *out, enum ph__state only);

/* "WAIT" "PICK" "HOLD" */
const char *ph__kind_name(enum ph__kind kind);
/* What the row says, asks or raises, in words: never empty. */
const char *ph__row_words(const struct ph__row *row);

#endif
