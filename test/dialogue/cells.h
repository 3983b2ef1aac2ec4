/* cells.h - the cells of table.def, numbered. What cell a reply is about is
 * read here from the rows a second time, by the words at the head of table.def,
 * so that ph__edge_for() can be held against it. */
#ifndef TEST_CELLS_H
#define TEST_CELLS_H

#include "smtp/table.h"

/* Of one row: its columns, what holds everywhere, and then its WHENs and EARLYs
 * in the order in which they stand. */
enum {
    CELL_421 = COLUMNS,
    CELL_BREACH,
    CELL_EARLY_421,
    CELL_EARLY_BREACH,
    CELL_BESIDE,
    CELLS = CELL_BESIDE + 16,
    CELL_NAME = 64
};

/* The cell for 0-999, or -1 for garbage; `early` as in table.def. Of a row
 * that hears replies. */
int cell_of(enum ph__state state, bool early, int code);
struct ph__edge cell_edge(enum ph__state state, int cell);
/* Does the row have it, and can it be walked? */
bool cell_exists(enum ph__state state, int cell);
/* "RCPT 4yz", "MORE yes", "READY early". */
void cell_name(char out[CELL_NAME], enum ph__state state, int cell);

#endif
