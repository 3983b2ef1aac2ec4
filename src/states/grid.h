/* states/grid.h - cells of text as a table in columns. */
#ifndef STATES_GRID_H
#define STATES_GRID_H

#include "states/pen.h"

enum ph__grid_style { PH__GRID_PLAIN, PH__GRID_MARKDOWN };
enum { PH__GRID_COLUMNS = 12 };

/* `cells`: '\t' between the cells of a row, '\n' after it; the first row is
 * the heading. Columns are as wide as they must be. PH_E_LIMIT when a row has
 * more than PH__GRID_COLUMNS cells. */
void ph__grid_write(struct ph__pen *pen, const char *cells,
                    enum ph__grid_style style);

#endif
