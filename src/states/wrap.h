/* states/wrap.h - words on lines. */
#ifndef STATES_WRAP_H
#define STATES_WRAP_H

#include <stddef.h>

/* How much of `text` goes on one line of `width` characters: whole words, at
 * least one. */
size_t ph__wrap_len(const char *text, size_t width);
/* Where the next line begins, behind `len` characters of this one. */
const char *ph__wrap_next(const char *text, size_t len);
/* How many lines `text` needs; none if it is empty. */
int ph__wrap_count(const char *text, size_t width);

#endif
