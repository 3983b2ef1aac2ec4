/* A listener whose queue is full: who connects to it never hears anything, as
 * from a host that drops what it is sent. */
#ifndef TEST_NET_DEAF_H
#define TEST_NET_DEAF_H

#include <stdint.h>

enum { DEAF_CROWD = 4 };

struct deaf {
    int listener;
    int crowd[DEAF_CROWD];
};

/* IPv4 or IPv6. */
void deaf_init(struct deaf *d, const char *address, uint16_t port);
void deaf_done(struct deaf *d);

#endif
