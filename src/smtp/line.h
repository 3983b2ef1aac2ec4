/* smtp/line.h - a command line in the making. Typed parts go in; octets below
 * 32 were refused before: hello and credentials by ph_machine_new(), addresses
 * and parameters by ph_machine_begin() (S20). */
#ifndef SMTP_LINE_H
#define SMTP_LINE_H

#include <posthaste/types.h>

#include "smtp/limits.h"

struct ph__line {
    char data[PH__COMMAND_MAX];
    size_t len;
    size_t secret_from; /* what follows is not for the trace; 0 = nothing */
    bool too_long;
};

static inline void ph__line_init(struct ph__line *l)
{
    l->len = 0; /* the data need not be cleared */
    l->secret_from = 0;
    l->too_long = false;
}

void ph__line_add(struct ph__line *l, const char *text);
void ph__line_add_number(struct ph__line *l, int64_t value);
/* RFC 3461 4: octets outside '!' to '~', and '+' and '=', as +XX. */
void ph__line_add_xtext(struct ph__line *l, const char *text);

#endif
