/* A resolver that says what a test wants, when it wants it: linked with
 * --wrap for libuv's calls. */
#ifndef TEST_NET_RESOLVER_H
#define TEST_NET_RESOLVER_H

#include <uv.h>

struct fake {
    const char *const *addresses; /* IPv4, ended by NULL; NULL = none */
    int status;
    uv_getaddrinfo_t *request; /* under way */
    uv_getaddrinfo_cb cb;
    uint16_t port;
    unsigned lists; /* handed out and not freed yet */
};

/* NULL (at first): the real one answers. */
void resolver_fake(struct fake *fake);
/* Answers the request under way. */
void resolver_answer(void);

#endif
