/* states/picture.h - the table as a drawing: `posthaste states`. All return
 * PH_OK, PH_E_NOMEM or PH_E_LIMIT. */
#ifndef STATES_PICTURE_H
#define STATES_PICTURE_H

#include "states/layout.h"

/* `only`: one state and where it leads, or ST_COUNT for the whole table. */
int ph__picture_dot(struct ph__buf *out, enum ph__state only);
int ph__picture_svg(struct ph__buf *out, enum ph__state only);

/* The whole table drawn by another layout. PH_E_INVALID when ph__layout_check()
 * finds a difference: what is drawn is the table, or nothing is. */
int ph__picture_svg_by(struct ph__buf *out, const struct ph__layout *layout);

#endif
