/* states/pen.h - text into a buffer, errors sticky: write on, and look at rc
 * once at the end. */
#ifndef STATES_PEN_H
#define STATES_PEN_H

#include "base/buf.h"

struct ph__pen {
    struct ph__buf *out;
    int rc; /* PH_OK, or the first error; then nothing more is written */
};

#define PH__WRITE(pen, ...)                                                    \
    ((pen)->rc =                                                               \
         (pen)->rc ? (pen)->rc : ph__buf_format((pen)->out, __VA_ARGS__))

/* <, > and & for XML. Quotes stay: not for attributes. */
void ph__pen_xml(struct ph__pen *pen, const char *text, size_t len);

#endif
