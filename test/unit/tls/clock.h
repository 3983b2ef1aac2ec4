/* The time as src/tls sees it. Link with clock.c and -Wl,--wrap=time. */
#ifndef TEST_TLS_CLOCK_H
#define TEST_TLS_CLOCK_H

void clock_set_ahead(long seconds);

#endif
