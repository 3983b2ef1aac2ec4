/* wrap.h - makes an allocation fail. Link with wrap.c and with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup;
 * what is linked statically then allocates through here. */
#ifndef ALLOC_WRAP_H
#define ALLOC_WRAP_H

#include <stdbool.h>

/* The n-th allocation from now fails, that one only; 0 = none. */
void wrap_fail_at(long n);
/* Has it? */
bool wrap_failed(void);
/* Allocations since the last wrap_fail_at(). */
long wrap_count(void);
/* While on, allocations neither count nor fail: a test's own. May be nested. */
void wrap_pause(bool on);

#endif
