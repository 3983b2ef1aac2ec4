/* cli/cells.h - the cells of one row: texts that end in NUL, counted. */
#ifndef CLI_CELLS_H
#define CLI_CELLS_H

#include "base/buf.h"

enum { CLI_CELLS_MAX = 4096 };

struct cli_cells {
    struct ph__buf text;
    size_t *at; /* where each begins in text */
    size_t count;
    size_t cap;
};

void cli_cells_init(struct cli_cells *c);
void cli_cells_done(struct cli_cells *c);
void cli_cells_clear(struct cli_cells *c);
/* PH_E_CONTENT: a NUL, or not UTF-8; PH_E_LIMIT: more than CLI_CELLS_MAX cells
 * or CLI_LINE_MAX octets; PH_E_NOMEM. Nothing is added then. */
int cli_cells_add(struct cli_cells *c, const char *data, size_t len);
const char *cli_cells_get(const struct cli_cells *c, size_t i); /* or NULL */
/* The cell that holds `name`, whatever its case; CLI_CELLS_MAX if none. */
size_t cli_cells_find(const struct cli_cells *c, const char *name);

#endif
